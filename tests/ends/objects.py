"""What is alive at the end: who is told of it, in which order."""
import gc

gc.set_threshold(0)  # when it runs by itself depends on all that was ever made, and its lists on that
import sys, weakref


class Resource:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("closing", self.name, sys is not None, "first" in globals(), Resource)


class Bare(int):
    __slots__ = ()

    def __del__(self):
        print("bare", int(self))


def make(name):
    return Resource(name)


first = make("global")
bare = [Bare(n) for n in range(3)]
cycle = make("cycle")
cycle.me = cycle
far = make("far end of a cycle")
far.other = make("other end")
far.other.far = far
attribute = make
attribute.kept = make("attribute of a function")
reference = weakref.ref(first, lambda _: print("weak reference"))
weakref.finalize(cycle, print, "finalizer")
late = weakref.finalize(far, print, "never at the exit")
late.atexit = False
watched = weakref.WeakValueDictionary(far=far)
sys.kept = make("in sys")
__builtins__.kept = make("in builtins")


class Holder:
    held = make("attribute of a class")

    def method(self, default=make("default")):
        return default


def later():
    try:
        yield make("in a generator")
    finally:
        print("generator closed")


def within():
    inner = make("in a closure")

    def read():
        return inner

    return read


generator = later()
next(generator)
closure = within()
try:
    raise ValueError(make("in an exception"))
except ValueError as caught:
    error = caught
zeta, alpha = make("zeta"), make("alpha")
