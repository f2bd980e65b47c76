"""Completes the calls of a tree that leaves some out: how many are below each."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from typing import TYPE_CHECKING

from breadcrumb.questions.facts.calls.call_rows import Below, Call, changed
from breadcrumb.questions.facts.calls.relations import complete

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from breadcrumb.questions.facts.run.run_facts import Run

COUNTED = 300_000
"""Calls of a run up to which those on other stacks are counted: of more it takes too long."""

_ATTACHED = """select high.process, high.stack, high.ordinal, low.process, low.stack, low.ordinal,
        coalesce(low.last_ordinal, low.ordinal)
    from base.call low join base.call high on high.span_id = low.parent_id
    where low.run_id = $run and high.run_id = $run and (low.stack, low.process) <> (high.stack, high.process)
    order by low.depth desc"""
"""The outermost calls of each stack below a call of another one, the deepest first."""

_OTHERS = "select 1 from base.call where run_id = ? and (stack, process) <> (?, ?) limit 1"

_Hanging = dict[tuple[int, int], list[tuple[int, int]]]
"""For each stack (process and number) the ordinals on which others hang, sorted, with the calls there."""


def in_tree(
    connection: duckdb.DuckDBPyConnection, run: Run, calls: Sequence[Call], *, calls_made: bool, is_cut: bool
) -> list[Call]:
    """Add to the calls of a tree all that other rows say about them; of one that is cut what is left out."""
    rows = complete(connection, run.run_id, calls, calls_made=calls_made)
    if not is_cut:
        return rows
    is_one = _is_one_stack(connection, run, rows)
    is_least = not is_one and run.kept > COUNTED
    hanging = {} if is_one or is_least else _hanging(connection, run)
    return [
        changed(row, below=Below(_within(hanging, (int(row.process, 16), stack), first, last), is_least))
        if last is not None
        else row
        for row, (stack, first, last) in ((row, row.range) for row in rows)
    ]


def _is_one_stack(connection: duckdb.DuckDBPyConnection, run: Run, rows: Sequence[Call]) -> bool:
    if len({(row.process, row.range[0]) for row in rows}) != 1:
        return False
    given = [run.run_id, rows[0].range[0], int(rows[0].process, 16)]
    return connection.execute(_OTHERS, given).fetchone() is None


def _hanging(connection: duckdb.DuckDBPyConnection, run: Run) -> _Hanging:
    """Sum up what hangs on the calls of each stack, the deepest first: what hangs on those is known then."""
    hanging: _Hanging = defaultdict(list)
    for *high, ordinal, process, stack, first, last in connection.execute(
        _ATTACHED, {"run": run.run_id}
    ).fetchall():
        insort(hanging[tuple(high)], (ordinal, 1 + _within(hanging, (process, stack), first, last)))
    return hanging


def _within(hanging: _Hanging, stack: tuple[int, int], first: int, last: int) -> int:
    """Count the calls below the one that has this range of its stack, those on other stacks included."""
    others = hanging.get(stack, [])
    at = slice(bisect_left(others, (first,)), bisect_left(others, (last + 1,)))
    return last - first + sum(size for _, size in others[at])
