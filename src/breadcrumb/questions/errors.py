"""`--errors`: each exception once, where it was raised, the calls that it left, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.calls.cancellations import caught
from breadcrumb.questions.facts.calls.open_stacks import standing
from breadcrumb.questions.facts.calls.relations import calls_any
from breadcrumb.questions.facts.calls.uncaught import read_uncaught
from breadcrumb.questions.facts.exceptions.failures import (
    Failure,
    failure_of,
    read_failures,
    read_paths,
    uncaught_first,
    with_handlers,
)
from breadcrumb.questions.facts.exceptions.handled import Handled, read_handled, within
from breadcrumb.questions.facts.exceptions.handlers import CAUGHT, HANDLED
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.questions.facts.run.run_facts import Run, find_run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.answer import Row
    from breadcrumb.questions.facts.ask import Ask

ESCAPED = 10
"""The last exceptions that nobody handled, among which the one is sought that ended the run."""


def errors(reader: Reader, ask: Ask) -> Answer:
    """Give the exceptions of a run, the one that ended it first, and the cancellations that a call caught."""
    run = find_run(reader, ask)
    found = read_paths(reader, run, ask)
    uncaught = read_uncaught(reader, run)
    first = range(min(len(found.paths), ask.rows))
    chosen = dict.fromkeys((*first, *(found.escaped[-ESCAPED:] if uncaught else ())))
    handled = read_handled(reader, run)
    rows = with_handlers(uncaught_first(read_failures(reader, run, found, chosen), uncaught), handled)
    all_at_home = [each for each in handled if not each.left]
    at_home = within(all_at_home, run, ask)
    quiet = () if ask.handled else [each for each in at_home if each.ending in (HANDLED, CAUGHT)]
    told = [each for each in at_home if each not in quiet]
    total = len(found.paths) + len(rows) - len(chosen)
    cancelled = [failure_of(path, (None,) * len(path)) for path in caught(reader, run, ask)]
    names = display_names(reader, run)
    every: list[Row] = [*rows, *told, *cancelled]
    shown = tuple(every[: ask.rows])
    return Answer(
        question="errors",
        run=run.run_id,
        rows=shown,
        total=total + len(told) + len(cancelled),
        ask=ask,
        words=("--errors", "--handled") if ask.handled else ("--errors",),
        dropped=run.dropped,
        counts=run.counts,
        notes=(*_exit_note(run), *run.notes, *_part_note(run, ask, all_at_home), *_unseen_note(reader, run)),
        summary=_quiet(ask, sum(each.count for each in quiet)),
        noun="exceptions",
        names=names,
        stood=standing(reader, run),
        next=_next(reader, run, ask, [*rows, *cancelled], names),
    )


def _quiet(ask: Ask, count: int) -> str:
    if not count:
        return ""
    exceptions = "exception was" if count == 1 else "exceptions were"
    return f"{count} more {exceptions} handled where raised: {ask.query('--errors', '--handled')}."


def _part_note(run: Run, ask: Ask, handled: Sequence[Handled]) -> list[str]:
    """Say that of those which came to a handler often not every moment is known."""
    is_part = ask.since is not None or bool(run.tests)
    is_bound = is_part and any(each.count > len(each.moments_ns) for each in handled)
    return [
        "Exceptions handled more than three times are counted in part here: not every moment is known."
    ] * is_bound


def _unseen_note(reader: Reader, run: Run) -> list[str]:
    sql = "select count(*) from processes where run_id = ? and python like '3.11%'"
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
        return (ask.query("--flow"),)
    name = f"{names.get(first[0].function, first[0].function)}#{first[0].number}"
    question = "--trace" if calls_any(reader.connection, run.run_id, first[0]) else "--call"
    above = first[-1].parent_span_id
    if above:
        return (ask.query(question, name), ask.command("show", above))
    outermost = f"{names.get(first[-1].function, first[-1].function)}#{first[-1].number}"
    return (ask.query(question, name), *((ask.query("--trace", outermost),) if len(first) > 1 else ()))
