"""Modules of the program's own that hold each other's objects."""
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
