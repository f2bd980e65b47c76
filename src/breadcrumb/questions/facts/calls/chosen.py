"""Chooses which calls of many a tree is made of: the outermost, and the ways to what is worth seeing.

Worth seeing are the calls that failed, the slowest, and the last ones. Every call comes with those above it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.statements import Sql, columns, sql
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.questions.facts.calls.call_rows import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    import duckdb

    from breadcrumb.questions.facts.ask import Ask

MOST = 500
"""Calls that are chosen where nobody set a limit."""

OUTERMOST = 0.6
"""The part of the calls that goes to the outermost; the rest to the ways."""

FAILED = 100
"""The last calls that failed, among which the innermost are sought; ways lead to the first and the last."""

SLOWEST = 2
WAY = 200
"""Calls that are read above one worth seeing on its stack, from the outermost on."""

HOPS = 12
"""Stacks that a way leads through: threads, tasks, generators."""

BESIDE = 150
"""Calls that the calls on the ways made, of which so many are read."""


class _At(NamedTuple):
    """Where a call is."""

    place: int
    key: int
    parent: int
    process: int
    stack: int
    ordinal: int
    depth: int


_AT = ("place", "span_id", "parent_id", "process", "stack", "ordinal", "depth")
COLUMNS = (*_AT, "last_ordinal", "start_ns", "duration_ns", "ran_ns", "child_ns", "outcome")
"""What a relation needs of calls from which some are chosen."""


_ALL, _NOTHING = sql("true"), sql("")


@dataclass
class Source:
    """The calls to choose from: a relation with a condition."""

    connection: duckdb.DuckDBPyConnection
    relation: Sql
    where: Sql = _ALL

    def at(self, more: Sql, rest: Sql = _NOTHING) -> list[_At]:
        """Find where the calls are that meet one more condition."""
        query = sql(
            "select {at} from {relation} where {where} and {more} {rest}",
            at=columns(_AT),
            relation=self.relation,
            where=self.where,
            more=more,
            rest=rest,
        )
        return [_At(*row) for row in query.rows(self.connection)]

    def places(self, rest: Sql = _NOTHING) -> list[int]:
        """Give the places of calls: with nothing beside them they are sorted quickly."""
        query = sql(
            "select place from {relation} where {where} {rest}",
            relation=self.relation,
            where=self.where,
            rest=rest,
        )
        return query.column(self.connection)


def chosen(source: Source, total: int, ask: Ask) -> list[int]:
    """Give the places of as many calls as wanted, in no order; with each come those above it."""
    if total <= ask.rows:
        return source.places()
    limit = MOST if ask.limit is None else ask.limit
    ways = _ways(source)
    beside = _beside(source, ways)
    room = max(limit - len(ways) - len(beside), int(limit * OUTERMOST), 1)
    outer = source.places(sql("order by depth, last_ordinal = ordinal, start_ns limit {room}", room=room))
    found = dict.fromkeys((*outer, *(each.place for each in ways.values()), *beside))
    return list(found)[:limit]


def _ways(source: Source) -> dict[int, _At]:
    """Find the calls worth seeing and those above them, by key, from one stack to the next above."""
    ways: dict[int, _At] = {}
    outside = {0}
    low = [*_last(source), *_failed(source), *_slowest(source)]
    for _ in range(HOPS):
        if not low:
            break
        ways |= {above.key: above for each in low for above in (*_above(source, each), each)}
        parents = {each.parent for each in ways.values()} - ways.keys() - outside
        wanted = sql("span_id in (select unnest({keys}::ubigint[]))", keys=list(parents))
        low = source.at(wanted) if parents else []
        outside |= parents - {each.key for each in low}
    return _connected(ways, outside)


def _above(source: Source, low: _At) -> list[_At]:
    """Find the calls on the stack of one that it stands in."""
    stands = sql(
        """process = {process} and stack = {stack} and ordinal < {ordinal}
            and (last_ordinal >= {ordinal} or last_ordinal is null)""",
        process=low.process,
        stack=low.stack,
        ordinal=low.ordinal,
    )
    return source.at(stands, sql("order by depth limit {way}", way=WAY))


def _connected(ways: dict[int, _At], outside: set[int]) -> dict[int, _At]:
    """Leave out what lost a call above it to a limit."""
    kept: dict[int, _At] = {}
    for each in sorted(ways.values(), key=lambda each: each.depth):
        if each.parent in kept or each.parent in outside:
            kept[each.key] = each
    return kept


def _last(source: Source) -> list[_At]:
    latest = sql(
        "start_ns = (select max(start_ns) from {relation} where {where})",
        relation=source.relation,
        where=source.where,
    )
    return source.at(latest, sql("order by ordinal desc limit 1"))


def _slowest(source: Source) -> list[_At]:
    places = source.places(sql("order by ran_ns - child_ns desc nulls last limit {most}", most=SLOWEST))
    return source.at(sql("place in (select unnest({places}::bigint[]))", places=places))


def _failed(source: Source) -> list[_At]:
    """Find of the last calls that failed the first and the last innermost ones."""
    last = sql("order by start_ns desc, ordinal desc limit {most}", most=FAILED)
    failed = source.at(sql("outcome = 1"), last)
    above = {each.parent for each in failed}
    inner = [each for each in failed if each.key not in above]
    return [*inner[:1], *inner[1:][-1:]]


def _beside(source: Source, ways: Iterable[int]) -> list[int]:
    """Find what the calls on the ways called, the innermost first."""
    made = sql("parent_id in (select unnest({ways}::ubigint[]))", ways=list(ways))
    inner = sql("order by depth desc, {order} limit {most}", order=ORDER, most=BESIDE)
    return [each.place for each in source.at(made, inner)]
