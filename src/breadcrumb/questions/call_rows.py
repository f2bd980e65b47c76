"""Calls as rows: read from the `calls` view, with who called them and what they called."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    import duckdb

CANCELLED = 2
"""The outcome of a call that cancellation or close left."""

COLUMNS = """run_id, process, pid, trace_id, span_id, parent_span_id, function, file, line, kind,
    start_ns, duration_ns, ran_ns, self_ns, suspensions, depth, thread, task, status, outcome,
    args, "return", exception"""

ORDER = "start_ns, ordinal, span_key"
"""The start order of calls; the ordinal decides where the clock does not."""


@dataclass(frozen=True)
class Raised:
    """The exception that left a call."""

    type: str
    message: str | None
    args: Any
    id: str
    file: str | None
    line: int | None
    function: str | None
    handled_by: str | None = None
    """The call above that caught it; None where none did or it is not known."""
    came_from: str | None = None
    """The span of the call below that it left before this one."""

    @property
    def first(self) -> bool:
        """Whether this call is the innermost that it left."""
        return self.came_from is None


@dataclass(frozen=True)
class Call:
    """One call of a traced function."""

    run: str
    process: str
    pid: int
    trace_id: str
    span_id: str
    parent_span_id: str | None
    function: str
    file: str
    line: int
    kind: str
    start_ns: int
    duration_ns: int | None
    ran_ns: int | None
    self_ns: int | None
    suspensions: int
    depth: int
    thread: str | None
    task: str | None
    status: str
    outcome: int | None
    args: Any
    result: Any
    returned: bool
    """Whether a return value was recorded, which `result` alone does not tell from None."""
    raised: Raised | None
    called_by: str | None = None
    calls_made: Mapping[str, int] = field(default_factory=dict)
    number: int | None = None
    """The n of `function#n`: which call of its function in the run it is, from 1; None if not counted."""

    @property
    def cancelled(self) -> bool:
        """Whether cancellation or close left the call."""
        return self.outcome == CANCELLED

    @property
    def alike(self) -> Hashable:
        """What calls that are written as one have in common besides their function and its callees."""
        raised = self.raised
        error = (raised.type, raised.handled_by, raised.first) if raised else None
        return (tuple(self.args) if isinstance(self.args, dict) else None, self.status, self.cancelled, error)

    def json(self) -> dict[str, Any]:
        """Give the row of a call as all formats promise it."""
        raised = self.raised
        return {
            "function": self.function,
            "args": self.args,
            "return": self.result,
            "exception": None if raised is None else {"type": raised.type, "message": raised.message},
            "start": iso(self.start_ns),
            "duration_ns": self.duration_ns,
            "self_ns": self.self_ns,
            "called_by": self.called_by,
            "calls_made": dict(self.calls_made),
            "thread": self.thread,
            "task": self.task,
            "pid": self.pid,
            "file": self.file,
            "line": self.line,
            "depth": self.depth,
            "span_id": self.span_id,
            "parent_span_id": self.parent_span_id,
            "trace_id": self.trace_id,
            "status": self.status,
        }


_PLAIN = [field.name for field in fields(Call)][: COLUMNS.count(",") - 2]
"""The fields that are columns as they are: all but the JSON ones, which come last."""


def keys(span_ids: Iterable[str]) -> list[int]:
    """Give the numbers behind span ids, by which the store joins and filters quickly."""
    return [int(span_id, 16) for span_id in span_ids]


def iso(ns: int) -> str:
    """Write nanoseconds since the epoch as ISO 8601 in UTC, to the microsecond."""
    seconds, rest = divmod(ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest // 1000:06d}Z"


def read_calls(
    connection: duckdb.DuckDBPyConnection,
    where: str,
    parameters: Sequence[Any],
    *,
    limit: int,
    order: str = ORDER,
) -> list[Call]:
    """Read at most `limit` calls that meet the condition `where`, in that order."""
    sql = f"select span_key from calls where {where} order by {order} limit {int(limit)}"  # noqa: S608
    return calls_by_key(connection, [key for (key,) in connection.execute(sql, list(parameters)).fetchall()])


def calls_by_key(connection: duckdb.DuckDBPyConnection, wanted: Sequence[int]) -> list[Call]:
    """Read the calls with these keys, in their order: only these pay for being written out."""
    sql = f"select span_key, {COLUMNS} from calls where span_key in (select unnest(?::ubigint[]))"  # noqa: S608
    rows = {key: row for key, *row in connection.execute(sql, [list(wanted)]).fetchall()}
    return [_call(tuple(rows[key])) for key in wanted]


def _call(row: tuple[Any, ...]) -> Call:
    *_, args, result, exception = row
    return Call(
        **dict(zip(_PLAIN, row, strict=False)),
        args=_loads(args),
        result=_loads(result),
        returned=result is not None,
        raised=None if exception is None else raised_from(_loads(exception)),
    )


def _loads(text: str | None) -> Any:
    return None if text is None else json.loads(text)


def raised_from(value: Any) -> Raised:
    """Make the exception from its captured JSON value."""
    known: dict[str, Any] = value if isinstance(value, dict) else {"type": str(value)}
    return Raised(
        type=str(known.get("type", "?")).removeprefix("__main__."),
        message=known.get("message"),
        args=known.get("args"),
        id=str(known.get("id", "")),
        file=known.get("file"),
        line=known.get("line"),
        function=known.get("function"),
    )


def related(connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]) -> list[Call]:
    """Add to each call who called it, what it called, and who handled its exception."""
    if not calls:
        return []
    made = _calls_made(connection, run, [call.span_id for call in calls])
    callers = _callers(connection, run, calls)
    handled = _handled(connection, run, [call.span_id for call in calls if call.raised])
    return [
        replace(
            call,
            called_by=callers.get(call.parent_span_id or ""),
            calls_made=made.get(call.span_id, {}),
            raised=_with_handler(call, handled),
        )
        for call in calls
    ]


def _with_handler(call: Call, handled: Mapping[str, tuple[str | None, str | None]]) -> Raised | None:
    if call.raised is None or call.span_id not in handled:
        return call.raised
    handler, came_from = handled[call.span_id]
    return replace(call.raised, handled_by=handler, came_from=came_from)


def _calls_made(
    connection: duckdb.DuckDBPyConnection, run: str, span_ids: Sequence[str]
) -> dict[str, Counter[str]]:
    made: dict[str, Counter[str]] = defaultdict(Counter)
    sql = """select parent_key, function, count(*) from calls
        where run_id = ? and parent_key in (select unnest(?::ubigint[]))
        group by all order by min(start_ns)"""
    for parent, function, count in connection.execute(sql, [run, keys(span_ids)]).fetchall():
        made[f"{parent:016x}"][function] = count
    return made


def _callers(connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]) -> dict[str, str]:
    known = {call.span_id: call.function for call in calls}
    missing = {call.parent_span_id for call in calls if call.parent_span_id} - known.keys()
    if missing:
        sql = """select span_id, function from calls
            where run_id = ? and span_key in (select unnest(?::ubigint[]))"""
        known.update(connection.execute(sql, [run, keys(filter(None, missing))]).fetchall())
    return known


def _handled(
    connection: duckdb.DuckDBPyConnection, run: str, span_ids: Sequence[str]
) -> dict[str, tuple[str | None, str | None]]:
    """Find for these failed calls who caught what left them, and from which call below it came."""
    if not span_ids:
        return {}
    sql = """select span_key, parent_key, exception from calls
        where run_id = ? and outcome = 1 order by start_ns, ordinal"""
    failed = {key: (parent, what) for key, parent, what in connection.execute(sql, [run]).fetchall()}
    sources = _sources(failed)
    catchers = {key: _catcher(key, failed, sources) for key in keys(span_ids)}
    sql = """select span_key, function from calls
        where run_id = ? and outcome <= 2 and span_key in (select unnest(?::ubigint[]))"""
    functions = dict(connection.execute(sql, [run, list(catchers.values())]).fetchall())
    return {
        f"{key:016x}": (functions.get(catcher), f"{sources[key]:016x}" if key in sources else None)
        for key, catcher in catchers.items()
    }


def _sources(failed: Mapping[int, tuple[int, str | None]]) -> dict[int, int]:
    """Find for each failed call the call below that its exception left before: the last with the same one.

    The same means the same address, text and place where it was raised. Earlier ones only look the same:
    they were caught, and the address of the exception was used again.
    """
    return {
        parent: key
        for key, (parent, what) in failed.items()
        if parent in failed and failed[parent][1] == what
    }


def _catcher(key: int, failed: Mapping[int, tuple[int, str | None]], sources: Mapping[int, int]) -> int:
    """Climb from a failed call to the one above that its exception did not leave; 0 if there is none."""
    while key in failed:
        parent = failed[key][0]
        if sources.get(parent) != key:
            return parent
        key = parent
    return 0


def numbered(connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]) -> list[Call]:
    """Add to each call which call of its function in the run it is, where that is not known yet."""
    unknown = [call for call in calls if call.number is None]
    if not unknown:
        return list(calls)
    sql = f"""select span_key, number from (
            select span_key, row_number() over (partition by function order by {ORDER}) as number
            from calls where run_id = ? and function in (select unnest(?)) and start_ns <= ?)
        where span_key in (select unnest(?::ubigint[]))"""  # noqa: S608 - ORDER is ours
    functions = sorted({call.function for call in unknown})
    latest = max(call.start_ns for call in unknown)
    wanted = keys(call.span_id for call in unknown)
    numbers = dict(connection.execute(sql, [run, functions, latest, wanted]).fetchall())
    return [replace(call, number=call.number or numbers.get(int(call.span_id, 16))) for call in calls]
