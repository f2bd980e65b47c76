"""`--trace F`: what each call of one function called in turn; also the tree of one trace, by its id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.call import SPAN_ID, call_of_id, count_calls, numbered_call
from breadcrumb.questions.facts.answer import CALLS, Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.call_rows import ORDER, Call, calls_at, in_order, keys
from breadcrumb.questions.facts.calls.chosen import Source, chosen
from breadcrumb.questions.facts.calls.hidden import in_tree
from breadcrumb.questions.facts.calls.span_rows import outermost, read_spans, spans_by_id
from breadcrumb.questions.facts.calls.subtrees import find_below
from breadcrumb.questions.facts.run.functions import display_names, find_functions
from breadcrumb.questions.facts.run.run_facts import Run, find_run
from breadcrumb.questions.gaps import gap_summary, read_gaps
from breadcrumb.questions.next_steps import after_calls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

_TRACE_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Found:
    """The rows of a tree, and how many there are beyond the limit."""

    rows: list[Call]
    total: int
    spans: int = 0
    """How many of all are spans of other instrumentations."""
    unread: int = 0
    """Outermost calls that were not read, so that the calls below them are not counted."""


def trace(reader: Reader, ask: Ask, name: str) -> Answer:
    """Give the calls of `name` (or of a trace, or one by its number or span id) with all calls below."""
    run = find_run(reader, ask)
    if _TRACE_ID.fullmatch(name):
        return tree(reader, run, ask, _of_trace(reader, run, ask, name), ("--trace", name))
    calls, spans, unread = _tops(reader, run, ask, name)
    return tree(reader, run, ask, below(reader, run, ask, calls, spans, unread=unread), ("--trace", name))


def _tops(reader: Reader, run: Run, ask: Ask, name: str) -> tuple[list[int], list[str], int]:
    """Give the keys of the calls that `name` means, and how many more there are.

    Where no function has that name, the ids of the spans that have.
    """
    if SPAN_ID.fullmatch(name) and spans_by_id(reader, [name]):
        return [], [name], 0
    one = call_of_id(reader, run, ask, name)
    if one is not None:
        return keys([one.span_id]), [], 0
    try:
        named = find_functions(reader, run, ask, name)
    except NoAnswer:
        called = sql("{where} and name = {name}", where=run.where(ask), name=name)
        spans = read_spans(reader, called, limit=ask.rows)
        if not spans:
            raise
        return [], [span.span_id for span in spans], 0
    if named.number is not None:
        return keys([numbered_call(reader, run, ask, named.function, named.number).span_id]), [], 0
    where, total = count_calls(reader, run, ask, *named.functions)
    query = sql(
        "select span_id from base.call where {where} order by {order} limit {most}",
        where=where,
        order=ORDER,
        most=ask.rows,
    )
    found = query.column(reader.connection)
    return found, [], total - len(found)


def tree(reader: Reader, run: Run, ask: Ask, found: Found, words: tuple[str, ...]) -> Answer:
    """Answer with what was found as a tree."""
    is_cut = found.total + found.unread > len(found.rows)
    rows = in_tree(reader.connection, run, found.rows, calls_made=ask.calls_made, is_cut=is_cut)
    names = display_names(reader, run)
    gaps = read_gaps(reader, run)
    return Answer(
        question="trace",
        run=run.run_id,
        rows=tuple(rows),
        total=found.total + found.unread,
        ask=ask,
        words=words,
        dropped=run.dropped,
        counts=run.counts,
        notes=(*run.notes, *_bound_note(found)),
        now_ns=run.now_ns,
        summary=gap_summary(gaps, ask),
        noun=f"{CALLS} and spans" if found.spans else CALLS,
        spans=found.spans,
        names=names,
        next=after_calls(run, ask, rows, names, gaps),
    )


def _bound_note(found: Found) -> list[str]:
    if not found.unread:
        return []
    calls = "1 call" if found.unread == 1 else f"{found.unread:,} calls"
    return [f"The total is a lower bound: what {calls} beyond the limit called is not counted."]


def _of_trace(reader: Reader, run: Run, ask: Ask, trace_id: str) -> Found:
    where = sql("run_id = {run} and trace_id = {trace}::uuid", run=run.run_id, trace=trace_id)
    calls = sql("select count(*) from base.call where {where}", where=where).number(reader.connection)
    spans = sql("select count(*) from base.span where {where}", where=where).number(reader.connection)
    if not calls + spans:
        raise NoAnswer(f"there is no trace {trace_id} in run {run.run_id}", ask.command("show", trace_id))
    source = Source(reader.connection, sql("base.call"), where)
    rows = in_order(calls_at(reader.connection, chosen(source, calls, ask)))
    if spans:
        within = sql("run_id = {run} and trace_id = {trace}", run=run.run_id, trace=trace_id)
        others = read_spans(reader, within, limit=ask.rows)
        return Found(outermost([*rows, *others], ask.rows), calls + spans, spans)
    return Found(rows, calls)


def below(
    reader: Reader, run: Run, ask: Ask, calls: Sequence[int], spans: Sequence[str] = (), *, unread: int = 0
) -> Found:
    """Read these calls and spans and what is below them, in start order up to the limit; count all."""
    found = find_below(reader, run, calls, spans)
    rows = calls_at(reader.connection, found.chosen(ask))
    if found.spans:
        mixed = outermost([*rows, *spans_by_id(reader, found.spans)], ask.rows)
        return Found(mixed, found.calls + len(found.spans), len(found.spans), unread)
    return Found(in_order(rows), found.calls, 0, unread)
