"""A program that has to do with the garbage collector itself."""
import gc, sys


class Node:
    def __init__(self, name):
        self.name, self.me = name, self

    def __del__(self):
        print("node", self.name)


def make(name):
    return Node(name)


print(gc.get_freeze_count(), gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.garbage)
here = make("here")
print(any(each is globals() for each in gc.get_referrers(here)), gc.is_tracked(globals()))
print(any(each is globals() for each in gc.get_objects()), any(each is here for each in gc.get_objects()))
make("garbage")
print(gc.collect() > 0)
if sys.argv[1:]:
    gc.freeze()
if sys.argv[1:] == ["thaw"]:
    gc.set_threshold(0)
    gc.callbacks.append(lambda phase, info: print(phase, info["generation"]))
    gc.unfreeze()
    print(gc.get_freeze_count())
after = make("after")
