"""Modules of the program's own that hold each other's objects."""
import gc

gc.set_threshold(0)  # when it runs by itself depends on all that was ever made, and its lists on that
import sys, types

import helper


class Mine(types.ModuleType):
    def __del__(self):
        print("module gone", self.__name__)


def make(name):
    return helper.called(name)


sys.modules["made"] = Mine("made")
import made

made.kept = make("in a module that was made")
helper.mine = make("in the helper")
mine = make("in main")
__main__ = sys.modules["__main__"]
