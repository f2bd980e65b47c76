"""A random program that switches between greenlets; see greenlet_log."""

import sys
from collections.abc import Generator

from greenlet_log import (
    act,
    enter,
    functions,
    goes_on,
    in_thread,
    left,
    new,
    play,
    resume,
    ret,
    suspend,
    write,
)


def f(me: int, depth: int) -> int:
    enter(me, "function")
    try:
        if goes_on() and depth < 3:
            f(new(), depth + 1)
        act(me, depth)
        return ret(me)
    except BaseException as error:
        left(me, error)
        raise


def g(me: int, depth: int) -> Generator[int, None, int]:
    enter(me, "generator")
    try:
        while goes_on():
            try:
                yield suspend(me)
            finally:
                resume(me)
            act(me, depth)
        return ret(me)
    except BaseException as error:
        left(me, error)
        raise


def threads(me: int, seed: int, acts: int) -> int:
    enter(me, "function")
    in_thread(me, seed, acts)
    in_thread(me, seed + 1, acts)
    return ret(me)


functions.update(f=f, g=g)
seed, acts = map(int, sys.argv[1:3])
for each in range(seed, seed + 20):
    play(each, acts)
threads(new(), seed, acts)
write()
