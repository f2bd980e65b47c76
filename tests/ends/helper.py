"""A module of the program's own: what it does when it goes."""
import atexit
import os.path


class Closing:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("helper's", self.name, os and os.path.basename("a/b"), table)


def called(name):
    return Closing(name)


table = {"a": 1}
zeta = called("zeta")
alpha = called("alpha")
cycle = called("cycle")
cycle.me = cycle
atexit.register(called, "made at the exit")
