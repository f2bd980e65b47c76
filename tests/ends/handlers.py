"""Exit handlers, before and after a module that has one: their order, errors, and what they register."""
import atexit


def handler(name):
    print("handler", name)
    return name


class Handler:
    def __call__(self):
        handler("instance")

    def __eq__(self, other):
        print("compared")
        return self is other

    def __hash__(self):
        return 1


def registers():
    print("registers")
    atexit.register(handler, "registered at the exit")


def fails():
    raise ValueError("in a handler")


def leaves():
    raise SystemExit(3)


def logs():
    logging.info("too late")
    logging.getLogger("other").warning("other too late")


atexit.register(logs)
atexit.register(handler, "first")
import logging
import threading
import weakref

logging.basicConfig(filename="run.log", filemode="w", level=logging.INFO)
logging.getLogger("other").addHandler(logging.FileHandler("other.log"))
logging.info("in time")
atexit.register(registers)
atexit.register(fails)
atexit.register(leaves)
atexit.register(Handler())
atexit.register(handler, "gone")
atexit.unregister(handler)
atexit.register(handler, "last")
threading._register_atexit(handler, "before threads are waited for")
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

threading._register_atexit(handler, "before pools end")
weakref.finalize(Handler, handler, "finalizer")
print(atexit._ncallbacks() > 5, len(threading._threading_atexits))
