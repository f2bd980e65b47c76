"""`--trace F`: what each call of one function called in turn; also the tree of one trace, by its id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from breadcrumb.questions.answer import CALLS, Answer, Ask, NoAnswer
from breadcrumb.questions.call import calls_of, numbered_call
from breadcrumb.questions.call_rows import ORDER, Call, keys, numbered, read_calls, related
from breadcrumb.questions.functions import display_names, find_function
from breadcrumb.questions.gaps import gap_summary
from breadcrumb.questions.next_steps import after_calls
from breadcrumb.questions.run_facts import Run, find_run
from breadcrumb.questions.span_rows import Span, count_spans, outermost, read_spans, spans_by_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.store import Reader

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
    """Give the calls of `name` (or the one that `name#n` names, or a trace id) with all calls below them."""
    run = find_run(reader, ask)
    if _TRACE_ID.fullmatch(name):
        return tree(reader, run, ask, _of_trace(reader, run, ask, name), ("--trace", name))
    tops, total = _tops(reader, run, ask, name)
    return tree(reader, run, ask, below(reader, run, ask, tops, unread=total - len(tops)), ("--trace", name))


def _tops(reader: Reader, run: Run, ask: Ask, name: str) -> tuple[Sequence[Call], int]:
    """Read the calls that `name` means; where no function has it, the spans of that name."""
    try:
        named = find_function(reader, run, ask, name)
    except NoAnswer:
        spans = _spans_named(reader, run, ask, name)
        if not spans:
            raise
        return spans, len(spans)
    if named.number is not None:
        return [numbered_call(reader, run, ask, named.function, named.number)], 1
    return calls_of(reader, run, ask, named.function)


def _spans_named(reader: Reader, run: Run, ask: Ask, name: str) -> list[Span]:
    where, parameters = run.where(ask)
    return read_spans(reader, f"{where} and name = ?", [*parameters, name], limit=ask.rows)


def tree(reader: Reader, run: Run, ask: Ask, found: Found, words: tuple[str, ...]) -> Answer:
    """Answer with what was found as a tree."""
    rows = numbered(reader.connection, run.run_id, related(reader.connection, run.run_id, found.rows))
    names = display_names(reader, run)
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
        summary=gap_summary(reader, run, ask),
        noun=f"{CALLS} and spans" if found.spans else CALLS,
        spans=found.spans,
        names=names,
        next=after_calls(reader, run, ask, rows, names),
    )


def _bound_note(found: Found) -> list[str]:
    if not found.unread:
        return []
    calls = "1 call" if found.unread == 1 else f"{found.unread:,} calls"
    return [f"The total is a lower bound: what {calls} beyond the limit called is not counted."]


def _of_trace(reader: Reader, run: Run, ask: Ask, trace_id: str) -> Found:
    where, parameters = "run_id = ? and trace_id = ?", [run.run_id, trace_id]
    sql = f"""select (select count(*) from calls where {where}),
        (select count(*) from spans where {where})"""  # noqa: S608 - the condition is ours
    calls, spans = reader.connection.execute(sql, parameters * 2).fetchone() or (0, 0)
    if not calls + spans:
        raise NoAnswer(f"there is no trace {trace_id} in run {run.run_id}", ask.command("show", trace_id))
    rows = read_calls(reader.connection, where, parameters, limit=ask.rows)
    if spans:
        others = read_spans(reader, where, parameters, limit=ask.rows)
        return Found(outermost([*rows, *others], ask.rows), calls + spans, spans)
    return Found(rows, calls)


_SUBTREE = """select c.span_key from calls c join calls top
        on c.process = top.process and c.stack = top.stack
        and c.ordinal between top.ordinal and coalesce(top.last_ordinal, 18446744073709551615)
    where c.run_id = $run and top.run_id = $run and top.span_key in (select unnest($tops::ubigint[]))"""
"""Calls and all that is below them on the same stack: their entry ordinals are a range."""

_ELSEWHERE = """select span_key from calls
    where run_id = $run and parent_key in (select unnest($found::ubigint[]))
    and span_key not in (select unnest($found::ubigint[]))"""
"""Calls made by others but on another stack: in a thread, a task, a generator or a child process."""

_SPANS_BELOW = """select span_id from spans
    where run_id = ? and parent_span_id in (select unnest(?::varchar[]))"""


def below(reader: Reader, run: Run, ask: Ask, tops: Sequence[Call], *, unread: int = 0) -> Found:
    """Read `tops` and what is below them, in start order as far as the limit goes; count it all."""
    calls, spans = _below(reader, run, tops)
    where = "run_id = ? and span_key in (select unnest(?::ubigint[]))"
    parameters = [run.run_id, calls]
    order = ORDER if len(calls) <= ask.rows else f"depth, {ORDER}"
    rows = read_calls(reader.connection, where, parameters, limit=ask.rows, order=order)
    if spans:
        mixed = outermost([*rows, *spans_by_id(reader, spans)], ask.rows)
        return Found(mixed, len(calls) + len(spans), len(spans), unread)
    return Found(sorted(rows, key=lambda call: (call.start_ns, call.depth)), len(calls), 0, unread)


def _below(reader: Reader, run: Run, tops: Sequence[Call]) -> tuple[list[int], list[str]]:
    """Give the keys of these calls and those below them, and the ids of the spans on the way."""
    found: dict[int, None] = {}
    spans = dict.fromkeys(top.span_id for top in tops if isinstance(top, Span))
    new = keys(top.span_id for top in tops if not isinstance(top, Span))
    foreign, more = count_spans(reader, run, Ask()), list(spans)
    while new or more:
        rows = reader.connection.execute(_SUBTREE, {"run": run.run_id, "tops": new}).fetchall()
        found.update(dict.fromkeys(key for (key,) in rows))
        if foreign:
            parents = [*spans, *(f"{key:016x}" for key in found)]
            rows = reader.connection.execute(_SPANS_BELOW, [run.run_id, parents]).fetchall()
            more = [span for (span,) in rows if span not in spans]
            spans.update(dict.fromkeys(more))
        known = [*found, *keys(spans)]
        rows = reader.connection.execute(_ELSEWHERE, {"run": run.run_id, "found": known}).fetchall()
        new = [key for (key,) in rows]
    return list(found), list(spans)
