"""`--errors`: each exception once, where it was raised, the calls that it left, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.calls.open_stacks import standing
from breadcrumb.questions.facts.calls.relations import calls_any
from breadcrumb.questions.facts.exceptions.failure import frames, unquoted
from breadcrumb.questions.facts.exceptions.reading import Exceptions, read_exceptions
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.questions.facts.run.run_facts import Run, find_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.answer import Row
    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.exceptions.failures import Failure

NAMED = 5
"""Tests that a sentence names."""


def errors(reader: Reader, ask: Ask) -> Answer:
    """Give the exceptions of a run, the one that ended it first, and the cancellations that a call caught."""
    run = find_run(reader, ask)
    found = read_exceptions(reader, run, ask)
    told = [*found.told, *(found.quiet if ask.handled else ())]
    rows = [*_with_frames(reader, run, found.failures[:1]), *found.failures[1:]]
    total = len(rows) + found.more + len(told) + len(found.cancelled)
    names = display_names(reader, run)
    every: list[Row] = [*rows, *told, *found.cancelled]
    shown = tuple(every[: ask.rows])
    return Answer(
        question="errors",
        run=run.run_id,
        rows=shown,
        total=total,
        ask=ask,
        words=("--errors", "--handled") if ask.handled else ("--errors",),
        dropped=run.dropped,
        counts=run.counts,
        notes=(
            *_exit_note(run),
            *_tests_note(found.tests),
            *unquoted(frame for each in rows for frame in each.frames),
            *run.notes,
            *_part_note(found),
            *_unseen_note(reader, run, ask, rows),
        ),
        summary="" if ask.handled else _quiet(ask, sum(each.count for each in found.quiet)),
        noun="exceptions",
        names=names,
        stood=standing(reader, run),
        next=_next(reader, run, ask, [*rows, *found.cancelled], names),
    )


def _with_frames(reader: Reader, run: Run, first: Sequence[Failure]) -> list[Failure]:
    """Add to the first, if it ended the run or failed a test, where each of its frames stood."""
    return [
        replace(each, frames=tuple(frames(reader, run, each))) if each.is_fatal and each.calls else each
        for each in first
    ]


def _quiet(ask: Ask, count: int) -> str:
    if not count:
        return ""
    exceptions = "exception was" if count == 1 else "exceptions were"
    return f"{count} more {exceptions} handled where raised: {ask.query('--errors', '--handled')}."


def _tests_note(tests: Sequence[str]) -> list[str]:
    """Name tests that failed by no exception, such as one that passed and was expected to fail."""
    if not tests:
        return []
    more = f" and {len(tests) - NAMED} more" if len(tests) > NAMED else ""
    return [f"Failed, by no exception that is known: {', '.join(tests[:NAMED])}{more}."]


def _part_note(found: Exceptions) -> list[str]:
    """Say that of those which came to a handler often not every moment is known."""
    if not found.is_part:
        return []
    return ["Exceptions handled more than three times are counted in part here: not every moment is known."]


def _unseen_note(reader: Reader, run: Run, ask: Ask, rows: Sequence[Failure]) -> list[str]:
    """Say what older runs of 3.11 did not tell, unless what ended the run is told, which one looks for."""
    if rows and rows[0].is_fatal and not ask.handled:
        return []
    sql = """select count(*) from processes where run_id = ? and python like '3.11%'
        and coalesce(facts->>'$.hears_handlers', '') <> 'true'"""
    [(old,)] = reader.connection.execute(sql, [run.run_id]).fetchall()
    return (
        ["Python 3.11 does not tell of exceptions that were handled before they left a call."] if old else []
    )


def _exit_note(run: Run) -> list[str]:
    return [f"The run's exit status is {run.exit_status}."] if run.exit_status else []


def _next(
    reader: Reader, run: Run, ask: Ask, rows: Sequence[Failure], names: dict[str, str]
) -> tuple[str, ...]:
    first = next((row.calls for row in rows if row.calls), ())
    if not first:
        test = next((("--test", row.test) for row in rows[:1] if row.test and ask.test is None), ())
        return (ask.query("--flow", *test),)
    if rows[0].is_fatal:
        test = ("--test", rows[0].test) if rows[0].test and ask.test is None else ()
        return (ask.query("--why", *test), ask.query("--source", _name(first[0], names)))
    name = _name(first[0], names)
    question = "--trace" if calls_any(reader.connection, run.run_id, first[0]) else "--call"
    above = first[-1].parent_span_id
    if above:
        return (ask.query(question, name), ask.command("show", above))
    outermost = _name(first[-1], names)
    return (ask.query(question, name), *((ask.query("--trace", outermost),) if len(first) > 1 else ()))


def _name(call: Call, names: dict[str, str]) -> str:
    return f"{names.get(call.function, call.function)}#{call.number}"
