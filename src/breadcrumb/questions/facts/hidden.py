"""Completes the calls of a tree that leaves some out: how many are below each."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from typing import TYPE_CHECKING

from breadcrumb.questions.facts.call_rows import Below, Call, changed, keys
from breadcrumb.questions.facts.relations import complete

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from breadcrumb.questions.facts.run_facts import Run

COUNTED = 300_000
"""Calls of a run up to which those on other stacks are counted: of more it takes too long."""

_STACKS = "select count(*) from (select 1 from base.call where run_id = ? group by process, stack limit 2)"

_ATTACHED = """select high.process, high.stack, high.ordinal, low.process, low.stack, low.ordinal,
        coalesce(low.last_ordinal, low.ordinal)
    from base.call low join base.call high on high.span_id = low.parent_id
    where low.run_id = $run and high.run_id = $run and (low.stack, low.process) <> (high.stack, high.process)
    order by low.depth desc"""
"""The outermost calls of each stack below a call of another one, the deepest first."""

_RANGES = """select span_id, process, stack, ordinal, last_ordinal from base.call
    where span_id in (select unnest(?::ubigint[])) and last_ordinal is not null"""

_Hanging = dict[tuple[int, int], list[tuple[int, int]]]
"""For each stack (process and number) the ordinals on which others hang, sorted, with the calls there."""


def in_tree(
    connection: duckdb.DuckDBPyConnection, run: Run, calls: Sequence[Call], *, calls_made: bool, is_cut: bool
) -> list[Call]:
    """Add to the calls of a tree all that other rows say about them; of one that is cut what is left out."""
    rows = complete(connection, run.run_id, calls, calls_made=calls_made)
    if not is_cut:
        return rows
    counted = _below(connection, run, rows)
    return [changed(row, below=counted.get(int(row.span_id, 16))) for row in rows]


def _below(connection: duckdb.DuckDBPyConnection, run: Run, calls: Sequence[Call]) -> dict[int, Below]:
    """Count what is below each call: on its stack that is a range, other stacks hang on its calls."""
    (stacks,) = connection.execute(_STACKS, [run.run_id]).fetchone() or (1,)
    is_least = stacks > 1 and run.kept > COUNTED
    rows = [] if stacks == 1 or is_least else connection.execute(_ATTACHED, {"run": run.run_id}).fetchall()
    hanging: _Hanging = defaultdict(list)
    for *high, ordinal, process, stack, first, last in rows:
        insort(hanging[tuple(high)], (ordinal, 1 + _within(hanging, (process, stack), first, last)))
    ranges = connection.execute(_RANGES, [keys(call.span_id for call in calls)]).fetchall()
    return {
        key: Below(_within(hanging, (process, stack), first, last), is_least)
        for key, process, stack, first, last in ranges
    }


def _within(hanging: _Hanging, stack: tuple[int, int], first: int, last: int) -> int:
    """Count the calls below the one that has this range of its stack."""
    others = hanging.get(stack, [])
    at = slice(bisect_left(others, (first,)), bisect_left(others, (last + 1,)))
    return last - first + sum(size for _, size in others[at])
