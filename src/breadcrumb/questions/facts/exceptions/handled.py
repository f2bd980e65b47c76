"""Exceptions that traced code handled, by the handler and the place where they were raised."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, replace

from breadcrumb.questions.facts.calls.call_rows import Raised, raised_from
from breadcrumb.questions.facts.exceptions.handlers import SWALLOWED, dropped_by, ending

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.run.run_facts import Run

REPLACED = "replaced"
"""What became of an exception in whose handler another one was raised, which left it."""

CLOSED = "GeneratorExit"
"""What leaves the handler of a generator that is closed there: it replaces nothing."""


@dataclass(frozen=True)
class Handled:
    """Exceptions of one type, raised at one place, that came to one handler."""

    process: str
    function: str
    file: str
    line: int | None
    """Where the handler begins."""
    raised: Raised
    """The first of them that is kept whole."""
    count: int
    ending: str
    """HANDLED, SWALLOWED, CAUGHT, FAILED_PART or REPLACED."""
    left: bool
    """Whether they left a call before: then they are told with it."""
    by: Raised | None = None
    """What left the handler in their place."""
    span_id: str | None = None
    """The handler's call."""
    kept: tuple[Raised, ...] = ()
    """Those that are kept whole."""
    dropped_by: str | None = None
    """What of the handler dropped them, and where: "`return` of its finally in line 7"."""
    moments_ns: tuple[int, ...] = ()
    """When the first three of them came there, and a late one."""

    def json(self) -> dict[str, Any]:
        """Give the row; it has the keys of every exception, and `ending`, `count`, `handler`."""
        raised = self.raised
        return {
            "type": raised.type,
            "message": raised.message,
            "raised": {"function": raised.function, "file": raised.file, "line": raised.line},
            "left": None,
            "path": [],
            "locals": [],
            "handled_by": self.function,
            "not_handled_in": None,
            "reached": None,
            "ended_run": False,
            "args": None,
            "start": None,
            "span_id": self.span_id,
            "trace_id": None,
            "ending": self.ending,
            "count": self.count,
            "handler": {"file": self.file, "line": self.line, "dropped_by": self.dropped_by},
            "by": None if self.by is None else {"type": self.by.type, "message": self.by.message},
        }


def read_handled(reader: Reader, run: Run) -> list[Handled]:
    """Give all of a run, in the order in which they were first seen."""
    sql = """select printf('%016x', process), value from base.fact
        where run_id = ? and kind = 'handled' order by process, try_cast(key as bigint)"""
    rows = reader.connection.execute(sql, [run.run_id]).fetchall()
    return [each for process, told in rows for each in _parts(process, json.loads(told))]


def _parts(process: str, told: dict[str, Any]) -> Iterable[Handled]:
    """Tell apart those that were handled there and those that another one replaced."""
    samples = told["samples"]
    if told["by"] is not None and told["by"]["type"] == CLOSED:
        told = {**told, "count": told["count"] + told["replaced"], "replaced": 0}
        samples = [{key: each[key] for key in each if key != "by"} for each in samples]
    kept = [sample for sample in samples if "by" not in sample]
    swapped = [sample for sample in samples if "by" in sample]
    if told["count"] > 0:
        yield _handled(process, told, told["count"], kept or samples)
    if told["replaced"] > 0:
        yield _handled(process, told, told["replaced"], swapped or samples, told["by"])


def _handled(
    process: str,
    told: dict[str, Any],
    count: int,
    samples: list[dict[str, Any]],
    by: dict[str, Any] | None = None,
) -> Handled:
    known = {"type": told["type"] or "other exceptions", **(told["raised"] or {})}
    raised = raised_from(samples[0]["exception"] if samples else known)
    ran_ns = samples[-1]["time_ns"] if samples else 0
    became = ending(told["file"], told["line"], told["bases"], ran_ns) if by is None else REPLACED
    return Handled(
        process=process,
        function=told["function"],
        file=told["file"],
        line=told["line"],
        raised=raised,
        count=count,
        ending=became,
        left=told["left"],
        dropped_by=dropped_by(told["file"], told["line"], ran_ns) if became == SWALLOWED else None,
        by=None if by is None else raised_from(by),
        span_id=samples[0]["span_id"] if samples else None,
        kept=tuple(raised_from(sample["exception"]) for sample in samples),
        moments_ns=tuple(sample["time_ns"] for sample in samples),
    )


def within(found: Sequence[Handled], run: Run, ask: Ask) -> list[Handled]:
    """Give those that came in the time and the tests asked about, counted by the moments that are known."""
    since_ns = ask.since_ns
    if since_ns is None and not run.tests:
        return list(found)
    asked = [(each, _asked(each, run, since_ns or 0)) for each in found]
    return [replace(each, count=len(moments), moments_ns=moments) for each, moments in asked if moments]


def together(found: Iterable[Handled]) -> list[Handled]:
    """Count as one what came to the same handler from the same place in several processes."""
    alike: dict[tuple[object, ...], Handled] = {}
    for each in found:
        raised = each.raised
        by = None if each.by is None else (each.by.type, each.by.file, each.by.line)
        key = (each.function, each.file, each.line, raised.type, raised.file, raised.line, each.ending, by)
        first = alike.get(key)
        alike[key] = each if first is None else replace(first, count=first.count + each.count)
    return list(alike.values())


def _asked(handled: Handled, run: Run, since_ns: int) -> tuple[int, ...]:
    tests = [each for each in run.tests if each.process == int(handled.process, 16)]
    return tuple(
        moment
        for moment in handled.moments_ns
        if moment >= since_ns
        and (not run.tests or any(each.start_ns <= moment <= (each.end_ns or moment) for each in tests))
    )
