"""What the costliest functions took in more detail: percentiles, waiting, repeated calls, the slowest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.facts.calls.call_rows import Call, calls_by_key
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.calls.wholeness import whole_sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.run.run_facts import Run

COMPARED = 10_000
"""Calls of a function whose arguments are compared."""

MOST = 200_000
"""Calls up to which what recursion counts twice is left out; of more only so many are looked at for any."""

CHECKED = 10_000
"""How many that are."""


@dataclass(frozen=True)
class Spread:
    """How long calls took: half of them at most `p50_ns`, 95 of 100 at most `p95_ns`."""

    p50_ns: int
    p95_ns: int


@dataclass(frozen=True)
class Repeated:
    """Calls whose arguments were those of an earlier call of the function."""

    calls: int
    compared: int
    """How many calls were compared: those of the first ones whose arguments are known as a whole."""
    not_compared: int
    """How many of the first ones had arguments that were cut, summed up or redacted."""
    different: int
    """How many different arguments the compared ones had."""
    total_ns: int | None
    """What the repeated calls took; None of a recursive function, whose calls are part of each other."""
    by_address: int
    """In how many of them objects were compared by address alone: they may hold something else by then."""
    in_one_call: int
    """The most calls that one call of a caller made."""
    by: str | None
    """The function of that caller."""
    otherwise: int = 0
    """How many of the repeated calls ended in another way than the first that had their arguments."""

    @property
    def seen(self) -> int:
        """How many calls were looked at."""
        return self.compared + self.not_compared

    def json(self) -> dict[str, Any]:
        """Give the object of the JSON format."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Untraced:
    """What a function called that is not traced."""

    callee: str
    kind: str
    count: int
    lower_bound: bool
    include: str | None
    """The pattern that would trace it."""


def spreads(reader: Reader, run: Run, ask: Ask, functions: Sequence[str]) -> dict[str, Spread]:
    """Give the percentiles of functions of which every call was kept."""
    query = sql(
        """select function, quantile_disc(duration_ns, [0.5, 0.95]) from base.call
        where {where} and duration_ns is not null and outcome <> 3
            and function in (select unnest({functions}))
        group by function""",
        where=run.where(ask),
        functions=list(functions),
    )
    return {function: Spread(*found) for function, found in query.rows(reader.connection)}


def outermost(reader: Reader, run: Run, ask: Ask, calls: Mapping[str, int]) -> dict[str, int | None]:
    """Give the time of recursive functions, calls within calls of the same left out; None if too many.

    `calls` says how many of each were kept. A call within another of its function is one whose ordinal lies
    in the other's range, on the same stack.
    """
    is_whole = sum(calls.values()) <= MOST
    query = sql(
        """with part as (
            select function, hash(process, stack, function) as place, ordinal, last_ordinal, duration_ns
            from base.call
            where {where} and duration_ns is not null and function in (select unnest({functions})) {limit}),
        marked as (
            select function, duration_ns, ordinal, max(last_ordinal) over (
                partition by place order by ordinal
                rows between unbounded preceding and 1 preceding) as covered
            from part)
        select function, sum(duration_ns) filter (covered is null or ordinal > covered)::bigint,
            sum(duration_ns)::bigint
        from marked group by function""",
        where=run.where(ask),
        functions=list(calls),
        limit=sql("") if is_whole else sql("limit {checked}", checked=CHECKED),
    )
    rows = query.rows(reader.connection)
    return {function: outer if is_whole else None for function, outer, total in rows if outer != total}


def waits(reader: Reader, run: Run, ask: Ask) -> dict[str, int]:
    """Give how long the calls of each coroutine function waited, without what those awaited in them did."""
    query = sql(
        """with waited as (
            select span_id, parent_id, process, task_id, function, duration_ns - ran_ns as ns from base.call
            where {where} and kind = 'coroutine' and suspensions > 0 and duration_ns > ran_ns),
        below as (
            select high.span_id, sum(low.ns) as ns from waited low join waited high
            on low.parent_id = high.span_id and low.process = high.process and low.task_id = high.task_id
            group by high.span_id)
        select function, sum(greatest(waited.ns - coalesce(below.ns, 0), 0))::bigint as ns
        from waited left join below using (span_id) group by function""",
        where=run.where(ask),
    )
    return dict(query.execute(reader.connection).fetchall())


def repeated(reader: Reader, run: Run, ask: Ask, function: str, *, recursive: bool) -> Repeated | None:
    """Compare the arguments of the first calls, and find who made most of them; None without any."""
    query = sql(
        """with part as materialized (
            select hash(args) as given, args = '{{}}' as bare, {whole} as whole,
                {sure} as sure, parent_key, duration_ns,
                row_number() over (partition by hash(args) order by start_ns, ordinal) as turn
            from (select args, parent_key, duration_ns, start_ns, ordinal from calls
                where {where} and function = {function} and args is not null limit {most})),
        again as (select * from part where turn > 1 and not bare and whole),
        caller as (select parent_key, count(*) as made from part where parent_key <> 0
            group by parent_key order by made desc limit 1)
        select (select count(*) from again), count(*) filter (whole), count(*) filter (not whole),
            count(distinct given) filter (whole), (select coalesce(sum(duration_ns), 0)::bigint from again),
            (select count(*) filter (not sure) from again), (select made from caller),
            (select any_value(function) from base.call
                where run_id = {run} and span_id = (select parent_key from caller))
        from part""",
        whole=whole_sql("args", by_address=True),
        sure=whole_sql("args"),
        where=run.where(ask),
        function=function,
        most=COMPARED,
        run=run.run_id,
    )
    row = query.execute(reader.connection).fetchone()
    if row is None or not row[1] + row[2]:
        return None
    calls, compared, not_compared, different, total_ns, by_address, most, by = row
    times = None if recursive else total_ns
    otherwise = _ended_otherwise(reader, run, ask, function) if calls else 0
    return Repeated(calls, compared, not_compared, different, times, by_address, most or 0, by, otherwise)


def _ended_otherwise(reader: Reader, run: Run, ask: Ask, function: str) -> int:
    """Count the calls that ended in another way than the first with the same arguments: no cache spares them.

    Results are alike where nothing but addresses of objects is different.
    """
    query = sql(
        """with part as (
            select hash(args) as given, start_ns, ordinal,
                hash(outcome, exception->>'$.type',
                    regexp_replace("return"::varchar, '"@id": ?"[0-9a-f]+"', '', 'g')) as became
            from (select args, "return", exception, outcome, start_ns, ordinal from calls
                where {where} and function = {function} and args is not null and args <> '{{}}'
                limit {most})
            where {whole}),
        first as (select became, first_value(became) over (
            partition by given order by start_ns, ordinal) as expected from part)
        select count(*) from first where became <> expected""",
        where=run.where(ask),
        function=function,
        most=COMPARED,
        whole=whole_sql("args", by_address=True),
    )
    (found,) = query.execute(reader.connection).fetchone() or (0,)
    return int(found)


def untraced(reader: Reader, run: Run, functions: Sequence[str]) -> dict[str, list[Untraced]]:
    """Give what functions called that is not traced, C code last: their own time holds its time.

    Looking up an attribute takes none that is worth telling.
    """
    gaps = """select caller, callee, kind, sum(count)::bigint as calls, bool_or(lower_bound),
            any_value(include)
        from gaps where run_id = ? and caller in (select unnest(?))
            and not regexp_matches(callee, '[.]__(get|set|del)attr(ibute)?__$')
        group by caller, callee, kind
        order by kind = 'c', calls desc, callee"""
    found: dict[str, list[Untraced]] = {}
    for caller, *callee in reader.connection.execute(gaps, [run.run_id, list(functions)]).fetchall():
        found.setdefault(caller, []).append(Untraced(*callee))
    return found


def slowest_calls(reader: Reader, run: Run, span_ids: Iterable[str]) -> dict[str, Call]:
    """Read the slowest calls by span id, with their numbers and callers."""
    calls = calls_by_key(reader.connection, [int(span_id, 16) for span_id in span_ids])
    return {call.span_id: call for call in complete(reader.connection, run.run_id, calls, calls_made=True)}
