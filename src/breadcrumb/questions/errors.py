"""`--errors`: each exception once, where it was raised, the calls that it left, and who handled it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from breadcrumb.questions.answer import Answer, Ask
from breadcrumb.questions.call_rows import Call, iso, numbered, raised_from, read_calls, related
from breadcrumb.questions.functions import display_names
from breadcrumb.questions.run_facts import Run, find_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breadcrumb_exporter_duckdb.store import Reader


PATH = 10
"""Calls that one exception is taken to leave, to read enough of them for the limit."""


@dataclass(frozen=True)
class Failure:
    """One exception: the calls that it left, innermost first; or, with no calls, what ended the run."""

    type: str
    message: str | None
    file: str | None
    line: int | None
    calls: tuple[Call, ...] = ()
    ended_run: bool = False

    @property
    def handled_by(self) -> str | None:
        """The call that caught the exception, if it is known."""
        raised = self.calls[-1].raised if self.calls else None
        return raised.handled_by if raised else None

    def json(self) -> dict[str, Any]:
        """Give the row."""
        first = self.calls[0] if self.calls else None
        return {
            "type": self.type,
            "message": self.message,
            "raised": {
                "function": first.raised.function if first and first.raised else None,
                "file": self.file,
                "line": self.line,
            },
            "path": [call.function for call in self.calls],
            "handled_by": self.handled_by,
            "ended_run": self.ended_run,
            "args": first.args if first else None,
            "start": iso(first.start_ns) if first else None,
            "span_id": first.span_id if first else None,
            "trace_id": first.trace_id if first else None,
        }


def errors(reader: Reader, ask: Ask) -> Answer:
    """Give the exceptions of a run in the order in which they were raised, the one that ended it first."""
    run = find_run(reader, ask)
    calls, unread = _read(reader, run, ask)
    failures = _failures(calls)
    ended = _ended(reader, run)
    rows = _ended_first(failures, ended)
    names = display_names(reader, run)
    return Answer(
        question="errors",
        run=run.run_id,
        rows=tuple(rows[: ask.rows]),
        total=len(rows),
        ask=ask,
        words=("--errors",),
        dropped=run.dropped,
        counts=run.counts,
        notes=(*_exit_note(run), *run.notes, *_bound_note(unread)),
        noun="exceptions",
        names=names,
        next=_next(ask, rows, names),
    )


def _read(reader: Reader, run: Run, ask: Ask) -> tuple[list[Call], int]:
    """Read the first calls that an exception left, and count those that were not read."""
    where, parameters = run.where(ask)
    where += " and outcome = 1"
    connection = reader.connection
    calls = read_calls(connection, where, parameters, limit=ask.rows * PATH)
    sql = f"select count(*) from calls where {where}"  # noqa: S608 - the condition is ours
    (failed,) = connection.execute(sql, parameters).fetchone() or (0,)
    return numbered(connection, run.run_id, related(connection, run.run_id, calls)), failed - len(calls)


def _bound_note(unread: int) -> list[str]:
    if not unread:
        return []
    return [f"The total is a lower bound: {unread:,} more calls that an exception left were not read."]


def _failures(calls: Sequence[Call]) -> list[Failure]:
    """Join the calls that one exception left: it goes from a call to the one above it."""
    above = {call.raised.came_from: call for call in calls if call.raised and call.raised.came_from}
    return [_failure(call, above) for call in calls if call.raised is None or call.raised.first]


def _failure(inner: Call, above: Mapping[str, Call]) -> Failure:
    path = [inner]
    while path[-1].span_id in above:
        path.append(above[path[-1].span_id])
    raised = inner.raised
    if raised is None:
        return Failure("?", None, inner.file, inner.line, tuple(path))
    return Failure(raised.type, raised.message, raised.file or inner.file, raised.line, tuple(path))


def _ended(reader: Reader, run: Run) -> list[Failure]:
    """Read the exceptions that left main programs."""
    sql = "select exception from processes where run_id = ? and exception is not null order by started"
    found = []
    for (text,) in reader.connection.execute(sql, [run.run_id]).fetchall():
        raised = raised_from(json.loads(text))
        found.append(Failure(raised.type, raised.message, raised.file, raised.line, ended_run=True))
    return found


def _ended_first(failures: list[Failure], ended: list[Failure]) -> list[Failure]:
    """Put what ended the run first, with its calls where they were traced."""
    first = []
    for end in ended:
        traced = next(
            (f for f in failures if f.handled_by is None and (f.type, f.message) == (end.type, end.message)),
            None,
        )
        if traced:
            failures = [failure for failure in failures if failure is not traced]
        calls = traced.calls if traced else ()
        first.append(Failure(end.type, end.message, end.file, end.line, calls, ended_run=True))
    return first + failures


def _exit_note(run: Run) -> list[str]:
    return [f"The run's exit status is {run.exit_status}."] if run.exit_status else []


def _next(ask: Ask, rows: Sequence[Failure], names: dict[str, str]) -> tuple[str, ...]:
    first = next((row.calls for row in rows if row.calls), ())
    if not first:
        return (ask.query("--flow"),)
    name = f"{names.get(first[0].function, first[0].function)}#{first[0].number}"
    question = "--trace" if first[0].calls_made else "--call"
    above = first[-1].parent_span_id
    if above:
        return (ask.query(question, name), ask.command("show", above))
    outermost = f"{names.get(first[-1].function, first[-1].function)}#{first[-1].number}"
    return (ask.query(question, name), *((ask.query("--trace", outermost),) if len(first) > 1 else ()))
