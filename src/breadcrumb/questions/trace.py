"""`--trace F`: what each call of one function called in turn; also the tree of one trace, by its id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from breadcrumb.questions.answer import Answer, Ask, NoAnswer
from breadcrumb.questions.call import no_call, numbered_call
from breadcrumb.questions.call_rows import Call, calls_by_key, keys, numbered, read_calls, related
from breadcrumb.questions.functions import display_names, find_function
from breadcrumb.questions.gaps import gap_summary
from breadcrumb.questions.next_steps import after_calls
from breadcrumb.questions.run_facts import Run, find_run

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.store import Reader

_TRACE_ID = re.compile(r"[0-9a-f]{32}")


def trace(reader: Reader, ask: Ask, name: str) -> Answer:
    """Give the calls of `name` (or the one that `name#n` names, or a trace id) with all calls below them."""
    run = find_run(reader, ask)
    if _TRACE_ID.fullmatch(name):
        return tree(reader, run, ask, _of_trace(reader, run, ask, name), ("--trace", name))
    named = find_function(reader, run, ask, name)
    if named.number is not None:
        tops = [numbered_call(reader, run, ask, named.function, named.number)]
    else:
        where, parameters = run.where(ask)
        tops = read_calls(
            reader.connection, f"{where} and function = ?", [*parameters, named.function], limit=ask.rows
        )
    if not tops:
        raise no_call(named.function, ask)
    return tree(reader, run, ask, below(reader, run, ask, tops), ("--trace", name))


def tree(reader: Reader, run: Run, ask: Ask, found: tuple[list[Call], int], words: tuple[str, ...]) -> Answer:
    """Answer with the calls `found` (and how many there are in all) as a tree."""
    calls, total = found
    rows = numbered(reader.connection, run.run_id, related(reader.connection, run.run_id, calls))
    names = display_names(reader, run)
    return Answer(
        question="trace",
        run=run.run_id,
        rows=tuple(rows),
        total=total,
        ask=ask,
        words=words,
        dropped=run.dropped,
        notes=run.notes,
        now_ns=run.now_ns,
        summary=gap_summary(reader, run),
        names=names,
        next=after_calls(reader, run, ask, rows, names),
    )


def _of_trace(reader: Reader, run: Run, ask: Ask, trace_id: str) -> tuple[list[Call], int]:
    where, parameters = "run_id = ? and trace_id = ?", [run.run_id, trace_id]
    sql = f"select count(*) from calls where {where}"  # noqa: S608 - the condition is ours
    total = (reader.connection.execute(sql, parameters).fetchone() or (0,))[0]
    if not total:
        raise NoAnswer(f"there is no trace {trace_id} in run {run.run_id}", ask.command("show", trace_id))
    return read_calls(reader.connection, where, parameters, limit=ask.rows), total


def below(reader: Reader, run: Run, ask: Ask, tops: list[Call]) -> tuple[list[Call], int]:
    """Read the calls below `tops`, level by level and as far as the limit goes; count them all."""
    sql = """with recursive tree(span_key) as (
            select unnest(?::ubigint[])
            union
            select calls.span_key from calls join tree on calls.parent_key = tree.span_key
            where calls.run_id = ?)
        select span_key from tree"""
    top_keys = keys(call.span_id for call in tops)
    found = [row[0] for row in reader.connection.execute(sql, [top_keys, run.run_id]).fetchall()]
    calls = calls_by_key(reader.connection, found[: ask.rows])
    return sorted(calls, key=lambda call: (call.start_ns, call.depth)), len(found)
