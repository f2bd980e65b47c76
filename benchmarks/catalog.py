"""The workloads: their sizes, and which calls with which values each is known to make."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.program import Program

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SMALLEST = 10
"""Enough for every check."""
HERE = "benchmarks.workloads"


@dataclass(frozen=True)
class Check:
    """One call that every run makes: some of its arguments and its return, as text."""

    function: str
    args: Mapping[str, str]
    returned: str


@dataclass(frozen=True)
class Workload(Program):
    """A program of our own, of which every call is known."""

    light: int
    """The size for tools that would take too long."""
    calls: Callable[[int], Mapping[str, int]]
    """Qualified names to the number of calls, by size."""
    check: Check
    suite: tuple[str, ...] = ()
    """Modules of its own besides the program's, found on a path of their own."""
    growth: float | None = None
    """The work of a size is that of the size before times this; None: it is proportional to the size."""

    @property
    def module(self) -> str:
        """The program's module."""
        return f"{HERE}.{self.name}"

    @property
    def modules(self) -> tuple[str, ...]:
        """Every module that is its own code."""
        return (self.module, *self.suite)

    def files(self) -> list[str]:
        """The source files of its own code."""
        folder = Path(__file__).parent / "workloads"
        paths = [folder / f"{self.name}.py", *(folder / "suite" / f"{name}.py" for name in self.suite)]
        return list(map(str, paths))

    def sized(self, light: bool, scale: float) -> int:
        """The size for so much of the usual work."""
        size = self.light if light else self.size
        if self.growth is not None:
            return max(round(size + math.log(scale, self.growth)), SMALLEST)
        return max(round(size * scale), SMALLEST)

    def total(self, size: int) -> int:
        """The number of its own calls."""
        return sum(self.calls(size).values())


def _fib(size: int) -> Mapping[str, int]:
    before, number = 0, 1
    for _ in range(size):
        before, number = number, before + number
    return {"main": 1, "fib": 2 * number - 1}


def _each(**per_size: int) -> Callable[[int], Mapping[str, int]]:
    """`main` once, and the others so many times the size; `__` stands for the dot."""
    return lambda size: {"main": 1, **{name.replace("__", "."): n * size for name, n in per_size.items()}}


def _objects(size: int) -> Mapping[str, int]:
    per_cart = {"Cart.add": 4, "Shop.price": 4, "Shop.discount": 4}
    once = ("serve", "Cart.__init__", "Shop.sell", "Shop.total", "Shop.receipt", "Cart.weights")
    made = {"main": 1, "Item.__init__": 6, "Shop.__init__": 1}
    return made | {name: n * size for name, n in per_cart.items()} | dict.fromkeys(once, size)


def _tasks(size: int) -> Mapping[str, int]:
    return {"serve": 1, **_each(batch=1, work=20, enrich=20, fetch=40)(size)}


def _visitor(size: int) -> Mapping[str, int]:
    return {"Handlers.__init__": 1, **_each(Handlers__visit_FunctionDef=1, Handlers__visit_Return=1)(size)}


def _web(size: int) -> Mapping[str, int]:
    return {"application": 1, **_each(check=2, show=1, order=1, quote=2, reserve=2)(size)}


def _testrun(size: int) -> Mapping[str, int]:
    tests = _each(test_posting_moves_the_balance=1, test_nothing_is_refused=1, one_entry=2)(size)
    code = {"Ledger.__init__": 2, "Ledger.post": 6, "Ledger.balance": 11, "amount_of": 36}
    return {**tests, **{name: n * size for name, n in code.items()}}


def _failures(size: int) -> Mapping[str, int]:
    return {"BadOrder.__init__": -(-size // 3), **_each(handle=1, attempt=1, load=1, parse=1)(size)}


WORKLOADS = {
    each.name: each
    for each in (
        Workload(
            "fib", "tiny functions, one int in and out", 27, 20, _fib,
            Check("fib", {"n": "10"}, "55"), growth=1.618,
        ),
        Workload(
            "objects", "objects and containers", 8000, 600, _objects,
            Check("Cart.add", {"quantity": "3"}, "3")
        ),
        Workload("tasks", "asyncio", 450, 50, _tasks, Check("work", {"number": "5"}, "22")),
        Workload(
            "library", "mostly C and library code", 1000, 400,
            _each(parse=1, rank=3, store=1, checksum=1), Check("rank", {}, "1"),
        ),
        Workload(
            "visitor", "own 5,600 calls in a library's million", 2800, 2800,
            _visitor, Check("Handlers.visit_Return", {}, "10"),
        ),
        Workload(
            "streams", "generators", 6000, 600,
            _each(total=1, both=1, chosen=2, records=2, numbers=2), Check("total", {"start": "4"}, "20"),
        ),
        Workload(
            "web", "web requests (Flask)", 150, 75, _web,
            Check("reserve", {"item": "chair", "quantity": "2"}, "999998"),
        ),
        Workload(
            "testrun", "a pytest run", 80, 40, _testrun,
            Check("Ledger.post", {"text": "sale", "amount": "2"}, "102"), ("ledger", "test_ledger"),
        ),
        Workload("failures", "exceptions", 24_000, 1600, _failures, Check("handle", {"number": "3"}, "0")),
        Workload(
            "texts", "long strings and secrets", 4000, 600,
            _each(visit=1, headline=1, count=1, connect=1, login=1), Check("count", {"word": "times"}, "51"),
        ),
    )
}  # fmt: skip
