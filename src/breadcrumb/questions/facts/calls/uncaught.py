"""The exceptions of a run that nobody handled: what ended it, what threads and event loops were left with."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, field

from breadcrumb.questions.facts.calls.call_rows import Raised, raised_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb
    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.run.run_facts import Run

LOOP = "event loop"
PROGRAM = "program"
EXIT = "SystemExit"
"""The exception by which a program exits, which is no failure of a call."""


@dataclass(frozen=True)
class Place:
    """Where a function stood."""

    function: str
    file: str
    line: int


@dataclass(frozen=True)
class Uncaught:
    """One of them."""

    raised: Raised
    process: str
    left: Place | None
    """Where the innermost frame in scope was left."""
    whom: str
    """To whom it came: PROGRAM, LOOP, or a thread, task or process by its name."""

    @property
    def ended_run(self) -> bool:
        """Whether it ended the run."""
        return self.whom == PROGRAM

    @property
    def is_plain_exit(self) -> bool:
        """Whether this is an exit with a status and no message, from code not in scope: a test runner's."""
        raised, left = self.raised, self.left
        is_own = left is not None and (left.file, left.line) == (raised.file, raised.line)
        return raised.type == EXIT and _is_status(raised) and not is_own


def _is_status(raised: Raised) -> bool:
    """Whether an exit gives a number, or a member of an enum of numbers, in place of a message."""
    given = raised.args[0] if isinstance(raised.args, list) and len(raised.args) == 1 else None
    is_member = isinstance(given, dict) and isinstance(given.get("value"), int) and "name" in given
    return (raised.message or "").isdigit() or is_member


def read_uncaught(reader: Reader, run: Run) -> list[Uncaught]:
    """Give what ended the run first."""
    sql = """select process, exception, concat('process ', pid) from processes
        where run_id = ? and exception is not null
        order by started <> (select min(started) from processes where run_id = ?), started"""
    ended = reader.connection.execute(sql, [run.run_id, run.run_id]).fetchall()
    if ended and run.exception is not None:
        ended = [(*ended[0][:2], PROGRAM), *ended[1:]]
    sql = """select printf('%016x', process), value->'$.exception',
            case value->>'$.left_to' when 'thread' then concat('thread ', value->>'$.thread')
            when 'task' then 'a task' else value->>'$.left_to' end
        from base.fact where run_id = ? and kind = 'uncaught' order by process, try_cast(key as bigint)"""
    others = reader.connection.execute(sql, [run.run_id]).fetchall()
    return [_uncaught(process, json.loads(told), whom) for process, told, whom in (*ended, *others)]


Key = tuple[str, str, str | None, int | None]
"""Process, type and place of an exception: its address alone is soon another's."""


@dataclass(frozen=True)
class Outside:
    """What became of exceptions that left every traced call, and of those that left bodies of modules."""

    left_to: Mapping[tuple[Key, str], str | None] = field(default_factory=dict)
    """Those that came to nobody, with their address: the thread that was left with one."""
    handlers: Mapping[Key, Sequence[str]] = field(default_factory=dict)
    """The functions, and bodies of modules, that handled such ones."""
    seen: frozenset[tuple[Key, str]] = frozenset()
    """Such ones with the functions to whose handlers they came, whatever became of them there."""
    telling: frozenset[str] = frozenset()
    """The processes that told of every handler to which one came."""

    def came_to_nobody(self, process: str, raised: Raised) -> bool:
        """Tell whether it ended a program, or was left to a thread or an event loop."""
        return (_key(process, raised), raised.id) in self.left_to

    def thread(self, process: str, raised: Raised) -> str | None:
        """Name the thread that was left with it."""
        return self.left_to.get((_key(process, raised), raised.id))

    def body(self, process: str, raised: Raised) -> str | None:
        """Give the module body that handled what left all calls, where that was seen."""
        return next((each for each in self._handlers(process, raised) if each.endswith("<module>")), None)

    def importer(self, process: str, raised: Raised) -> str | None:
        """Give who handled what left a module's body, where that was seen."""
        return next(iter(self._handlers(process, raised)), None)

    def may_have_come_to(self, function: str, process: str, raised: Raised) -> bool:
        """Tell whether a handler of a function saw it; true where nobody knows."""
        return process not in self.telling or self.came_to(function, process, raised)

    def came_to(self, function: str, process: str, raised: Raised) -> bool:
        """Tell whether a handler of a function is known to have seen such a one."""
        return (_key(process, raised), function) in self.seen

    def took(self, function: str, process: str, raised: Raised) -> bool:
        """Tell whether a handler of a function had such a one that left calls, and kept it."""
        return function in self._handlers(process, raised)

    def _handlers(self, process: str, raised: Raised) -> Sequence[str]:
        if self.came_to_nobody(process, raised):
            return ()
        return self.handlers.get(_key(process, raised), ())


def _key(process: str, raised: Raised) -> Key:
    return process, raised.type, raised.file, raised.line


def read_outside(connection: duckdb.DuckDBPyConnection, run: str) -> Outside:
    """Read it of a run."""
    seen = _handlers(connection, run)
    handlers: dict[Key, list[str]] = defaultdict(list)
    for key, function, has_kept in seen:
        if has_kept:
            handlers[key].append(function)
    came = frozenset((key, function) for key, function, _ in seen)
    return Outside(_left_to(connection, run), handlers, came, _telling(connection, run))


def _telling(connection: duckdb.DuckDBPyConnection, run: str) -> frozenset[str]:
    """Give the processes that heard of handlers, ended well and lost nothing."""
    sql = """select process from processes
        where run_id = $run and ended is not null and facts->>'$.hears_handlers' = 'true'
        and process not in (select printf('%016x', process) from base.fact where run_id = $run
            and (kind = 'handled' and (value->>'$.type') is null
                or kind = 'drop' and contains(value::varchar, ' handled at too many')))"""
    return frozenset(process for (process,) in connection.execute(sql, {"run": run}).fetchall())


def _left_to(connection: duckdb.DuckDBPyConnection, run: str) -> dict[tuple[Key, str], str | None]:
    sql = """select printf('%016x', process), value->'$.exception',
            case when value->>'$.left_to' = 'thread' then concat('thread ', value->>'$.thread') end
        from base.fact where run_id = ? and kind in ('end', 'uncaught') and (value->'$.exception') is not null
        order by 3 nulls first"""
    rows = connection.execute(sql, [run]).fetchall()
    told = [(process, raised_from(json.loads(text)), thread) for process, text, thread in rows]
    return {(_key(process, raised), raised.id): thread for process, raised, thread in told}


def _handlers(connection: duckdb.DuckDBPyConnection, run: str) -> list[tuple[Key, str, bool]]:
    """Give the functions to whose handlers exceptions came; whether they kept what left a call or body."""
    sql = """select printf('%016x', process), value->>'$.type', value->'$.raised', value->>'$.function',
            try_cast(value->>'$.count' as bigint) > 0
            and (value->>'$.left' = 'true' or ends_with(value->>'$.raised.function', '<module>'))
        from base.fact where run_id = ? and kind = 'handled' and (value->'$.raised') is not null
        order by process, try_cast(key as bigint)"""
    rows = connection.execute(sql, [run]).fetchall()
    return [
        (_key(process, raised_from({"type": kind, **(json.loads(raised) or {})})), function, bool(kept))
        for process, kind, raised, function, kept in rows
    ]


def _uncaught(process: str, told: dict[str, Any], whom: str) -> Uncaught:
    left = told.get("from")
    place = Place(left["function"], left["file"], left["line"]) if left else None
    return Uncaught(raised_from(told), process, place, whom)
