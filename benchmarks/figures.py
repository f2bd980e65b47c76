"""The figures that the design holds the product to, and what was measured for each."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from benchmarks.pairs import Row

OURS = "breadcrumb-c"
COMPARED = ("fib", "objects", "tasks", "library", "visitor", "streams", "web", "testrun", "failures", "texts")


@dataclass(frozen=True)
class Figure:
    """One figure."""

    what: str
    measured: float | None
    """None: not measured."""
    limit: float
    unit: str
    at_least: bool = False
    """Whether the limit is the least rather than the most."""
    note: str = ""

    @property
    def verdict(self) -> str:
        """`held`, `not held`, or nothing where it was not measured."""
        if self.measured is None:
            return "not measured"
        held = self.measured >= self.limit if self.at_least else self.measured <= self.limit
        return "held" if held else "NOT HELD"

    @property
    def to_hold(self) -> str:
        """The limit as text."""
        return f"{'>=' if self.at_least else '<='} {number(self.limit)}{self.unit}"

    @property
    def shown(self) -> str:
        """What was measured, as text."""
        return "-" if self.measured is None else f"{number(self.measured)}{self.unit}"


def number(value: float) -> str:
    """A figure with three digits that count."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) >= 10 else f"{value:.2f}"


def figures(rows: Iterable[Row], probes: Mapping[str, Any]) -> list[Figure]:
    """All of them."""
    found = {(row.workload, row.tracer): row for row in rows if row.pairs}
    return [*_costs(found), *_peers(found), *_probes(probes)]


def _costs(found: Mapping[tuple[str, str], Row]) -> Iterator[Figure]:
    def of(workload: str, clock: str) -> float | None:
        row = found.get((workload, OURS))
        return row.middle(clock) if row else None

    fib = found.get(("fib", OURS))
    yield Figure(
        "one int in and out (fib), added on the thread",
        fib.added("thread") if fib else None,
        250,
        " ns a call",
    )
    yield Figure("one int in and out (fib), thread", of("fib", "thread"), 5, " x")
    yield Figure("objects and containers, thread", of("objects", "thread"), 2, " x")
    yield Figure("asyncio, thread", of("tasks", "thread"), 1.7, " x")
    yield Figure("mostly C and library code, thread", of("library", "thread"), 1.05, " x")
    yield Figure("own calls in a library's million, thread", of("visitor", "thread"), 1.05, " x")
    yield Figure("objects, whole process with writing", of("objects", "whole"), 2.5, " x")


def _peers(found: Mapping[tuple[str, str], Row]) -> Iterator[Figure]:
    for peer, limit in (("viztracer", 5), ("kolo", 10), ("opentelemetry", 50)):
        times = dict(times_less(found, peer))
        shown = ", ".join(f"{name} {number(value)}" for name, value in times.items())
        middle = statistics.median(times.values()) if times else None
        yield Figure(
            f"less added time than {peer}, median of workloads",
            middle,
            limit,
            " x",
            at_least=True,
            note=shown,
        )


def times_less(found: Mapping[tuple[str, str], Row], peer: str) -> Iterator[tuple[str, float]]:
    """How many times as much as we a peer adds to a call, where it saw all calls and both add something."""
    for workload in COMPARED:
        ours, theirs = found.get((workload, OURS)), found.get((workload, peer))
        if ours and theirs and theirs.verified and theirs.verified["recorded"] == theirs.verified["calls"]:
            mine, other = ours.added("thread"), theirs.added("thread")
            if mine > 0 and other > 0:
                yield workload, other / mine


def _probes(probes: Mapping[str, Any]) -> Iterator[Figure]:
    startup = probes.get("startup", {})
    yield Figure("start-up of the traced process, CPU added", startup.get("added_ms"), 150, " ms")
    yield Figure("resident memory added", startup.get("added_mb"), 40, " MB")
    fold = probes.get("fold", {})
    yield Figure("fold", fold.get("spans_per_second"), 100_000, " spans/s", at_least=True)
    yield Figure("in the database file", fold.get("bytes_per_span"), 120, " bytes a span")
    for name, limit in (("questions", 100), ("questions_large", 500)):
        asked = probes.get(name, {})
        slowest = max(asked.get("ms", {}).items(), key=lambda item: item[1], default=(None, None))
        million = "10 M" if name.endswith("large") else "1 M"
        note = f"the slowest is {slowest[0]}" if slowest[0] else "make bench ARGS=--large"
        yield Figure(f"any built-in question at {million} spans, warm", slowest[1], limit, " ms", note=note)
    command = probes.get("command", {})
    yield Figure("breadcrumb query --flow to connecting with duckdb", command.get("ratio"), 1.5, " x")
