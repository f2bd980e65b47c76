"""`--flow`: what happened, in the order in which calls started, as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.questions.answer import Answer, Ask
from breadcrumb.questions.call_rows import Call, numbered, read_calls, related
from breadcrumb.questions.functions import display_names
from breadcrumb.questions.gaps import gap_summary
from breadcrumb.questions.next_steps import after_calls
from breadcrumb.questions.run_facts import Run, find_run

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.store import Reader


def flow(reader: Reader, ask: Ask) -> Answer:
    """Give the calls of a run in start order; of a long run, the outermost levels of calls that fit."""
    run = find_run(reader, ask)
    total, depth = _levels(reader, run, ask)
    where, parameters = run.where(ask)
    calls = read_calls(reader.connection, f"{where} and depth <= ?", [*parameters, depth], limit=ask.rows)
    rows = _complete(reader, run, calls)
    names = display_names(reader, run)
    return Answer(
        question="flow",
        run=run.run_id,
        rows=tuple(rows),
        total=total,
        ask=ask,
        words=("--flow",),
        dropped=run.dropped,
        notes=run.notes,
        now_ns=run.now_ns,
        summary=gap_summary(reader, run),
        names=names,
        next=after_calls(reader, run, ask, rows, names),
    )


def _complete(reader: Reader, run: Run, calls: list[Call]) -> list[Call]:
    connection = reader.connection
    return numbered(connection, run.run_id, related(connection, run.run_id, calls))


def _levels(reader: Reader, run: Run, ask: Ask) -> tuple[int, int]:
    """Count the calls, and find how deep one can look without reading more rows than wanted."""
    where, parameters = run.where(ask)
    sql = f"select depth, count(*) from calls where {where} group by depth order by depth"  # noqa: S608
    levels = reader.connection.execute(sql, parameters).fetchall()
    total = sum(count for _, count in levels)
    reached, deepest = 0, 0
    for depth, count in levels:
        reached += count
        if reached > ask.rows and deepest:
            break
        deepest = depth
    return total, deepest
