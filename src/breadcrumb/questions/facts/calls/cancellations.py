"""Cancellations that did not end their task: a caller caught one, and went on to return."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.facts.calls.call_numbers import numbered
from breadcrumb.questions.facts.calls.call_rows import Call, calls_at, changed
from breadcrumb.questions.facts.calls.uncaught import Outside, read_outside

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.run.run_facts import Run


def caught(reader: Reader, run: Run, ask: Ask) -> list[tuple[Call, ...]]:
    """Give for each the calls that it left, innermost first, the last one with who caught it."""
    query = sql(
        """with left_by as (
            select span_id, parent_id, place, process, task_id from base.call
            where {where} and outcome = 2 and kind = 'coroutine'
                and ends_with(exception->>'$.type', '.CancelledError')),
        ended as (
            select low.*, high.outcome as caller, high.function from left_by low join base.call high
            on high.span_id = low.parent_id and high.process = low.process and high.task_id = low.task_id
            where high.run_id = {run} and high.outcome in (0, 2))
        select span_id, parent_id, place, if(caller = 0, function, null) from ended
        order by place limit {most}""",
        where=run.where(ask),
        run=run.run_id,
        most=ask.rows,
    )
    rows = query.rows(reader.connection)
    calls = dict(
        zip([row[0] for row in rows], calls_at(reader.connection, [row[2] for row in rows]), strict=True)
    )
    outside = read_outside(reader.connection, run.run_id) if rows else Outside()
    below = {parent: key for key, parent, _, _ in rows}
    told = []
    for key, _, _, catcher in rows:
        if catcher is not None:
            path = [key]
            while path[-1] in below:
                path.append(below[path[-1]])
            found = [calls[each] for each in reversed(path)]
            last, raised = found[-1], found[-1].raised
            if raised is not None:
                is_below = not outside.may_have_come_to(catcher, last.process, raised)
                raised = changed(raised, handled_by=catcher, taken_below=is_below)
            found[-1] = changed(last, raised=raised)
            told.append(tuple(numbered(reader.connection, run.run_id, found)))
    return told
