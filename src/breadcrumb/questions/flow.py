"""`--flow`: what happened, in the order in which calls started, as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.questions.answer import Answer, Ask
from breadcrumb.questions.call_rows import ORDER, Call, numbered, read_calls, related
from breadcrumb.questions.functions import display_names
from breadcrumb.questions.gaps import gap_summary
from breadcrumb.questions.next_steps import after_calls
from breadcrumb.questions.run_facts import Run, find_run

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.store import Reader


def flow(reader: Reader, ask: Ask) -> Answer:
    """Give the calls of a run in start order; of a long run, the outermost levels of calls that fit."""
    run = find_run(reader, ask)
    calls, total = _outermost(reader, run, ask)
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


def _outermost(reader: Reader, run: Run, ask: Ask) -> tuple[list[Call], int]:
    """Read as many calls as wanted, the outermost first, and give them in start order; count them all."""
    where, parameters = run.where(ask)
    sql = f"select count(*) from calls where {where}"  # noqa: S608 - the condition is ours
    (total,) = reader.connection.execute(sql, parameters).fetchone() or (0,)
    if total <= ask.rows:
        return read_calls(reader.connection, where, parameters, limit=ask.rows), total
    order = f"depth, {ORDER}"
    calls = read_calls(reader.connection, where, parameters, limit=ask.rows, order=order)
    return sorted(calls, key=lambda call: call.start_ns), total
