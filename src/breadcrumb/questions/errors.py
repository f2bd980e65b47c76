"""`--errors`: each exception once, where it was raised, the calls that it left, and who handled it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.call_rows import ORDER, Call, calls_at, iso, raised_from
from breadcrumb.questions.facts.cancellations import caught
from breadcrumb.questions.facts.functions import display_names
from breadcrumb.questions.facts.open_stacks import standing
from breadcrumb.questions.facts.relations import Through, calls_any, complete, raised_through
from breadcrumb.questions.facts.run_facts import Run, find_run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.ask import Ask


ESCAPED = 10
"""The last exceptions that nobody handled, among which the one is sought that ended the run."""


@dataclass(frozen=True)
class Failure:
    """One exception: the calls that it left, innermost first; or, with no calls, what ended the run."""

    type: str
    message: str | None
    file: str | None
    line: int | None
    calls: tuple[Call, ...] = ()
    ended_run: bool = False
    locals: tuple[Mapping[str, Json] | None, ...] = ()
    """The variables of each call as the exception left them; None where they were not kept."""

    @property
    def handled_by(self) -> str | None:
        """The call that caught the exception, if it is known."""
        raised = self.calls[-1].raised if self.calls else None
        return raised.handled_by if raised else None

    @property
    def not_handled_in(self) -> str | None:
        """The thread, task or process that it left, where its caller is in another one."""
        raised = self.calls[-1].raised if self.calls else None
        return raised.not_handled_in if raised else None

    @property
    def reached(self) -> str | None:
        """The call that it reached, of which nobody knows whether it handled it: its end is not known."""
        raised = self.calls[-1].raised if self.calls else None
        return raised.reached if raised else None

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
            "locals": list(self.locals),
            "handled_by": self.handled_by,
            "not_handled_in": self.not_handled_in,
            "reached": self.reached,
            "ended_run": self.ended_run,
            "args": first.args if first else None,
            "start": iso(first.start_ns) if first else None,
            "span_id": first.span_id if first else None,
            "trace_id": first.trace_id if first else None,
        }


def errors(reader: Reader, ask: Ask) -> Answer:
    """Give the exceptions of a run, the one that ended it first, and the cancellations that a call caught."""
    run = find_run(reader, ask)
    found = _paths(reader, run, ask)
    ended = _ended(reader, run)
    first = range(min(len(found.paths), ask.rows))
    chosen = dict.fromkeys((*first, *(found.escaped[-ESCAPED:] if ended else ())))
    rows = _ended_first(_failures(reader, run, found, chosen), ended)
    total = len(found.paths) + len(rows) - len(chosen)
    cancelled = [_failure(path, (None,) * len(path)) for path in caught(reader, run, ask)]
    names = display_names(reader, run)
    return Answer(
        question="errors",
        run=run.run_id,
        rows=(*rows, *cancelled)[: ask.rows],
        total=total + len(cancelled),
        ask=ask,
        words=("--errors",),
        dropped=run.dropped,
        counts=run.counts,
        notes=(*_exit_note(run), *run.notes),
        noun="exceptions",
        names=names,
        stood=standing(reader, run),
        next=_next(reader, run, ask, [*rows, *cancelled], names),
    )


@dataclass(frozen=True)
class _Paths:
    """The failed calls of a run by key, in start order: where each is, and through which calls each went."""

    places: Mapping[int, int]
    paths: tuple[tuple[int, ...], ...]
    """The calls that one exception left, innermost first."""
    escaped: tuple[int, ...]
    """Which of them left a call that nothing called."""
    through: Through


def _paths(reader: Reader, run: Run, ask: Ask) -> _Paths:
    where, parameters = run.where(ask)
    sql = f"""select span_id, parent_id, place from base.call where {where} and outcome = 1
        order by {ORDER}"""  # noqa: S608 - the condition is ours
    rows = reader.connection.execute(sql, parameters).fetchall()
    through = raised_through(reader.connection, run.run_id)
    sources = through[0]
    parents = {key: parent for key, parent, _ in rows}
    above = {low: high for high, low in sources.items() if high in parents}
    paths = [_path(key, above) for key in parents if sources.get(key) not in parents]
    escaped = tuple(at for at, path in enumerate(paths) if not parents[path[-1]])
    return _Paths({key: place for key, _, place in rows}, tuple(paths), escaped, through)


def _path(key: int, above: Mapping[int, int]) -> tuple[int, ...]:
    path = [key]
    while path[-1] in above:
        path.append(above[path[-1]])
    return tuple(path)


def _failures(reader: Reader, run: Run, found: _Paths, chosen: Iterable[int]) -> list[Failure]:
    """Read the calls of the chosen paths."""
    paths = [found.paths[at] for at in chosen]
    places = list(dict.fromkeys(found.places[key] for path in paths for key in path))
    found_calls = calls_at(reader.connection, places)
    calls = complete(reader.connection, run.run_id, found_calls, found.through, calls_made=False)
    by_key = {int(call.span_id, 16): call for call in calls}
    left = _locals(reader, places)
    return [
        _failure(tuple([by_key[key] for key in path]), tuple([left.get(key) for key in path]))
        for path in paths
    ]


def _failure(path: tuple[Call, ...], left: tuple[Mapping[str, Json] | None, ...]) -> Failure:
    inner = path[0]
    raised = inner.raised
    if raised is None:
        return Failure("?", None, inner.file, inner.line, path, locals=left)
    file = raised.file or inner.file
    return Failure(raised.type, raised.message, file, raised.line, path, locals=left)


def _locals(reader: Reader, places: Sequence[int]) -> dict[int, Mapping[str, Json]]:
    """Read by key what the frames of calls held when the exception left them."""
    sql = """select span_id, extra->'$.locals' from base.call
        where place in (select unnest(?::bigint[])) and (extra->'$.locals') is not null"""
    found = reader.connection.execute(sql, [list(places)]).fetchall()
    return {key: json.loads(told) for key, told in found}


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
        alike = [
            f for f in failures if f.handled_by is None and (f.type, f.message) == (end.type, end.message)
        ]
        traced = min(alike, key=lambda failure: failure.not_handled_in is not None, default=None)
        if traced:
            failures = [failure for failure in failures if failure is not traced]
        calls, left = (traced.calls, traced.locals) if traced else ((), ())
        first.append(replace(end, calls=calls, locals=left))
    return first + failures


def _exit_note(run: Run) -> list[str]:
    return [f"The run's exit status is {run.exit_status}."] if run.exit_status else []


def _next(
    reader: Reader, run: Run, ask: Ask, rows: Sequence[Failure], names: dict[str, str]
) -> tuple[str, ...]:
    first = next((row.calls for row in rows if row.calls), ())
    if not first:
        return (ask.query("--flow"),)
    name = f"{names.get(first[0].function, first[0].function)}#{first[0].number}"
    question = "--trace" if calls_any(reader.connection, run.run_id, first[0]) else "--call"
    above = first[-1].parent_span_id
    if above:
        return (ask.query(question, name), ask.command("show", above))
    outermost = f"{names.get(first[-1].function, first[-1].function)}#{first[-1].number}"
    return (ask.query(question, name), *((ask.query("--trace", outermost),) if len(first) > 1 else ()))
