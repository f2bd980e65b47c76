"""`breadcrumb top`: the slowest single calls of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.calls.call_rows import read_calls
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.questions.facts.run.run_facts import find_run

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask

ROWS = 10
"""Calls where nobody set a limit."""


def top(reader: Reader, ask: Ask) -> Answer:
    """Give the calls of a run that spent the most time in their own code."""
    run = find_run(reader, ask)
    limit = ROWS if ask.limit is None else ask.limit
    ended = sql("{where} and duration_ns is not null", where=run.where(ask))
    calls = read_calls(reader.connection, ended, limit=limit, order=sql("ran_ns - child_ns desc, start_ns"))
    rows = complete(reader.connection, run.run_id, calls, calls_made=ask.calls_made)
    names = display_names(reader, run)
    slowest = f"{names[rows[0].function]}#{rows[0].number}" if rows else ""
    return Answer(
        question="top",
        run=run.run_id,
        rows=tuple(rows),
        total=len(rows),
        ask=ask,
        words=(),
        command=("top",),
        dropped=run.dropped,
        counts=run.counts,
        notes=run.notes,
        now_ns=run.now_ns,
        names=names,
        next=(ask.query("--call", slowest), ask.query("--expensive")) if rows else (),
    )
