"""The closing report of a run: folds, then says what was recorded and what to ask next.

    python -m breadcrumb.cli.report --store DIR --run ID

The launcher starts it as a child when the program has ended. It never fails loudly: it is a courtesy.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import StoreError, StoreMissing

from breadcrumb.common.messages import joined, one_line
from breadcrumb.questions.expensive import costs
from breadcrumb.questions.facts.ask import Ask, NoAnswer, shell
from breadcrumb.questions.facts.deliveries import delivery_lines, read_deliveries
from breadcrumb.questions.facts.functions import display_names
from breadcrumb.questions.facts.open_stacks import standing
from breadcrumb.questions.facts.recorders import recorders
from breadcrumb.questions.facts.run_facts import Run, find_run
from breadcrumb.questions.facts.uncaught import read_uncaught
from breadcrumb.questions.facts.unmatched import unmatched_note
from breadcrumb.questions.flow import flow
from breadcrumb.questions.gaps import gap_summary, read_gaps, untraced_python
from breadcrumb.render.layout.error import how_ended
from breadcrumb.render.layout.open_stacks import standing_lines
from breadcrumb.render.layouts import LAYOUTS
from breadcrumb.render.parts.call_lines import exception_text, place
from breadcrumb.render.parts.durations import duration
from breadcrumb.render.parts.values import clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.answer import Answer

FOLD_SECONDS = 2.0
"""The time for folding; the next question folds the rest."""

MOMENT_SECONDS = 1.0
"""The time for folding before it is known how much there is."""

TREE = 14
"""Lines of a tree that is small enough for the report."""

STOOD = 20
"""Lines that say where a program stood."""

MOST_CALLED = 4
LINE = 160


def report(reader: Reader, ask: Ask) -> str:
    """Write the report of the run in at most some 25 lines."""
    run = find_run(reader, ask)
    if not run.processes:
        return _nobody_joined()
    head = [_head(run), *_recorder(reader, run), *run.notes, *unmatched_note(reader, run)]
    stood = _stood(reader, run)
    sent = delivery_lines(read_deliveries(reader, run.run_id), is_running=run.status == "running")
    if not run.calls:
        said = [*(stood or [_nothing_traced(reader, run)]), *_failures(reader, run)]
        return joined([*head, *said, *sent, f"Next: {Ask(store=ask.store).query('--gaps')}"])
    body = (not stood and _tree(flow(reader, ask))) or _most_called(reader, run)
    ended = [*stood, *_failures(reader, run)]
    return joined([*head, *body, *ended, *_redactions(reader, run), *sent, *_next(reader, run, ask)])


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


def _nothing_traced(reader: Reader, run: Run) -> str:
    if run.status == "killed":
        return "It died before a call reached the store."
    return (
        gap_summary(read_gaps(reader, run))
        or "No call of traced code was seen: include more with -i PATTERN."
    )


def _tree(answer: Answer) -> list[str]:
    """Write the whole tree, or nothing where it is too long."""
    if answer.truncated is not None:
        return []
    lines = [clip(line.text, LINE) for line in LAYOUTS["flow"](answer)]
    return lines if len(lines) <= TREE else []


def _most_called(reader: Reader, run: Run) -> list[str]:
    rows = sorted(costs(reader, run, Ask()), key=lambda cost: (-cost.calls, cost.function))
    called = [
        f"{cost.function.removeprefix('__main__.')} x{cost.calls} ({duration(cost.self_ns)})"
        for cost in rows[:MOST_CALLED]
    ]
    return [clip(f"Most called: {', '.join(called)}.", LINE)]


def _failures(reader: Reader, run: Run) -> list[str]:
    """Say what ended the run, where its exit status does not say it all."""
    ended = [uncaught for uncaught in read_uncaught(reader, run) if uncaught.ended_run]
    if not ended or ended[0].is_plain_exit:
        return []
    raised, left = ended[0].raised, ended[0].left
    file, line = (left.file, left.line) if left else (raised.file, raised.line)
    where = f" at {place(file, line)}" if file else ""
    return [clip(f"It {how_ended(raised.type)} {exception_text(raised, LINE)}{where}.", LINE)]


def _stood(reader: Reader, run: Run) -> list[str]:
    """Say where a program stood that was stopped or died."""
    return standing_lines(standing(reader, run), display_names(reader, run), most=STOOD)


def _redactions(reader: Reader, run: Run) -> list[str]:
    sql = "select rule, sum(count)::bigint from redactions where run_id = ? group by rule order by 2 desc, 1"
    rows = reader.connection.execute(sql, [run.run_id]).fetchall()
    return [f"Redacted: {', '.join(f'{rule} x{count}' for rule, count in rows)}."] if rows else []


def _next(reader: Reader, run: Run, ask: Ask) -> list[str]:
    last = Ask(store=ask.store)
    first = last.query("--errors") if run.errors or run.exception else last.query("--flow")
    gaps = read_gaps(reader, run)
    more = [f"   or: {last.query('--gaps')}"] if untraced_python(run, gaps) else []
    return [*filter(None, [gap_summary(gaps)]), f"Next: {first}", *more]


def main(argv: Sequence[str] | None = None) -> int:
    """Print the report to stdout; trouble is one line, and never a reason to fail."""
    parser = argparse.ArgumentParser(
        prog="python -m breadcrumb.cli.report", description="Report a finished run."
    )
    parser.add_argument("--store", required=True, metavar="DIR")
    parser.add_argument("--run", required=True, metavar="ID")
    arguments = parser.parse_args(argv)
    sys.stdout.write(_written(Path(arguments.store), arguments.run) + "\n")
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
    from breadcrumb_exporter_duckdb.reading.store import open_store

    ask = Ask(run=run, store=_named(store))
    if left := _left_to_fold(store):
        return (
            f"breadcrumb: run {run} has ended; {left / 1e6:,.0f} MB of it are folded in the background.\n"
            f"Next: {Ask(store=ask.store).query('--flow')}"
        )
    with open_store(store, wait=FOLD_SECONDS) as reader:
        return report(reader, ask)


def _left_to_fold(store: Path) -> int:
    """Fold for a moment; more bytes than are quickly read are left to a process of their own."""
    from breadcrumb_exporter_duckdb.base.location import is_encrypted
    from breadcrumb_exporter_duckdb.database.fold import fold
    from breadcrumb_exporter_duckdb.reading.store import QUICKLY_READ_BYTES
    from breadcrumb_exporter_duckdb.writing.detached import fold_detached

    if is_encrypted(store) or not os.access(store, os.W_OK):
        return 0
    try:
        left = fold(store, seconds=MOMENT_SECONDS, wait=FOLD_SECONDS).remaining
    except StoreError:
        return 0  # whoever reads tells
    if left <= QUICKLY_READ_BYTES:
        return 0
    fold_detached(store)
    return left


def _named(store: Path) -> str | None:
    """Give the store to name in commands; None where they find it by themselves."""
    from breadcrumb_exporter_duckdb.base.location import find_store

    return None if find_store(None) == store.absolute() else str(store)


if __name__ == "__main__":
    sys.exit(main())
