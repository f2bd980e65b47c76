"""The exceptions of a run that nobody handled: what ended it, what threads and event loops were left with."""

from __future__ import annotations

import json
from collections import defaultdict
from functools import cached_property
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
TEST = "test"
EXIT = "SystemExit"
"""The exception by which a program exits, which is no failure of a call."""
WELL = ("", "0", "None")
"""What an exit says by which a program ends well: `sys.exit()`, or the status 0."""


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
    """To whom it came: PROGRAM, LOOP, TEST, or a thread, task or process by its name."""

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


def ends_well(raised: Raised | None) -> bool:
    """Whether this is an exit by which a program ends well."""
    return raised is not None and raised.type == EXIT and (raised.message or "") in WELL


def has_failed_calls(reader: Reader, run: Run) -> bool:
    """Whether an exception left a call, other than one that `ends_well`."""
    sql = """select 1 from base.call where run_id = ? and outcome = 1
        and not coalesce(exception->>'$.type' = ?
            and coalesce(exception->>'$.message', '') in (select unnest(?)), false) limit 1"""
    return reader.connection.execute(sql, [run.run_id, EXIT, list(WELL)]).fetchone() is not None


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
    return [uncaught_from(process, json.loads(told), whom) for process, told, whom in (*ended, *others)]


Key = tuple[str, str, str | None, int | None]
"""Process, type and place of an exception: its address alone is soon another's."""


@dataclass(frozen=True)
class Came:
    """Exceptions of one type and place that came to a handler of a function."""

    function: str
    has_left: bool
    """Whether they had left a call before, or the body of a module."""
    counts: tuple[int, int, int]
    """How many it kept, how many another one replaced, how many left it again."""
    samples: str
    """Those that are told whole, as JSON."""

    @property
    def has_kept(self) -> bool:
        """Whether it kept some that had left a call or body."""
        return self.has_left and self.counts[0] > 0

    @cached_property
    def kept(self) -> frozenset[str] | None:
        """The addresses of those that it kept; None where not all are known."""
        kept = [address for address, is_replaced in self._told if not is_replaced]
        return frozenset(kept) if len(kept) == self.counts[0] else None

    @cached_property
    def all(self) -> frozenset[str] | None:
        """The addresses of all of them; None where not all are known."""
        return (
            frozenset(address for address, _ in self._told) if len(self._told) == sum(self.counts) else None
        )

    @cached_property
    def _told(self) -> list[tuple[str, bool]]:
        return [(each["exception"]["id"], "by" in each) for each in json.loads(self.samples)]


Ran = tuple[int, int | None]
"""When a body of a module began and ended, nanoseconds; None where its end is not known."""


@dataclass(frozen=True)
class Outside:
    """What became of exceptions that left every traced call, and of those that left bodies of modules."""

    left_to: Mapping[tuple[Key, str], str | None] = field(default_factory=dict)
    """Those that came to nobody, with their address: the thread that was left with one, or PROGRAM."""
    handlers: Mapping[Key, Sequence[Came]] = field(default_factory=dict)
    """To which functions, and bodies of modules, such ones came."""
    telling: frozenset[str] = frozenset()
    """The processes that told of every handler to which one came."""
    bodies: Mapping[tuple[str, str], Sequence[Ran]] = field(default_factory=dict)
    """When each body ran, by process and name."""

    def came_to_nobody(self, process: str, raised: Raised) -> bool:
        """Tell whether it ended a program, or was left to a thread or an event loop."""
        return (_key(process, raised), raised.id) in self.left_to

    def thread(self, process: str, raised: Raised) -> str | None:
        """Name the thread that was left with it."""
        whom = self.left_to.get((_key(process, raised), raised.id))
        return None if whom == PROGRAM else whom

    def ended_run(self, process: str, raised: Raised) -> bool:
        """Tell whether it left the program that was started."""
        return self.left_to.get((_key(process, raised), raised.id)) == PROGRAM

    def body(self, process: str, raised: Raised, at_ns: int) -> str | None:
        """Give the module body that handled what left all calls at that moment, where that was seen."""
        bodies = (each for each in self._keepers(process, raised) if each.endswith("<module>"))
        return next((each for each in bodies if self._ran(process, each, at_ns)), None)

    def _ran(self, process: str, body: str, at_ns: int) -> bool:
        known = self.bodies.get((process, body))
        return known is None or any(start <= at_ns <= (end or at_ns) for start, end in known)

    def importer(self, process: str, raised: Raised) -> str | None:
        """Give who handled what left a module's body, where that was seen."""
        return next(iter(self._keepers(process, raised)), None)

    def may_have_come_to(self, function: str, process: str, raised: Raised) -> bool:
        """Tell whether a handler of a function saw it; true where nobody knows."""
        return process not in self.telling or self.came_to(function, process, raised)

    def came_to(self, function: str, process: str, raised: Raised) -> bool:
        """Tell whether a handler of a function saw it, or so many of its kind that nobody knows which."""
        return any(
            each.function == function and (each.all is None or raised.id in each.all)
            for each in self._came(process, raised)
        )

    def took(self, function: str, process: str, raised: Raised) -> bool:
        """Tell whether a handler of a function had such a one that left calls, and kept it."""
        return function in self._keepers(process, raised)

    def _keepers(self, process: str, raised: Raised) -> Sequence[str]:
        if self.came_to_nobody(process, raised):
            return ()
        return [
            each.function
            for each in self._came(process, raised)
            if each.has_kept and (each.kept is None or raised.id in each.kept)
        ]

    def _came(self, process: str, raised: Raised) -> Sequence[Came]:
        if raised.file is not None:
            return self.handlers.get(_key(process, raised), ())
        # raised by the interpreter at a generator's end: handlers were told of the caller's place
        alike = [came for key, came in self.handlers.items() if key[:2] == (process, raised.type)]
        return [each for came in alike for each in came if raised.id in (each.all or ())]


def _key(process: str, raised: Raised) -> Key:
    return process, raised.type, raised.file, raised.line


def read_outside(connection: duckdb.DuckDBPyConnection, run: str) -> Outside:
    """Read it of a run."""
    return Outside(
        _left_to(connection, run),
        _handlers(connection, run),
        _telling(connection, run),
        _bodies(connection, run),
    )


def _bodies(connection: duckdb.DuckDBPyConnection, run: str) -> dict[tuple[str, str], list[Ran]]:
    sql = """select printf('%016x', process), value->>'$.function', try_cast(value->>'$.start_ns' as bigint),
            try_cast(value->>'$.duration_ns' as bigint)
        from base.fact where run_id = ? and kind = 'module'"""
    found: dict[tuple[str, str], list[Ran]] = defaultdict(list)
    for process, function, start, duration in connection.execute(sql, [run]).fetchall():
        found[process, function].append((start or 0, None if duration is None else (start or 0) + duration))
    return found


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
            case when value->>'$.left_to' = 'thread' then concat('thread ', value->>'$.thread')
            when kind = 'end' and printf('%016x', process) = (
                select process from processes where run_id = $run order by started limit 1) then $program end
        from base.fact
        where run_id = $run and kind in ('end', 'uncaught') and (value->'$.exception') is not null
        order by 3 nulls first"""
    rows = connection.execute(sql, {"run": run, "program": PROGRAM}).fetchall()
    told = [(process, raised_from(json.loads(text)), whom) for process, text, whom in rows]
    return {(_key(process, raised), raised.id): whom for process, raised, whom in told}


def _handlers(connection: duckdb.DuckDBPyConnection, run: str) -> dict[Key, list[Came]]:
    """Give to which functions exceptions came, and which they kept of those that had left a call or body."""
    sql = """select printf('%016x', process), value->>'$.type', value->'$.raised', value->>'$.function',
            value->>'$.left' = 'true' or ends_with(value->>'$.raised.function', '<module>'),
            value->'$.count', value->'$.replaced', value->'$.reraised', value->'$.samples'
        from base.fact where run_id = ? and kind = 'handled' and (value->'$.raised') is not null
        order by process, try_cast(key as bigint)"""
    found: dict[Key, list[Came]] = defaultdict(list)
    for process, kind, raised, function, has_left, *counts in connection.execute(sql, [run]).fetchall():
        key = _key(process, raised_from({"type": kind, **(json.loads(raised) or {})}))
        kept, replaced, reraised, samples = counts
        numbers = int(kept or 0), int(replaced or 0), int(reraised or 0)
        found[key].append(Came(function, bool(has_left), numbers, samples or "[]"))
    return found


def uncaught_from(process: str, told: dict[str, Any], whom: str) -> Uncaught:
    """Read what was told of one."""
    left = told.get("from")
    place = Place(left["function"], left["file"], left["line"]) if left else None
    return Uncaught(raised_from(told), process, place, whom)
