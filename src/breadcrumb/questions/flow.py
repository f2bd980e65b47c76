"""`--flow`: what happened, in the order in which calls started, as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.facts.answer import CALLS, Answer
from breadcrumb.questions.facts.calls import at_import
from breadcrumb.questions.facts.calls.call_rows import Call, calls_at, count_where, in_order, read_calls
from breadcrumb.questions.facts.calls.chosen import Source, chosen
from breadcrumb.questions.facts.calls.hidden import in_tree
from breadcrumb.questions.facts.calls.relations import complete
from breadcrumb.questions.facts.calls.span_rows import count_spans, outermost, read_spans
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.questions.facts.run.run_facts import Run, find_run
from breadcrumb.questions.gaps import gap_summary, read_gaps
from breadcrumb.questions.next_steps import after_calls

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask


def flow(reader: Reader, ask: Ask) -> Answer:
    """Give the calls of a run in start order; of a long run, those worth seeing."""
    return flow_of(reader, find_run(reader, ask), ask)


def flow_of(reader: Reader, run: Run, ask: Ask) -> Answer:
    """Give the calls of that run."""
    calls, total = _calls(reader, run, ask)
    spans = count_spans(reader, run, ask)
    if not total and not spans:
        return _of_modules(reader, run, ask)
    shown = _with_spans(reader, run, ask, calls) if spans else calls
    is_cut = total + spans > len(shown)
    rows = in_tree(reader.connection, run, shown, calls_made=ask.calls_made, is_cut=is_cut)
    rows = at_import.marked(reader.connection, run, rows)
    names = display_names(reader, run)
    gaps = read_gaps(reader, run)
    return Answer(
        question="flow",
        run=run.run_id,
        rows=tuple(rows),
        total=total + spans,
        ask=ask,
        words=("--flow",),
        dropped=run.dropped,
        counts=run.counts,
        notes=run.notes,
        now_ns=run.now_ns,
        summary=gap_summary(gaps, ask),
        noun=f"{CALLS} and spans" if spans else CALLS,
        spans=spans,
        names=names,
        next=after_calls(run, ask, rows, names, gaps),
    )


def _of_modules(reader: Reader, run: Run, ask: Ask) -> Answer:
    """Give the bodies of modules, where no function was called: what they called is not traced."""
    reader.add_modules()
    bodies = read_calls(reader.connection, run.where(ask), limit=ask.rows)
    calls = complete(reader.connection, run.run_id, bodies)
    names = display_names(reader, run)
    gaps = read_gaps(reader, run)
    steps = [ask.query("--source", names[each.function]) for each in calls[-1:]]
    steps += [ask.query("--gaps")] if gaps else []
    return Answer(
        question="flow",
        run=run.run_id,
        rows=tuple(calls),
        total=len(calls),
        ask=ask,
        words=("--flow",),
        dropped=run.dropped,
        notes=run.notes,
        now_ns=run.now_ns,
        summary=gap_summary(gaps, ask),
        noun="modules",
        names=names,
        next=tuple(steps),
    )


def _calls(reader: Reader, run: Run, ask: Ask) -> tuple[list[Call], int]:
    """Read as many calls as wanted, those worth seeing first; give them in start order; count all."""
    where = run.where(ask)
    is_part = ask.since is not None or run.tests
    total = count_where(reader.connection, where) if is_part else run.kept
    if total <= ask.rows:
        return read_calls(reader.connection, where, limit=ask.rows), total
    places = chosen(Source(reader.connection, sql("base.call"), where), total, ask)
    return in_order(calls_at(reader.connection, places)), total


def _with_spans(reader: Reader, run: Run, ask: Ask, calls: list[Call]) -> list[Call]:
    """Add the spans above the calls and the first others; of all, keep the outermost that fit."""
    where = run.where(ask)
    rows = {span.span_id: span for span in read_spans(reader, where, limit=ask.rows)}
    known: dict[str, Call] = {**rows, **{call.span_id: call for call in calls}}
    missing = _parents_missing(known)
    while missing:
        wanted = sql(
            "{where} and span_id in (select unnest({ids}::varchar[]))", where=where, ids=list(missing)
        )
        above = read_spans(reader, wanted, limit=len(missing))
        known.update((span.span_id, span) for span in above)
        missing = _parents_missing({span.span_id: span for span in above}) - known.keys()
    return outermost(known.values(), ask.rows)


def _parents_missing(rows: dict[str, Call]) -> set[str]:
    return {row.parent_span_id for row in rows.values() if row.parent_span_id} - rows.keys()
