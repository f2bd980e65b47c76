"""A program whose failures come to the interpreter, a thread or a process alone; for test_failing_ends."""

from __future__ import annotations

import asyncio
import multiprocessing
import sys
import threading
from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Temporary:
    """An object that fails when it goes."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        if self.name == "b":
            raise OSError(f"no {self.name}")


def lets_go() -> int:
    """The interpreter reports what leaves `__del__`, and goes on."""
    kept = Temporary("a")
    kept = Temporary("b")
    kept = Temporary("c")
    return len(kept.name)


def leave(status: int) -> None:
    """Exit."""
    sys.exit(status)


def exits_in_thread() -> str:
    """An exit ends the thread alone."""
    thread = threading.Thread(target=leave, args=(4,), name="leaver")
    thread.start()
    thread.join()
    return "went on"


def job(number: int) -> int:
    """Fail for one number."""
    if number == 2:
        raise RuntimeError(f"job {number}")
    return number


def child() -> None:
    """Fail, so that the process ends with status 1."""
    for number in (1, 2):
        job(number)


def fails_in_child() -> int | None:
    """Nobody handles what ends a process of multiprocessing."""
    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join()
    return process.exitcode


async def ticks() -> AsyncIterator[int]:
    """Fail where it is closed."""
    try:
        for number in range(10):
            yield number
    finally:
        raise LookupError("lost")


async def leaves_early() -> None:
    """Leave a generator where it stands: a task of the event loop's closes it, and nobody asks that one."""
    async for _ in ticks():
        break
    for _ in range(5):
        await asyncio.sleep(0)


class Quiet:
    """Something of which C code asks in vain."""

    def __getattr__(self, name: str) -> object:
        raise AttributeError(name)


def asks() -> bool:
    """`hasattr` handles what `__getattr__` raises."""
    return hasattr(Quiet(), "colour")


def doubles(numbers: array[int], items: list[int], pair: tuple[int, ...]) -> tuple[int, ...]:
    """Change two of three by an operator."""
    numbers *= 2
    items += [3]
    pair += (3,)
    return pair


def grows(size: int) -> bytearray:
    """Give zeros."""
    return bytearray(size)


def main() -> None:
    """Meet them all."""
    lets_go()
    exits_in_thread()
    fails_in_child()
    asyncio.run(leaves_early())
    asks()
    doubles(array("i", [1]), [1, 2], (1, 2))
    grows(3)


if __name__ == "__main__":
    main()
