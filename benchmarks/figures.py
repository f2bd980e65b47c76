"""The figures that the design holds the product to, and what was measured for each."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from benchmarks.catalog import WORKLOADS
from benchmarks.pairs import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

OURS = "breadcrumb-c-all"
"""What the figures are about: arguments and returns of every call are kept."""
THINNED = "breadcrumb-c"


@dataclass(frozen=True)
class Figure:
    """One figure."""

    what: str
    measured: float | None
    """None: not measured."""
    limit: float
    unit: str
    command: str
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


def make(words: str) -> str:
    """The command that measures a figure again."""
    return f'make bench ARGS="{words}"'


def figures(rows: Iterable[Row], probes: Mapping[str, Any]) -> list[Figure]:
    """All of them."""
    found = {(row.workload, row.tracer): row for row in rows if row.pairs}
    return [*_costs(found), *_peers(found), *_probes(probes)]


COSTS = (
    ("fib", "thread", 5.0, "one int in and out (fib), thread"),
    ("objects", "thread", 2.0, "objects and containers, thread"),
    ("tasks", "thread", 1.7, "asyncio, thread"),
    ("library", "thread", 1.05, "mostly C and library code, thread"),
    ("visitor", "thread", 1.05, "own calls in a library's million, thread"),
    ("objects", "whole", 2.5, "objects, whole process with writing"),
)


REAL_LIMITS = {"tree": (3.0, "process tree"), "thread": (2.0, "calling thread")}


def real_figures(probes: Mapping[str, Any]) -> Iterator[Figure]:
    """Those of real programs with the default settings: of most the one that is furthest off counts."""
    rows = [Row(**row) for row in probes.get("real", {}).get("rows", ())]
    rows = [row for row in rows if row.kept]
    for clock, (limit, what) in REAL_LIMITS.items():
        yield _worst(f"CPU of the {what}", rows, partial(Row.middle, clock=clock), limit, " x")
    yield _worst("calls dropped", rows, lambda row: row.kept["dropped"], 0, "")
    yield _average("in the spool", rows, "spool_bytes", 150, " bytes a call")
    yield _worst(
        "fold, by wall time",
        rows,
        lambda row: row.calls / row.kept["fold_wall"] * 1e9,
        100_000,
        " calls/s",
        at_least=True,
    )
    yield _worst("the first question", rows, lambda row: row.kept["question"] / 1e9, 2.0, " s")


def _worst(
    what: str,
    rows: list[Row],
    value: Callable[[Row], float],
    limit: float,
    unit: str,
    at_least: bool = False,
) -> Figure:
    choose = min if at_least else max
    found = {row.workload: value(row) for row in rows if row.tracer == THINNED}
    whole = choose((value(row) for row in rows if row.tracer == OURS), default=0.0)
    worst = choose(found, key=found.__getitem__, default="")
    held = sum(each >= limit if at_least else each <= limit for each in found.values())
    words = worst.replace("_", " ")
    note = f"{words}; {held} of {len(found)} hold it; {number(whole)}{unit} whole" if found else ""
    command = make("--probes real")
    return Figure(f"real programs, {what}", found.get(worst), limit, unit, command, at_least, note)


def _average(what: str, rows: list[Row], name: str, limit: float, unit: str) -> Figure:
    averages = {}
    for tool in (THINNED, OURS):
        calls = sum(row.calls for row in rows if row.tracer == tool)
        averages[tool] = sum(row.kept[name] for row in rows if row.tracer == tool) / max(calls, 1)
    note = f"{number(averages[OURS])}{unit} whole" if rows else ""
    measured = averages[THINNED] if rows else None
    return Figure(f"real programs, {what}", measured, limit, unit, make("--probes real"), note=note)


def _costs(found: Mapping[tuple[str, str], Row]) -> Iterator[Figure]:
    fib = found.get(("fib", OURS))
    added = fib.added("thread") if fib else None
    command = make(f"--workloads fib --tracers {OURS}")
    thinned = found.get(("fib", THINNED))
    note = f"{number(thinned.added('thread'))} ns as it comes, thinned" if thinned else ""
    yield Figure("fib, added on the thread", added, 250, " ns a call", command, note=note)
    for workload, clock, limit, what in COSTS:
        row = found.get((workload, OURS))
        measured = row.middle(clock) if row else None
        command = make(f"--workloads {workload} --tracers {OURS}")
        thinned = found.get((workload, THINNED))
        note = f"{number(thinned.middle(clock))} x as it comes, thinned" if thinned else ""
        yield Figure(what, measured, limit, " x", command, note=note)


def _peers(found: Mapping[tuple[str, str], Row]) -> Iterator[Figure]:
    for peer, limit in (("viztracer", 5.0), ("kolo", 10.0), ("opentelemetry", 50.0)):
        times = dict(times_less(found, peer))
        shown = ", ".join(f"{name} {number(value)}" for name, value in times.items())
        middle = statistics.median(times.values()) if times else None
        what = f"less added time than {peer}, median of programs"
        command = make(f"--tracers {OURS},{peer}")
        yield Figure(what, middle, limit, " x", command, at_least=True, note=shown)


def times_less(found: Mapping[tuple[str, str], Row], peer: str) -> Iterator[tuple[str, float]]:
    """How many times as much as we a peer adds to a call, where it saw all calls and both add something."""
    for workload in WORKLOADS:
        ours, theirs = found.get((workload, OURS)), found.get((workload, peer))
        if ours and theirs and theirs.complete:
            mine, other = ours.added("thread"), theirs.added("thread")
            if mine > 0 and other > 0:
                yield workload, other / mine


def _probes(probes: Mapping[str, Any]) -> Iterator[Figure]:
    startup, fold = probes.get("startup", {}), probes.get("fold", {})
    command = make("--probes startup")
    yield Figure("start-up of the traced process, CPU added", startup.get("added_ms"), 150, " ms", command)
    yield Figure("resident memory added at start-up", startup.get("added_mb"), 40, " MB", command)
    command = make("--probes fold")
    rate, size = fold.get("spans_per_second"), fold.get("bytes_per_span")
    yield Figure("fold, by wall time", rate, 100_000, " spans/s", command, at_least=True)
    yield Figure("in the database file", size, 120, " bytes a span", command)
    yield _slowest(probes.get("questions", {}), "1 M", 100, make("--probes questions"))
    yield _slowest(probes.get("questions_large", {}), "10 M", 500, make("--probes questions --large"))
    ratio = probes.get("command", {}).get("ratio")
    what = "breadcrumb query --flow, CPU, to connecting with duckdb"
    yield Figure(what, ratio, 1.5, " x", make("--probes command"))


def _slowest(asked: Mapping[str, Any], spans: str, limit: float, command: str) -> Figure:
    took: Mapping[str, float] = asked.get("ms", {})
    name = max(took, key=took.__getitem__, default="")
    slow = sum(ms > limit for ms in took.values())
    note = f"the slowest is {name}; {slow} of {len(took)} take longer" if took else ""
    return Figure(
        f"any built-in question at {spans} spans, warm", took.get(name), limit, " ms", command, note=note
    )
