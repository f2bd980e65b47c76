"""Calls as rows: read from the `calls` view, with who called them and what they called."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    import duckdb

RAISED = 1
"""The outcome of a call that an exception left."""

CANCELLED = 2
"""The outcome of a call that cancellation or close left."""

COLUMNS = """run_id, printf('%016x', process), pid, replace(trace_id::varchar, '-', ''),
    printf('%016x', span_id), case when parent_id = 0 then null else printf('%016x', parent_id) end,
    function, file, line, kind, start_ns, duration_ns, ran_ns, ran_ns - child_ns, suspensions, depth, thread,
    task,
    case outcome when 1 then 'error' when 3 then 'unknown' when 255 then 'open' else 'ok' end,
    nullif(outcome, 255), args, "return", exception"""

ORDER = "start_ns, ordinal, span_id"
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
    chunk: int = 0
    """The part of the run that was folded together."""
    number_in_chunk: int = 0
    """Which call of its function it is in there, from 1; 0 for what is not numbered."""
    args_after: Mapping[str, Any] = field(default_factory=dict)
    """The arguments that the call left different, where they were kept and the question asks for them."""

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
        after = {"args_after": dict(self.args_after)} if self.args_after else {}
        return {
            "function": self.function,
            "args": self.args,
            **after,
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


_PLAIN = [field.name for field in fields(Call)][: [field.name for field in fields(Call)].index("args")]
"""The fields that are columns as they are: all but the JSON ones, which come last."""
_JSON = 3
"""How many those are."""

Changed = TypeVar("Changed", Call, Raised)


_NOTHING: Mapping[str, Any] = MappingProxyType({})
_DEFAULTS = {"called_by": None, "calls_made": _NOTHING, "number": None, "args_after": _NOTHING}


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
    where: str,
    parameters: Sequence[Any],
    *,
    limit: int,
    order: str = ORDER,
) -> list[Call]:
    """Read at most `limit` calls that meet the condition `where`, in that order."""
    sql = f"select place from base.call where {where} order by {order} limit {int(limit)}"  # noqa: S608
    found = connection.execute(sql, list(parameters)).fetchall()
    return calls_at(connection, [place for (place,) in found])


def calls_at(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> list[Call]:
    """Read the calls at these places, in their order: only these pay for being written out."""
    sql = f"select place, chunk, number, {COLUMNS} from base.call where place in (select unnest(?::bigint[]))"  # noqa: S608
    rows = {row[0]: row for row in connection.execute(sql, [list(places)]).fetchall()}
    found = [rows[place] for place in places]
    values = _loads([text for row in found for text in row[-_JSON:]])
    return [_call(row, values[_JSON * at : _JSON * at + _JSON]) for at, row in enumerate(found)]


def calls_by_key(connection: duckdb.DuckDBPyConnection, wanted: Sequence[int]) -> list[Call]:
    """Read the calls with these numbers behind their span ids."""
    return read_calls(
        connection, "span_id in (select unnest(?::ubigint[]))", [list(wanted)], limit=len(wanted)
    )


def _call(row: Sequence[Any], values: Sequence[Any]) -> Call:
    """Make a call of a row and its parsed JSON; past the constructor, which takes most of the time."""
    args, result, exception = values
    call = object.__new__(Call)
    call.__dict__.update(
        zip(_PLAIN, row[3:], strict=False),
        **_DEFAULTS,
        args=args,
        result=result,
        returned=row[-2] is not None,
        raised=None if row[-1] is None else raised_from(exception),
        chunk=row[1],
        number_in_chunk=row[2],
    )
    return call


def _loads(texts: Iterable[str | None]) -> list[Any]:
    """Parse many JSON texts at once, which is quicker than one by one; None stays."""
    values: list[Any] = json.loads(f"[{','.join(text or 'null' for text in texts)}]")
    return values


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


Through = tuple[dict[int, int], dict[int, int]]
"""What `raised_through` gives."""


def complete(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    calls: Sequence[Call],
    through: Through | None = None,
    *,
    calls_made: bool = True,
) -> list[Call]:
    """Add to each call all that other rows say about it; `through` where it is known already.

    Without `calls_made`, only a single call is told what it called.
    """
    return numbered(connection, run, related(connection, run, calls, through, calls_made=calls_made))


def related(
    connection: duckdb.DuckDBPyConnection,
    run: str,
    calls: Sequence[Call],
    through: Through | None = None,
    *,
    calls_made: bool = True,
) -> list[Call]:
    """Add to each call who called it, what it called, and who handled its exception."""
    if not calls:
        return []
    made = _calls_made(connection, run, calls) if calls_made or len(calls) == 1 else {}
    catchers, sources = _caught(connection, run, calls, through)
    above = {int(call.parent_span_id, 16) for call in calls if call.parent_span_id}
    functions = _functions(connection, run, calls, above | set(catchers.values()))
    return [
        changed(
            call,
            called_by=functions.get(call.parent_span_id or "", (None, None))[0],
            calls_made=made.get(call.span_id, {}),
            raised=_with_handler(call, catchers, sources, functions),
        )
        for call in calls
    ]


def numbered(connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]) -> list[Call]:
    """Add to each call which call of its function in the run it is, where that is not known yet."""
    unknown = [call for call in calls if call.number is None and call.number_in_chunk]
    numbers = call_numbers(connection, run, unknown)
    return [changed(call, number=call.number or numbers.get(call.span_id)) for call in calls]


def _with_handler(
    call: Call,
    catchers: Mapping[int, int],
    sources: Mapping[int, int],
    functions: Mapping[str, tuple[str, int | None]],
) -> Raised | None:
    key = int(call.span_id, 16)
    if call.raised is None or key not in catchers:
        return call.raised
    handler, outcome = functions.get(f"{catchers[key]:016x}", (None, None))
    came_from = f"{sources[key]:016x}" if key in sources else None
    ended = outcome is not None and outcome <= CANCELLED
    return changed(call.raised, handled_by=handler if ended else None, came_from=came_from)


def calls_any(connection: duckdb.DuckDBPyConnection, run: str, call: Call) -> bool:
    """Tell whether a call called any other."""
    return bool(_calls_made(connection, run, [call]))


def _calls_made(
    connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]
) -> dict[str, Counter[str]]:
    made: dict[str, Counter[str]] = defaultdict(Counter)
    sql = """select parent_id, function, count(*) from base.call
        where run_id = ? and parent_id in (select unnest(?::ubigint[]))
        group by all order by min(start_ns)"""
    span_ids = keys(call.span_id for call in calls)
    for parent, function, count in connection.execute(sql, [run, span_ids]).fetchall():
        made[f"{parent:016x}"][function] = count
    return made


def _functions(
    connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call], wanted: set[int]
) -> dict[str, tuple[str, int | None]]:
    """Find the functions, and the outcomes, of these calls and of the wanted ones.

    Callers began before what they called, unless the clock was set meanwhile: later ones are seldom read.
    """
    known = {call.span_id: (call.function, call.outcome) for call in calls}
    missing = wanted - set(keys(known)) - {0}
    latest = max(call.start_ns for call in calls)
    for condition in (f"and start_ns <= {latest}", f"and start_ns > {latest}"):
        if missing:
            sql = f"""select span_id, function, outcome from base.call
                where run_id = ? and span_id in (select unnest(?::ubigint[])) {condition}"""  # noqa: S608 - ours
            rows = connection.execute(sql, [run, list(missing)]).fetchall()
            known.update((f"{key:016x}", (function, outcome)) for key, function, outcome in rows)
            missing -= {key for key, _, _ in rows}
    return known


def _caught(
    connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call], through: Through | None
) -> tuple[dict[int, int], dict[int, int]]:
    """Find for the failed calls which call caught what left them, and from which call below it came."""
    failed = {int(call.span_id, 16): call for call in calls if call.outcome == RAISED}
    if not failed:
        return {}, {}
    end_ns = max(call.start_ns + (call.duration_ns or 0) for call in failed.values())
    sources, above = through or raised_through(connection, run, end_ns)
    parents = above | {key: int(call.parent_span_id or "0", 16) for key, call in failed.items()}
    return {key: parents[path_end(key, parents, sources)] for key in failed}, sources


def raised_through(connection: duckdb.DuckDBPyConnection, run: str, end_ns: int | None = None) -> Through:
    """Find the calls that an exception left after it had left one below: that one, and who called them.

    All of the run, or those that began by `end_ns`: what an exception left by then began before.

    The exception is the same where address, text and place where it was raised are. Of several calls below it
    left the last: earlier ones only look the same, for the address was used again.
    """
    begun = "" if end_ns is None else f"and start_ns <= {end_ns}"
    sql = f"""with failed as materialized (
            select span_id, parent_id, place, start_ns, ordinal from base.call
            where run_id = ? and outcome = 1 {begun})
        select low.span_id, low.place, high.span_id, high.parent_id, high.place
        from failed low join failed high on high.span_id = low.parent_id order by low.start_ns, low.ordinal"""  # noqa: S608 - a number
    pairs = connection.execute(sql, [run]).fetchall()
    places = list({place for _, low, _, _, high in pairs for place in (low, high)})
    sql = "select place, hash(exception) from base.call where place in (select unnest(?::bigint[]))"
    what = dict(connection.execute(sql, [places]).fetchall()) if places else {}
    same = [(low, high, above) for low, at, high, above, over in pairs if what[at] == what[over]]
    return {high: low for low, high, _ in same}, {high: above for _, high, above in same}


def path_end(key: int, parents: Mapping[int, int], sources: Mapping[int, int]) -> int:
    """Climb from a failed call to the last one that its exception left."""
    while sources.get(parents[key]) == key:
        key = parents[key]
    return key


def call_numbers(connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]) -> dict[str, int]:
    """Find for each call which call of its function in the run it is, in start order, from 1.

    Before it come those of the chunks that had begun and ended before, and those of its own chunk; only where
    other chunks go on at the same time, their calls are looked at.
    """
    if not calls:
        return {}
    sql = """select function, first_ns, last_ns, numbers from base.tally
        where run_id = ? and function in (select unnest(?))"""
    chunks: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    wanted = sorted({call.function for call in calls})
    for function, *chunk in connection.execute(sql, [run, wanted]).fetchall():
        chunks[function].append(tuple(chunk))
    starts = {function: sorted(first for first, _, _ in each) for function, each in chunks.items()}
    ends = {function: sorted((last, count) for _, last, count in each) for function, each in chunks.items()}
    sums = {function: [0, *accumulate(count for _, count in each)] for function, each in ends.items()}
    numbers, among_others = {}, []
    for call in calls:
        over = bisect_left(ends[call.function], (call.start_ns, 0))
        numbers[call.span_id] = sums[call.function][over] + call.number_in_chunk
        if bisect_right(starts[call.function], call.start_ns) - over > 1:
            among_others.append(call)
    for span_id, count in _before_in_others(connection, run, among_others):
        numbers[span_id] += count
    return numbers


_BEFORE_IN_OTHERS = """
with wanted as (
    select unnest($spans) as span, unnest($functions) as function, unnest($chunks::uinteger[]) as chunk,
        unnest($starts::bigint[]) as start_ns, unnest($keys::ubigint[]) as key),
pair as materialized (
    select w.span, w.function, t.chunk, w.start_ns::hugeint * 18446744073709551616 + c.ordinal as moment
    from wanted w join base.call c on c.run_id = $run and c.span_id = w.key
    join base.tally t on t.run_id = $run and t.function = w.function and t.chunk <> w.chunk
        and w.start_ns between t.first_ns and t.last_ns),
other as (
    select function, chunk, start_ns::hugeint * 18446744073709551616 + ordinal as moment,
        max(number) as number
    from base.call
    where run_id = $run and function in (select unnest($functions)) and chunk in (select chunk from pair)
    group by function, chunk, moment)
select pair.span, sum(other.number)::bigint from pair asof join other
    on other.function = pair.function and other.chunk = pair.chunk and pair.moment > other.moment
group by pair.span"""


def _before_in_others(
    connection: duckdb.DuckDBPyConnection, run: str, calls: Sequence[Call]
) -> list[tuple[str, int]]:
    if not calls:
        return []
    given = {
        "run": run,
        "spans": [call.span_id for call in calls],
        "functions": [call.function for call in calls],
        "chunks": [call.chunk for call in calls],
        "starts": [call.start_ns for call in calls],
        "keys": keys(call.span_id for call in calls),
    }
    return connection.execute(_BEFORE_IN_OTHERS, given).fetchall()
