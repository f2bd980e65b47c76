"""Children of multiprocessing, and a fork, that leave files open and exit handlers behind."""
import atexit, multiprocessing, os, sys
from multiprocessing.util import Finalize


class Resource:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("closing", self.name, flush=True)


def child(method):
    global out, kept
    out = open(method + ".txt", "w")
    out.write("written by a child")
    kept = Resource(method)
    atexit.register(print, "exit handler", method, flush=True)
    Finalize(None, print, (f"finalizer {method}",), {"flush": True}, exitpriority=1)
    print(method, flush=True)


def main():
    for method in ("fork", "spawn", "forkserver"):
        process = multiprocessing.get_context(method).Process(target=child, args=(method,))
        process.start()
        process.join()
        print(process.exitcode, flush=True)
    if not os.fork():
        child("own")
        sys.exit(5)
    print(os.waitstatus_to_exitcode(os.wait()[1]), flush=True)


if __name__ == "__main__":
    atexit.register(print, "exit handler of the parent", flush=True)
    main()
