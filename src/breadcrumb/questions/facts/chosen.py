"""Chooses which calls of many a tree is made of: the outermost, and the ways to what is worth seeing.

Worth seeing are the calls that failed, the slowest, and the last ones. Every call comes with those above it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from breadcrumb.questions.facts.call_rows import ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import duckdb

    from breadcrumb.questions.facts.ask import Ask

MOST = 500
"""Calls that are chosen where nobody set a limit."""

OUTERMOST = 0.6
"""The part of the calls that goes to the outermost; the rest to the ways."""

LAST = 12
"""The last calls that are wanted."""

FAILED = 4
"""Calls that failed to which the way is read: half of them the first, half the last."""

FAILED_READ = 200
"""Calls that failed, from each end, among which the innermost are sought."""

SLOWEST = 3
WAY = 200
"""Calls that are read above those worth seeing on their stacks, from the outermost on."""

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


_AT = "place, span_id, parent_id, process, stack, ordinal, depth"
COLUMNS = f"{_AT}, last_ordinal, start_ns, duration_ns, ran_ns, child_ns, outcome"
"""What a relation needs of calls from which some are chosen."""


@dataclass
class Source:
    """The calls to choose from: a relation with a condition."""

    connection: duckdb.DuckDBPyConnection
    relation: str
    where: str = "true"
    parameters: Sequence[Any] = field(default=())

    def at(self, more: str = "true", given: Sequence[Any] = (), rest: str = "") -> list[_At]:
        """Find where the calls are that meet one more condition."""
        sql = f"select {_AT} from {self.relation} where {self.where} and {more} {rest}"  # noqa: S608 - ours
        found = self.connection.execute(sql, [*self.parameters, *given]).fetchall()
        return [_At(*row) for row in found]


def chosen(source: Source, total: int, ask: Ask) -> list[int]:
    """Give the places of as many calls as wanted, in no order; with each come those above it."""
    if total <= ask.rows:
        return [each.place for each in source.at()]
    limit = MOST if ask.limit is None else ask.limit
    last = _last(source)
    ways = _ways(source, last)
    beside = _beside(source, ways.values(), last)
    room = max(limit - len(ways) - len(beside), int(limit * OUTERMOST), 1)
    outer = source.at(rest=f"order by depth, last_ordinal = ordinal, {ORDER} limit {room}")
    found = dict.fromkeys(each.place for each in (*outer, *ways.values(), *beside))
    return list(found)[:limit]


def _ways(source: Source, last: Sequence[_At]) -> dict[int, _At]:
    """Find the calls worth seeing and those above them, by key, from one stack to the next above."""
    ways: dict[int, _At] = {}
    outside = {0}
    low = [*last[-1:], *_failed(source), *_slowest(source)]
    for _ in range(HOPS):
        if not low:
            break
        stood = sorted({*_above(source, low), *low}, key=lambda each: each.ordinal)
        ways = {each.key: each for each in stood} | ways
        parents = {each.parent for each in stood} - ways.keys() - {0}
        low = source.at("span_id in (select unnest(?::ubigint[]))", [list(parents)]) if parents else []
        outside |= parents - {each.key for each in low}
    return _connected(ways, outside)


def _above(source: Source, low: Sequence[_At]) -> list[_At]:
    """Find the calls on the stacks of these that they stand in."""
    stands = "(process = ? and stack = ? and ordinal < ? and coalesce(last_ordinal, ordinal + 1) >= ?)"
    given = [part for each in low for part in (each.process, each.stack, each.ordinal, each.ordinal)]
    return source.at(f"({' or '.join([stands] * len(low))})", given, f"order by depth limit {WAY}")


def _connected(ways: dict[int, _At], outside: set[int]) -> dict[int, _At]:
    """Leave out what lost a call above it to a limit."""
    kept: dict[int, _At] = {}
    for each in sorted(ways.values(), key=lambda each: each.depth):
        if each.parent in kept or each.parent in outside:
            kept[each.key] = each
    return kept


def _last(source: Source) -> list[_At]:
    return source.at(rest=f"order by start_ns desc, ordinal desc limit {LAST}")[::-1]


def _slowest(source: Source) -> list[_At]:
    return source.at("duration_ns is not null", rest=f"order by ran_ns - child_ns desc limit {SLOWEST}")


def _failed(source: Source) -> list[_At]:
    """Find the innermost of the calls that failed, the first ones and the last."""
    first = source.at("outcome = 1", rest=f"order by {ORDER} limit {FAILED_READ}")
    if len(first) < FAILED_READ:
        inner = _innermost(first)
        return inner if len(inner) <= FAILED else [*inner[: FAILED // 2], *inner[-FAILED // 2 :]]
    last = source.at("outcome = 1", rest=f"order by start_ns desc, ordinal desc limit {FAILED_READ}")
    return [*_innermost(first)[: FAILED // 2], *_innermost(last)[: FAILED // 2]]


def _innermost(failed: Sequence[_At]) -> list[_At]:
    above = {each.parent for each in failed}
    return [each for each in failed if each.key not in above]


def _beside(source: Source, ways: Iterable[_At], last: Iterable[_At]) -> list[_At]:
    """Find what the calls on the ways called, the innermost first, and the last calls of all."""
    known = {each.key for each in ways}
    made = source.at(
        "parent_id in (select unnest(?::ubigint[]))",
        [list(known)],
        f"order by depth desc, {ORDER} limit {BESIDE}",
    )
    known |= {each.key for each in made}
    return [*made, *(each for each in last if each.parent in known)]
