"""Calls as rows of the `calls` view."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from breadcrumb_exporter_duckdb.base.records import dataclass, field, fields
from breadcrumb_exporter_duckdb.database.statements import Sql, sql
from breadcrumb_exporter_duckdb.reading.call_texts import COLUMNS as VALUES
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.questions.facts.calls.values import Values, arguments, parsed, result, values_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    import duckdb

RAISED = 1
"""The outcome of a call that an exception left."""

CANCELLED = 2
"""The outcome of a call that cancellation or close left."""

MODULE = "module"
"""The kind of the body of a module, which is no call but where it is asked for."""

COLUMNS = sql("""run_id, printf('%016x', process), pid, replace(trace_id::varchar, '-', ''),
    printf('%016x', span_id), case when parent_id = 0 then null else printf('%016x', parent_id) end,
    function, file, line, kind, start_ns, duration_ns, ran_ns, ran_ns - child_ns, suspensions, depth, thread,
    task,
    case outcome when 1 then 'error' when 3 then 'unknown' when 255 then 'open' else 'ok' end,
    nullif(outcome, 255), called_line, ended_line""")

ORDER = sql("start_ns, ordinal, span_id")
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
    not_handled_in: str | None = None
    """The thread, task or process that it left, where its caller is in another one: `task Task-2`."""
    reached: str | None = None
    """The call above that it reached, of which the end is not known: it may have handled it, or not yet."""
    then: str | None = None
    """The type of the other exception that left the call that caught it."""
    taken_below: bool = False
    """Whether no handler of the call that caught it saw it: code that is not traced had it."""
    came_to_nobody: bool = False
    """Whether the thread, event loop or program said that nobody handled it."""
    ended_run: bool = False
    """Whether it left the program that was started."""
    request: str | None = None
    """The request or message that the last call served, if its caller had it: `SERVER POST /cart`."""
    failed_request: bool = False
    """Whether that request failed."""
    test: str | None = None
    """The test whose runner caught it."""
    was_expected: bool = False
    """Whether the test was expected to fail."""

    @property
    def ending(self) -> tuple[str | bool | None, ...]:
        """What became of it."""
        handler = self.handled_by, self.taken_below, self.not_handled_in, self.reached, self.then
        return *handler, self.request, self.test

    @property
    def may_be_handled(self) -> bool:
        """Whether it left a thread, task or process, and who waits for that may have handled it."""
        return self.not_handled_in is not None and not self.came_to_nobody

    @property
    def first(self) -> bool:
        """Whether this call is the innermost that it left."""
        return self.came_from is None


class Below(NamedTuple):
    """How many calls are below one in its tree."""

    calls: int
    is_least: bool = False
    """Whether there may be more: in threads, tasks and generators."""


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
    called_line: int | None
    """The line of the caller that made it."""
    ended_line: int | None
    """The line where it returned, or where an exception left it."""
    args: Any
    result: Any
    returned: bool
    """Whether a return value was recorded, which `result` alone does not tell from None."""
    raised: Raised | None
    called_by: str | None = None
    calls_made: Mapping[str, int] = field(default_factory=dict)
    number: int | None = None
    """The n of `function#n`: which call of its function in the run it is, from 1; None if not counted."""
    chunk: int = 0
    """The part of the run that was folded together."""
    number_in_chunk: int = 0
    """Which call of its function it is in there, from 1; 0 for what is not numbered."""
    args_after: Mapping[str, Any] = field(default_factory=dict)
    """The arguments that the call left different, where they were kept and the question asks for them."""
    range: tuple[int, int, int | None] = (0, 0, None)
    """Its stack, and the numbers of the first and the last call there that are it or below it."""
    below: Below | None = None
    """How many calls are below it, where a tree leaves some of them out."""
    made: tuple[Call, ...] = ()
    """The first calls that it made, where the question asks for them."""
    beside: tuple[Call, ...] = ()
    """What was done elsewhere with its objects while it ran, where the question asks for that."""
    yielded: Mapping[str, Any] = field(default_factory=dict)
    """What a generator gave: `count`, `first` and `last`, as far as they were kept."""
    at_import: bool = False
    """Whether the body of a module that was imported made it, where the question tells such apart."""

    @property
    def cancelled(self) -> bool:
        """Whether cancellation or close left the call."""
        return self.outcome == CANCELLED

    @property
    def yields(self) -> int | None:
        """How many values a generator gave; None of other calls, and of open ones."""
        if self.kind == "async_generator":  # that is suspended where it waits, too
            return self.yielded.get("count")
        return self.suspensions if self.kind == "generator" else None

    @property
    def alike(self) -> Hashable:
        """What calls that are written as one have in common besides their function and its callees."""
        raised = self.raised
        error = (raised.type, raised.ending, raised.first) if raised else None
        return (tuple(self.args) if isinstance(self.args, dict) else None, self.status, self.cancelled, error)

    def json(self) -> dict[str, Any]:
        """Give the row of a call as all formats promise it."""
        raised = self.raised
        after = {"args_after": dict(self.args_after)} if self.args_after else {}
        return {
            "function": self.function,
            "args": self.args,
            **after,
            **({} if self.yields is None else {"yields": self.yields}),
            **({f"{each}_yield": self.yielded[each] for each in ("first", "last") if each in self.yielded}),
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


_PLAIN = fields(Call)[: fields(Call).index("args")]
"""The fields that are columns as they are."""
_FIRST = 7
"""Where those begin in a row."""
_YIELDED = sql("case when kind in ('generator', 'async_generator') then extra->'$.yielded' end")
_GIVEN = _FIRST + len(_PLAIN) + 1
"""Where the columns of the values begin, behind the exception."""

Changed = TypeVar("Changed", Call, Raised)


_NOTHING: Mapping[str, Any] = MappingProxyType({})
_DEFAULTS = {
    "called_by": None,
    "calls_made": _NOTHING,
    "number": None,
    "args_after": _NOTHING,
    "below": None,
    "made": (),
    "beside": (),
}


def changed(row: Changed, **changes: object) -> Changed:
    """Copy a call or exception with some fields changed: `replace`, many times as quick."""
    other = object.__new__(type(row))
    other.__dict__.update(row.__dict__, **changes)
    return other


def keys(span_ids: Iterable[str]) -> list[int]:
    """Give the numbers behind span ids, by which the store joins and filters quickly."""
    return [int(span_id, 16) for span_id in span_ids]


def iso(ns: int) -> str:
    """Write nanoseconds since the epoch as ISO 8601 in UTC, to the microsecond."""
    seconds, rest = divmod(ns, 1_000_000_000)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{rest // 1000:06d}Z"


def read_calls(
    connection: duckdb.DuckDBPyConnection,
    where: Sql,
    *,
    limit: int,
    order: Sql = ORDER,
) -> list[Call]:
    """Read at most `limit` calls that meet the condition `where`, in that order."""
    query = sql(
        "select place from base.call where {where} order by {order} limit {limit}",
        where=where,
        order=order,
        limit=limit,
    )
    return calls_at(connection, query.column(connection))


def count_where(connection: duckdb.DuckDBPyConnection, where: Sql) -> int:
    """Count the calls that meet the condition."""
    return sql("select count(*) from base.call where {where}", where=where).number(connection)


def calls_made_by(connection: duckdb.DuckDBPyConnection, call: Call, *, limit: int) -> list[Call]:
    """Read the first calls that a call made."""
    (key,) = keys([call.span_id])
    return read_calls(
        connection, sql("run_id = {run} and parent_id = {key}", run=call.run, key=key), limit=limit
    )


def calls_at(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> list[Call]:
    """Read the calls at these places, in their order: only these pay for being written out."""
    query = sql(
        """select place, chunk, number, stack, ordinal, last_ordinal, {yielded}, {columns}, exception,
            {values} from base.call
        where place in (select unnest({places}::bigint[]))""",
        yielded=_YIELDED,
        columns=COLUMNS,
        values=VALUES,
        places=list(places),
    )
    rows = {row[0]: row for row in query.rows(connection)}
    found = [rows[place] for place in places]
    values = values_of(connection, (row[_GIVEN:] for row in found))
    exceptions = parsed(row[_GIVEN - 1] for row in found)
    yielded = parsed(row[_FIRST - 1] for row in found)
    return [_call(row, values, *told) for row, *told in zip(found, exceptions, yielded, strict=True)]


def in_order(calls: Iterable[Call]) -> list[Call]:
    """Put calls in start order; of those that the clock does not tell apart, the outer one first."""
    return sorted(calls, key=lambda call: (call.start_ns, call.depth))


def calls_by_key(connection: duckdb.DuckDBPyConnection, wanted: Sequence[int]) -> list[Call]:
    """Read the calls with these numbers behind their span ids."""
    where = sql("span_id in (select unnest({wanted}::ubigint[]))", wanted=list(wanted))
    return read_calls(connection, where, limit=len(wanted))


def _call(row: Sequence[Any], values: Values, exception: Any, yielded: Any) -> Call:
    """Make a call of a row and its values; past the constructor, which takes most of the time."""
    given = row[_GIVEN:]
    call = object.__new__(Call)
    call.__dict__.update(
        zip(_PLAIN, row[_FIRST:], strict=False),
        **_DEFAULTS,
        args=arguments(given, values),
        result=result(given, values),
        returned=given[-1] is not None,
        raised=None if exception is None else raised_from(exception),
        chunk=row[1],
        number_in_chunk=row[2],
        range=row[3 : _FIRST - 1],
        yielded=yielded or _NOTHING,
    )
    return call


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
