"""Where the threads and tasks of a run stood when it was stopped or died: the open calls, outermost first.

Known are the calls that processes told of while they ran, and, of a run that its time limit ended, the stacks
that every thread was asked for: these say also what was not traced.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.questions.facts.calls.call_numbers import numbered
from breadcrumb.questions.facts.calls.call_rows import calls_at, iso

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.run.run_facts import Run

MOST_CALLS = 1_000
"""Open calls that are read."""
OUTERMOST = 5
"""Calls of a stack that are read from its beginning, where it is deep."""
INNERMOST = 25
"""Calls of a stack that are read from its end."""
OURS = ("/breadcrumb_instrumentation_calls/", "/breadcrumb_exporter_duckdb/")
"""Where frames of the tracer lie."""
PLUMBING = frozenset(("threading.py", name) for name in ("_bootstrap", "_bootstrap_inner", "run"))
"""What every thread stands on, by the end of its file's name."""
LIBRARY = re.compile(r".*/(site-packages|lib/python3\.\d+)/")
"""Where code lies that is not the program's own."""


@dataclass(frozen=True)
class Frame:
    """One frame: an open call, or code of which no call is known."""

    function: str
    file: str
    line: int | None
    """Where the frame stood; of a call without a stack, where its function begins."""
    traced: bool | None
    """None of the program's own code where no call is known: it is not traced, or was not told of yet."""
    call: Call | None = None

    def json(self) -> dict[str, Any]:
        """Give the row."""
        call = self.call
        return {
            "function": self.function,
            "file": self.file,
            "line": self.line,
            "traced": self.traced,
            "args": call.args if call else None,
            "start": iso(call.start_ns) if call else None,
            "span_id": call.span_id if call else None,
        }


@dataclass(frozen=True)
class Standing:
    """A thread or task, and its frames, outermost first."""

    pid: int
    thread: str | None
    task: str | None
    at_ns: int | None
    """When it stood there; None where that is not known."""
    frames: tuple[Frame, ...]
    is_whole: bool = True
    """Whether calls that had only just begun are among them."""
    left_out: int = 0
    """How many calls stand between the first `OUTERMOST` and the others."""

    def json(self) -> dict[str, Any]:
        """Give the object of the JSON format."""
        at = None if self.at_ns is None else iso(self.at_ns)
        return {
            "pid": self.pid,
            "thread": self.thread,
            "task": self.task,
            "at": at,
            "frames": [frame.json() for frame in self.frames],
            "left_out": self.left_out,
        }


_OPEN = """select c.place, c.process, c.thread_id, c.task_id,
        coalesce((p.facts->>'$.open_known')::boolean, false) as is_whole,
        greatest(count(*) over stack - $outermost - $innermost, 0) as left_out,
        row_number() over (stack order by c.start_ns, c.ordinal) as from_first,
        row_number() over (stack order by c.start_ns desc, c.ordinal desc) as from_last
    from base.call c
    join processes p on p.run_id = c.run_id and p.process = printf('%016x', c.process)
    where c.run_id = $run and c.outcome = 255 and p.ended_how = 'ended without goodbye'
    window stack as (partition by c.process, if(c.task_id = 0, c.thread_id, 0), c.task_id)
    qualify from_first <= $outermost or from_last <= $innermost
    order by c.start_ns, c.ordinal limit $most"""
_OPEN_AT = """select place, process, thread_id, task_id, true, 0 from base.call
    where run_id = ? and process = ? and start_ns <= ?
        and (duration_ns is null or start_ns + duration_ns >= ?)
    order by start_ns, ordinal limit ?"""
_ASKED = """select f.value, arg_max(p.process, p.started) from facts f
    left join processes p on p.run_id = f.run_id and p.pid = (f.value->>'$.pid')::bigint
    where f.run_id = ? and f.kind = 'stacks' group by f.value order by min(p.started)"""


def standing(reader: Reader, run: Run) -> tuple[Standing, ...]:
    """Give where each thread and task of processes stood that were stopped or died without goodbye."""
    asked = [
        (json.loads(value), process)
        for value, process in reader.connection.execute(_ASKED, [run.run_id]).fetchall()
    ]
    told: list[Standing] = []
    known = set()
    for stacks, process in asked:
        if stacks["threads"]:
            known.add(process)
            told += _asked(reader, run, stacks, process)
    if not run.open_calls:
        return tuple(told)
    most = {"outermost": OUTERMOST, "innermost": INNERMOST, "most": MOST_CALLS}
    rows = reader.connection.execute(_OPEN, {"run": run.run_id, **most}).fetchall()
    calls = _Open(reader, run, [row for row in rows if f"{row[1]:016x}" not in known])
    return (*told, *calls.standing(None))


class _Open:
    """Open calls by the thread or task in which they stand."""

    def __init__(self, reader: Reader, run: Run, rows: Sequence[tuple[Any, ...]]) -> None:
        found = calls_at(reader.connection, [row[0] for row in rows])
        self._calls: dict[tuple[int, int, int], list[Call]] = defaultdict(list)
        self._known: dict[tuple[int, int, int], tuple[bool, int]] = {}
        for call, (_, process, thread, task, is_whole, left_out, *_) in zip(
            numbered(reader.connection, run.run_id, found), rows, strict=True
        ):
            stack = process, 0 if task else thread, task or 0
            self._calls[stack].append(call)
            self._known[stack] = is_whole, left_out
        self.threads = {call.span_id: row[2] for call, row in zip(found, rows, strict=True)}

    def take(self, thread: int, file: str, name: str) -> Call | None:
        """Take the outermost call of that code in a thread."""
        for calls in self._calls.values():
            for call in calls:
                if (
                    self.threads[call.span_id] == thread
                    and call.file == file
                    and _last(call.function) == name
                ):
                    calls.remove(call)
                    return call
        return None

    def standing(self, at_ns: int | None) -> list[Standing]:
        """Give what was not taken."""
        return [
            Standing(
                calls[0].pid,
                calls[0].thread,
                calls[0].task,
                at_ns,
                tuple(map(_frame, calls)),
                *self._known[stack],
            )
            for stack, calls in self._calls.items()
            if calls
        ]


def _frame(call: Call) -> Frame:
    return Frame(call.function, call.file, call.line, traced=True, call=call)


def _last(function: str) -> str:
    return function.rpartition(".")[2]


def _asked(reader: Reader, run: Run, stacks: Mapping[str, Any], process: str | None) -> list[Standing]:
    """Bring a process's stacks and its open calls together."""
    at_ns = int(stacks["time_ns"])
    key = int(process, 16) if process else 0
    rows = reader.connection.execute(_OPEN_AT, [run.run_id, key, at_ns, at_ns, MOST_CALLS]).fetchall()
    calls = _Open(reader, run, rows)
    codes = _codes(reader, run, process)
    told = []
    for thread in stacks["threads"]:
        number, name = _thread(reader, run, process, thread["ident"])
        frames = tuple(_at(calls, codes, number, *frame) for frame in _without_plumbing(thread["frames"]))
        if frames:
            task = next((frame.call.task for frame in reversed(frames) if frame.call), None)
            told.append(Standing(stacks["pid"], name, task, at_ns, frames))
    return [*reversed(told), *calls.standing(at_ns)]


def _at(
    calls: _Open, codes: Mapping[tuple[str, str], str], thread: int, file: str, line: int, name: str
) -> Frame:
    function = codes.get((file, name))
    call = calls.take(thread, file, name) if function else None
    traced = True if function else False if LIBRARY.match(file) else None
    return Frame(call.function if call else function or name, file, line, traced, call)


def _codes(reader: Reader, run: Run, process: str | None) -> dict[tuple[str, str], str]:
    sql = "select file, function from codes where run_id = ? and process = ?"
    found = reader.connection.execute(sql, [run.run_id, process]).fetchall()
    return {(file, _last(function)): function for file, function in found}


def _thread(reader: Reader, run: Run, process: str | None, ident: int) -> tuple[int, str | None]:
    """Find the number and name of the newest thread with that identity."""
    sql = """select key::ubigint, value->>'$.name' from facts
        where run_id = ? and process = ? and kind = 'thread' and (value->>'$.ident')::ubigint = ?
        order by 1 desc limit 1"""
    found = reader.connection.execute(sql, [run.run_id, process, ident]).fetchone()
    return (found[0], found[1]) if found else (0, None)


def _without_plumbing(frames: Iterable[Sequence[Any]]) -> list[Sequence[Any]]:
    """Leave out what is no code of the program's; all of a thread of the tracer's."""
    own = [
        frame
        for frame in frames
        if (frame[0].rpartition("/")[2], frame[2]) not in PLUMBING and not frame[0].startswith("<frozen")
    ]
    if own and any(part in own[0][0] for part in OURS):
        return []
    own = [frame for frame in own if not any(part in frame[0] for part in OURS)]
    return own[1:] if len(own) > 1 and own[0][2] == "<module>" else own
