"""The closing report of a run: folds, then says what was recorded and what to ask next.

    python -m breadcrumb.cli.report --store DIR --run ID

The launcher starts it as a child when the program has ended. It never fails loudly: it is a courtesy.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

from breadcrumb_exporter_duckdb.base import own_process
from breadcrumb_exporter_duckdb.base.location import StoreError, StoreMissing
from breadcrumb_exporter_duckdb.base.records import replace
from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.common.messages import joined, one_line
from breadcrumb.questions.facts.ask import Ask, NoAnswer, shell
from breadcrumb.questions.facts.calls.open_stacks import standing
from breadcrumb.questions.facts.calls.span_rows import Span
from breadcrumb.questions.facts.calls.uncaught import EXIT, ends_well, has_failed_calls, read_uncaught
from breadcrumb.questions.facts.run.deliveries import delivery_lines, read_deliveries
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.questions.facts.run.recorders import recorders
from breadcrumb.questions.facts.run.run_facts import Run, find_run
from breadcrumb.questions.facts.run.tests import FAILED, read_tests
from breadcrumb.questions.facts.run.unmatched import unmatched_note
from breadcrumb.questions.flow import flow_of
from breadcrumb.questions.gaps import gap_summary, read_gaps, untraced_python
from breadcrumb.questions.next_steps import MOST
from breadcrumb.render.layout.error import how_ended
from breadcrumb.render.layout.open_stacks import standing_lines
from breadcrumb.render.layout.tree import narrow, tree_lines
from breadcrumb.render.parts.call_lines import exception_text, place
from breadcrumb.render.parts.cutting import cut
from breadcrumb.render.parts.durations import duration
from breadcrumb.render.parts.fitting import fitted
from breadcrumb.render.parts.folding import Group
from breadcrumb.render.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb_exporter_duckdb.database.loading import Progress
    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.calls.uncaught import Uncaught
    from breadcrumb.questions.gaps import Gap
    from breadcrumb.render.parts.call_lines import Writer

FOLD_SECONDS = 2.0
"""The time for folding; the next question folds the rest."""

MOMENT_SECONDS = 1.0
"""The time for folding before it is known how much there is."""

TREE = 14
"""Lines of a tree that is small enough for the report."""

STOOD = 20
"""Lines that say where a program stood."""

SLOW = 2
"""The longest of the outermost calls that are told."""

MODULES = 5
"""Bodies of modules that are told where nothing else was recorded."""

LINE = 160


def report(reader: Reader, ask: Ask) -> str:
    """Write the report of the run in at most some 25 lines."""
    run = find_run(reader, ask)
    if not run.processes:
        return _nobody_joined()
    head = [_head(run), *_recorder(reader, run), *run.notes, *unmatched_note(reader, run)]
    stood = _stood(reader, run)
    ended = [each for each in read_uncaught(reader, run) if each.ended_run]
    sent = delivery_lines(read_deliveries(reader, run.run_id), is_running=run.status == "running")
    if not run.calls:
        bodies, gaps = flow_of(reader, run, ask), read_gaps(reader, run)
        said = [
            *(stood or [*_modules(bodies), _nothing_traced(run, bodies, gaps)]),
            *_failures(ended),
        ]
        return joined([*head, *said, *sent, *_next_of_modules(run, ask, bodies, gaps)])
    besides = [*_redactions(reader, run), *sent]
    failed = _failed_tests(reader, run)
    if not stood and (failed or any(each.raised.type != EXIT for each in ended)):
        return joined([*head, *_story(reader, run, ask, failed, besides)])
    body = [] if stood else _what_happened(flow_of(reader, run, ask))
    return joined([*head, *_failures(ended), *stood, *body, *besides, *_next(reader, run, ask)])


def _nobody_joined() -> str:
    return (
        "breadcrumb: nothing was traced: no Python process joined this run. Is the command Python of this "
        "environment, started without -I, -E or -S?"
    )


def _head(run: Run) -> str:
    within = "after" if run.status == "detached" else "in"
    took = f" {within} {duration(run.duration_ns)}" if run.duration_ns is not None else ""
    processes = f", {run.processes} processes" if run.processes > 1 else ""
    failed = f", {run.errors} left by an exception" if run.errors else ""
    calls = "1 call" if run.calls == 1 else f"{run.calls:,} calls"
    thinned = f" ({run.thinned:,} of them only counted)" if run.thinned else ""
    status = f"{run.status} ({run.exit_status})" if run.exit_status else run.status
    return f"breadcrumb: run {run.run_id}, {status}{took}: {calls}{thinned}{failed}{processes}."


def _recorder(reader: Reader, run: Run) -> list[str]:
    """Say what recorded where that was not the quick recorder."""
    recorded = recorders(reader, run.run_id)
    return [f"recorder: {recorded}"] if recorded not in ("", "c") else []


def _nothing_traced(run: Run, bodies: Answer, gaps: Sequence[Gap]) -> str:
    if run.status == "killed":
        return "It died before a call reached the store."
    nothing = "" if bodies.rows else "No call of traced code was seen: include more with -i PATTERN."
    return gap_summary(gaps) or nothing


def _modules(bodies: Answer) -> list[str]:
    """Write which bodies of modules ran, the main program's first, where nothing else was recorded."""
    calls = cast("Sequence[Call]", bodies.rows)
    more = [f"and {len(calls) - MODULES} more modules"] if len(calls) > MODULES else []
    return [*(narrow(bodies).group(Group((call,))) for call in calls[:MODULES]), *more]


def _next_of_modules(run: Run, ask: Ask, bodies: Answer, gaps: Sequence[Gap]) -> list[str]:
    last = Ask(store=ask.store)
    first = [last.query("--why")] if run.exception else []
    untraced = [last.query("--gaps")] if not bodies.rows or untraced_python(run, gaps) else []
    bodies_first = cast("Sequence[Call]", bodies.rows)[:1]
    steps = [*first, *untraced, *(last.query("--source", call.function) for call in bodies_first)][:MOST]
    return [f"{'Next:' if at == 0 else '   or:'} {step}" for at, step in enumerate(steps)]


def _what_happened(answer: Answer) -> list[str]:
    """Write the whole tree; of one that is too long, the calls that matter, each with a ready command."""
    if answer.truncated is None:
        lines = [fitted(line.text, LINE) for line in tree_lines(answer, TREE * LINE)]
        if len(lines) <= TREE:
            return lines
    calls = cast("Sequence[Call]", answer.rows)
    writer = narrow(answer)
    return [line for call, why in _that_matter(calls) for line in _told(answer, writer, call, why)]


def _told(answer: Answer, writer: Writer, call: Call, why: str) -> Iterator[str]:
    """Write a call, and the command that shows what is below it."""
    ask = replace(answer.ask, run="last")
    question = "--trace" if call.below is None or call.below.calls else "--call"
    yield f"{why} {writer.group(Group((call,)))}"
    if isinstance(call, Span):
        yield f"    {ask.command('show', call.span_id)}"
    else:
        yield f"    {ask.query(question, f'{writer.name(call.function)}#{call.number}')}"


def _that_matter(calls: Sequence[Call]) -> Iterator[tuple[Call, str]]:
    """Choose the calls that failed, or those that took the time and what was handled; and the last one."""
    told: set[str] = set()
    raised = [call for call in calls if call.raised and call.raised.first and not call.cancelled]
    raised = [call for call in raised if not ends_well(call.raised)]
    failed = [call for call in raised if call.raised is not None and call.raised.handled_by is None]
    handled = [] if failed else [call for call in raised if not _looks_up(call)]
    outer = [call for call in calls if not call.depth and not call.at_import]
    slow = sorted(outer, key=lambda call: -(call.duration_ns or 0))[: 0 if failed else SLOW]
    chosen = [(call, "failed:") for call in (*failed[:1], *failed[-1:])]
    chosen += [(call, "longest:" if call is slow[0] else "then:") for call in slow]
    chosen += [(call, "handled:") for call in handled[-1:]]
    chosen += [(call, "last:") for call in outer[-1:]]
    for call, word in chosen:
        if call.span_id not in told:
            told.add(call.span_id)
            yield call, word


def _looks_up(call: Call) -> bool:
    """Tell whether a call is Python's way of asking for an attribute or item, which need not be there."""
    return call.function.rpartition(".")[2] in (
        "__getattr__",
        "__getattribute__",
        "__getitem__",
        "__missing__",
    )


def _failures(ended: Sequence[Uncaught]) -> list[str]:
    """Say what ended the run, where its exit status does not say it all."""
    if not ended or ended[0].is_plain_exit:
        return []
    raised, left = ended[0].raised, ended[0].left
    file, line = (left.file, left.line) if left else (raised.file, raised.line)
    where = f" at {place(file, line)}" if file else ""
    return [cut(f"It {how_ended(raised.type)} {exception_text(raised, LINE)}{where}.", LINE)]


def _failed_tests(reader: Reader, run: Run) -> set[str]:
    return {test.name for test in read_tests(reader, run.run_id) if test.outcome in FAILED}


def _story(reader: Reader, run: Run, ask: Ask, tests: set[str], besides: Sequence[str]) -> list[str]:
    """Tell how it came to the failure, as `--why` does; of several failed tests to the first one."""
    from breadcrumb.questions.why import why  # most runs end well

    last = Ask(store=ask.store)
    more = [f"{len(tests)} tests failed; each: {last.query('--errors')}"] if len(tests) > 1 else []
    answer = why(reader, last, run=run)
    return [*more, *text(replace(answer, notes=(*answer.notes, *besides))).split("\n")]


def _stood(reader: Reader, run: Run) -> list[str]:
    """Say where a program stood that was stopped or died."""
    return standing_lines(standing(reader, run), display_names(reader, run), most=STOOD)


def _redactions(reader: Reader, run: Run) -> list[str]:
    query = sql(
        """select value->>'$.rule', sum((value->>'$.count')::bigint)::bigint from base.fact
        where run_id = {run} and kind = 'redaction' group by 1 order by 2 desc, 1""",
        run=run.run_id,
    )
    rows = query.rows(reader.connection)
    return [f"Redacted: {', '.join(f'{rule} x{count}' for rule, count in rows)}."] if rows else []


def _next(reader: Reader, run: Run, ask: Ask) -> list[str]:
    last = Ask(store=ask.store)
    first = last.query("--why") if run.exception or has_failed_calls(reader, run) else last.query("--flow")
    untraced = untraced_python(run, read_gaps(reader, run))
    more = [f"   or: {last.query('--gaps')}"] if untraced else []
    return [f"Next: {first}", *more]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the report to stdout; trouble is one line, and never a reason to fail."""
    parser = argparse.ArgumentParser(
        prog="python -m breadcrumb.cli.report", description="Report a finished run."
    )
    parser.add_argument("--store", required=True, metavar="DIR")
    parser.add_argument("--run", required=True, metavar="ID")
    arguments = parser.parse_args(argv)
    own_process.begin()
    written = _written(Path(arguments.store), arguments.run)
    if sys.stdout.isatty():
        from breadcrumb.cli import terminal

        terminal.write(written, is_paged=False)
    else:
        sys.stdout.write(f"{written}\n")
    return 0


def _written(store: Path, run: str) -> str:
    try:
        return _read(store, run)
    except StoreMissing:
        return _nobody_joined()
    except (StoreError, NoAnswer) as error:
        return one_line(f"breadcrumb: no report: {error.message}{f' ({error.hint})' if error.hint else ''}")
    except Exception as error:  # noqa: BLE001 - the program has ended well; our trouble must not look like its
        command = shell("breadcrumb", "query", "--flow", "--run", run)
        return one_line(f"breadcrumb: no report: {type(error).__name__}: {error} (try {command})")


def _read(store: Path, run: str) -> str:
    from breadcrumb_exporter_duckdb.reading.store import QUICKLY_READ_BYTES, open_store
    from breadcrumb_exporter_duckdb.writing.detached import fold_detached

    ask = Ask(run=run, store=_named(store))
    folded = _folded(store)
    if folded is not None and folded.remaining > QUICKLY_READ_BYTES:
        fold_detached(store)
        return (
            f"breadcrumb: run {run} has ended; {folded.remaining / 1e6:,.0f} MB of it are folded in the "
            f"background.\nNext: {Ask(store=ask.store).query('--flow')}"
        )
    is_done = folded is not None and not folded.unrecovered
    with open_store(store, fold=not is_done, wait=FOLD_SECONDS, every_view=False) as reader:
        return report(reader, ask)


def _folded(store: Path) -> Progress | None:
    """Fold for a moment; None where that cannot be, of which whoever reads tells."""
    from breadcrumb_exporter_duckdb.base.location import is_encrypted
    from breadcrumb_exporter_duckdb.database.fold import fold

    if is_encrypted(store) or not os.access(store, os.W_OK):
        return None
    try:
        return fold(store, seconds=MOMENT_SECONDS, wait=FOLD_SECONDS)
    except StoreError:
        return None


def _named(store: Path) -> str | None:
    """Give the store to name in commands; None where they find it by themselves."""
    from breadcrumb_exporter_duckdb.base.location import find_store

    return None if find_store(None) == store.absolute() else str(store)


if __name__ == "__main__":
    own_process.leave(main())
