"""`--trace F`: what each call of one function called in turn; also the tree of one trace, by its id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from breadcrumb.questions.answer import Answer, Ask, NoAnswer
from breadcrumb.questions.call import calls_of, numbered_call
from breadcrumb.questions.call_rows import ORDER, Call, keys, numbered, read_calls, related
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
        tops, total = [numbered_call(reader, run, ask, named.function, named.number)], 1
    else:
        tops, total = calls_of(reader, run, ask, named.function)
    calls, found = below(reader, run, ask, tops)
    return tree(reader, run, ask, (calls, found + total - len(tops)), ("--trace", name))


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


_SUBTREE = """select c.span_key from calls c join calls top
        on c.process = top.process and c.stack = top.stack
        and c.ordinal between top.ordinal and coalesce(top.last_ordinal, 18446744073709551615)
    where c.run_id = $run and top.run_id = $run and top.span_key in (select unnest($tops::ubigint[]))"""
"""Calls and all that is below them on the same stack: their entry ordinals are a range."""

_ELSEWHERE = """select span_key from calls
    where run_id = $run and parent_key in (select unnest($found::ubigint[]))
    and span_key not in (select unnest($found::ubigint[]))"""
"""Calls made by others but on another stack: in a thread, a task, a generator or a child process."""


def below(reader: Reader, run: Run, ask: Ask, tops: list[Call]) -> tuple[list[Call], int]:
    """Read `tops` and the calls below them, in start order as far as the limit goes; count them all."""
    found: dict[int, None] = {}
    new = keys(call.span_id for call in tops)
    while new:
        rows = reader.connection.execute(_SUBTREE, {"run": run.run_id, "tops": new}).fetchall()
        found.update(dict.fromkeys(key for (key,) in rows))
        rows = reader.connection.execute(_ELSEWHERE, {"run": run.run_id, "found": list(found)}).fetchall()
        new = [key for (key,) in rows]
    where = "run_id = ? and span_key in (select unnest(?::ubigint[]))"
    parameters = [run.run_id, list(found)]
    order = ORDER if len(found) <= ask.rows else f"depth, {ORDER}"
    calls = read_calls(reader.connection, where, parameters, limit=ask.rows, order=order)
    return sorted(calls, key=lambda call: (call.start_ns, call.depth)), len(found)
