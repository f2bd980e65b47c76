"""Finds all that is below some calls or spans; on a stack, what is below a call is a range of ordinals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.statements import Sql, columns, sql

from breadcrumb.questions.facts.ask import Ask
from breadcrumb.questions.facts.calls.call_rows import keys
from breadcrumb.questions.facts.calls.chosen import COLUMNS, Source, chosen
from breadcrumb.questions.facts.calls.span_rows import count_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb
    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.run.run_facts import Run


@dataclass(frozen=True)
class Below:
    """What was found: the calls in the temporary table `found`, of which there are so many, and spans."""

    connection: duckdb.DuckDBPyConnection
    calls: int
    spans: list[str]

    def chosen(self, ask: Ask) -> list[int]:
        """Give the places of the calls, of those worth seeing if there are more than `limit`."""
        return chosen(Source(self.connection, sql("found")), self.calls, ask)


_RANGES = """select process, stack, ordinal, coalesce(last_ordinal, (select max(ordinal) from base.call))
    from base.call where run_id = ? and span_id in (select unnest(?::ubigint[]))"""

_FOUND = sql(
    "create or replace temp table found as select {columns} from base.call where false",
    columns=columns(COLUMNS),
)
_ONLY_NEW = sql(" and c.place not in (select place from found)")

_ELSEWHERE = """select span_id from base.call
    where run_id = $run
    and parent_id in (select span_id from found union all select unnest($spans::ubigint[]))
    and span_id not in (select span_id from found)"""
"""Calls made by others but on another stack: in a thread, a task, a generator or a child process."""

_SPANS_BELOW = """select printf('%016x', span_id) from base.span
    where run_id = $run
    and parent_id in (select span_id from found union all select unnest($spans::ubigint[]))"""


def find_below(reader: Reader, run: Run, calls: Sequence[int], spans: Sequence[str]) -> Below:
    """Find these calls (by key) and spans (by id) and all calls and spans below them."""
    connection = reader.connection
    _FOUND.execute(connection)
    known, new, more, total = dict.fromkeys(spans), list(calls), list(spans), 0
    foreign = count_spans(reader, run, Ask())
    while new or more:
        if new:
            ranges = _joined(connection.execute(_RANGES, [run.run_id, new]).fetchall())
            _add(connection, run, ranges, _ONLY_NEW if total else sql(""))
            total = sql("select count(*) from found").number(connection)
        if not foreign and total == run.kept:
            break
        given = {"run": run.run_id, "spans": keys(known)}
        rows = connection.execute(_SPANS_BELOW, given).fetchall() if foreign else []
        more = [span for (span,) in rows if span not in known]
        known.update(dict.fromkeys(more))
        given = {"run": run.run_id, "spans": keys(known)}
        new = [key for (key,) in connection.execute(_ELSEWHERE, given).fetchall()]
    return Below(connection, total, list(known))


def _add(connection: duckdb.DuckDBPyConnection, run: Run, ranges: dict[str, list[int]], only: Sql) -> None:
    """Add the calls in these ranges, block by block: to compare each call with each range takes too long."""
    query = sql(
        """insert into found
        with part as (
            select unnest({processes}::ubigint[]) as process, unnest({stacks}::ubigint[]) as stack,
                unnest({firsts}::bigint[]) as first, unnest({lasts}::bigint[]) as last),
        block as (select *, unnest(range(first >> 8, (last >> 8) + 1)) as block from part)
        select {columns} from base.call c join block on c.process = block.process and c.stack = block.stack
            and c.ordinal::bigint >> 8 = block.block and c.ordinal between block.first and block.last
        where c.run_id = {run}{only}""",
        **ranges,
        columns=columns(COLUMNS, "c.{name}"),
        run=run.run_id,
        only=only,
    )
    query.execute(connection)


def _joined(ranges: Iterable[tuple[int, int, int, int]]) -> dict[str, list[int]]:
    """Join ranges that lie within each other, so that they are disjoint."""
    joined: list[tuple[int, int, int, int]] = []
    for process, stack, first, last in sorted(ranges):
        if not joined or joined[-1][:2] != (process, stack) or first > joined[-1][3]:
            joined.append((process, stack, first, last))
    names = ("processes", "stacks", "firsts", "lasts")
    return {name: [each[at] for each in joined] for at, name in enumerate(names)}
