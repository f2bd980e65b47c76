"""`--lines F`: which lines the calls of a function ran, and what each changed; `--lines F#4` of one call."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.questions.call import calls_of, numbered_call
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.call_numbers import numbered
from breadcrumb.questions.facts.calls.call_rows import Call, iso, keys
from breadcrumb.questions.facts.calls.relations import related
from breadcrumb.questions.facts.run.functions import Named, display_names, find_function
from breadcrumb.questions.facts.run.run_facts import Run, command_line, find_run
from breadcrumb.questions.facts.run.source import source_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json


@dataclass(frozen=True)
class Change:
    """What a line did to one variable."""

    name: str
    value: Json
    previous: Json
    is_new: bool
    """Whether the variable had no value before."""
    is_gone: bool = False
    """Whether the line took its value away."""

    def json(self) -> dict[str, Any]:
        """Give the change as a JSON object."""
        return {"name": self.name, "value": self.value, "previous": self.previous, "unbound": self.is_gone}


@dataclass(frozen=True)
class Step:
    """One line that a call ran."""

    call: Call
    seq: int
    """Which line of the call it was, from 1."""
    line: int
    time_ns: int
    source: str | None
    """The line's text; None where the file is another now."""
    changes: tuple[Change, ...]

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "function": self.call.function,
            "call": self.call.number,
            "seq": self.seq,
            "file": self.call.file,
            "line": self.line,
            "source": self.source,
            "start": iso(self.time_ns),
            "time_ns": self.time_ns,
            "changes": [change.json() for change in self.changes],
            "thread": self.call.thread,
            "task": self.call.task,
            "span_id": self.call.span_id,
        }


def lines(reader: Reader, ask: Ask, name: str) -> Answer:
    """Give the lines of the function's calls in the order in which they began, whichever call they are of."""
    run = find_run(reader, ask)
    named = find_function(reader, run, ask, name)
    calls, unread = _calls(reader, run, ask, named)
    ran = _ran(reader, run, calls)
    if not ran:
        raise NoAnswer(f"no lines of {named.function} were kept", _again(reader, run, ask, named.function))
    steps = sorted(
        (step for call in calls for step in _steps(call, ran.get(call.span_id, ()))),
        key=lambda step: (step.time_ns, step.call.depth),
    )
    names = display_names(reader, run)
    return Answer(
        question="lines",
        run=run.run_id,
        rows=tuple(steps[: ask.rows]),
        total=len(steps),
        ask=ask,
        words=("--lines", name),
        dropped=run.dropped,
        notes=(*run.notes, *_notes(calls, ran, unread)),
        now_ns=run.now_ns,
        noun="lines",
        names=names,
        next=_next(ask, calls, names),
    )


def _calls(reader: Reader, run: Run, ask: Ask, named: Named) -> tuple[list[Call], int]:
    """Read the calls, with who called them, and count those that were not read."""
    if named.number is None:
        calls, total = calls_of(reader, run, ask, named.function)
    else:
        calls, total = [numbered_call(reader, run, ask, named.function, named.number)], 1
    calls = numbered(reader.connection, run.run_id, related(reader.connection, run.run_id, calls))
    return calls, total - len(calls)


def _ran(reader: Reader, run: Run, calls: Sequence[Call]) -> dict[str, list[Any]]:
    """Read the kept lines of each call that has any, by span id."""
    sql = """select printf('%016x', span_id), extra->'$.lines' from base.call where run_id = ?
        and span_id in (select unnest(?::ubigint[])) and (extra->'$.lines') is not null"""
    wanted = keys(call.span_id for call in calls)
    found = reader.connection.execute(sql, [run.run_id, wanted]).fetchall()
    return {span_id: json.loads(told) for span_id, told in found}


def _steps(call: Call, ran: Iterable[Any]) -> Iterator[Step]:
    values: dict[str, Json] = dict(call.args) if isinstance(call.args, dict) else {}
    for seq, told in enumerate(ran, start=1):
        if isinstance(told, list):
            line, offset_ns, *rest = told
            changes = tuple(_changes(values, *rest))
            time_ns = call.start_ns + offset_ns
            yield Step(call, seq, line, time_ns, source_line(call.file, line, call.start_ns), changes)


def _changes(
    values: dict[str, Json], changed: Mapping[str, Json] = MappingProxyType({}), gone: Iterable[str] = ()
) -> Iterator[Change]:
    """Give what a line changed and what it unbound, as they were kept, and bring `values` up to date."""
    for name, value in changed.items():
        yield Change(name, value, values.get(name), is_new=name not in values)
        values[name] = value
    for name in gone:
        yield Change(name, None, values.pop(name, None), is_new=False, is_gone=True)


def _notes(calls: Sequence[Call], ran: Mapping[str, Sequence[Any]], unread: int) -> Iterator[str]:
    beyond = sum(each["@more"] for told in ran.values() for each in told if isinstance(each, dict))
    if beyond:
        yield f"{beyond:,} more lines ran than were kept of a call: limits.lines is how many."
    without = sum(call.span_id not in ran for call in calls)
    if without:
        yield f"Without lines, since they did not end: {without} of {len(calls)} calls."
    if unread:
        yield f"{unread:,} more calls were not read."


def _again(reader: Reader, run: Run, ask: Ask, function: str) -> str:
    """Write the command that keeps the lines of the function in the next run."""
    return ask.run_again(["--lines", function, *(command_line(reader, run) or ["python", "app.py"])])


def _next(ask: Ask, calls: Sequence[Call], names: Mapping[str, str]) -> tuple[str, ...]:
    """After many calls look at one, the first that failed if any did; after one at what it called."""
    failed = [call for call in calls if call.raised and not call.cancelled]
    chosen = (failed or calls)[0]
    question = "--lines" if len(calls) > 1 else "--call"
    return (ask.query(question, f"{names[chosen.function]}#{chosen.number}"),)
