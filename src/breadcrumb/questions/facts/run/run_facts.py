"""Which run a question is about, and what is missing from it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.statements import Sql, joined, sql

from breadcrumb.questions.facts.ask import ALL_RUNS, Ask, NoAnswer
from breadcrumb.questions.facts.run.counts import Count, bare_note, count_note, read_counts
from breadcrumb.questions.facts.run.source import remember
from breadcrumb.questions.facts.run.tests import Test, condition, named, read_tests

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

TESTS = 3
"""Tests that an answer names."""
RECORDING = "recording"
"""Where the drop belongs that says when recording stopped, and why."""


@dataclass(frozen=True)
class Run:
    """One run, as the `runs` view gives it, with what makes answers about it incomplete."""

    run_id: str
    command: str
    status: str
    exit_status: int | None
    calls: int
    errors: int
    exception: str | None
    dropped: int
    processes: int
    duration_ns: int | None
    open_calls: int
    thinned: int = 0
    """How many of the calls were only counted."""
    counts: tuple[Count, ...] = ()
    """The functions that they are calls of."""
    notes: tuple[str, ...] = ()
    tests: tuple[Test, ...] = ()
    """The tests that are asked about; none where all is."""

    @property
    def kept(self) -> int:
        """How many calls can be shown, open ones included."""
        return self.calls - self.thinned

    @property
    def now_ns(self) -> int | None:
        """The time now, if the run still goes on."""
        return time.time_ns() if self.status == "running" else None

    def where(self, ask: Ask) -> Sql:
        """Give the condition that picks the rows asked about."""
        return _where(self.run_id, ask, self.tests)


def _where(run_id: str, ask: Ask, tests: Sequence[Test]) -> Sql:
    conditions = [sql("run_id = {run}", run=run_id)]
    if ask.since_ns is not None:
        conditions.append(sql("start_ns >= {since}", since=ask.since_ns))
    if tests:
        conditions.append(condition(tests))
    return joined(" and ", conditions)


_COLUMNS = sql("""run_id, command, status, exit_status, calls, thinned, errors, exception, dropped, processes,
    duration_ns""")
_LAST = sql(
    "select {columns} from runs order by run_id in (from base.received), started desc nulls last limit 1",
    columns=_COLUMNS,
)


def find_run(reader: Reader, ask: Ask, outcome: str | None = None) -> Run:
    """Find the run that `ask` names: the last one, an id, or the unambiguous beginning of one.

    Spans that were received are the last run only where no program was run. Of a test that ran several times
    in it, that time is meant which had the `outcome`.
    """
    if ask.run == "last":
        rows = _LAST.rows(reader.connection)
    else:
        query = sql(
            "select {columns} from runs where starts_with(run_id, {beginning}) order by run_id limit 6",
            columns=_COLUMNS,
            beginning=ask.run.lower(),
        )
        rows = query.rows(reader.connection)
    exact = [row for row in rows if row[0] == ask.run] or rows
    if len(exact) > 1:
        raise NoAnswer(
            f"run {ask.run} is ambiguous: {', '.join(row[0] for row in exact[:5])}", "give more of the id"
        )
    if ask.run == ALL_RUNS:
        raise NoAnswer("only --sql reads all runs: this question is about one", ask.command("runs"))
    if not exact and ask.run == "last":
        raise NoAnswer("nothing was recorded here yet", "breadcrumb run python app.py")
    if not exact:
        raise NoAnswer(f"there is no run {ask.run}", ask.command("runs"))
    return _run(reader, ask, exact[0], outcome)


def _run(reader: Reader, ask: Ask, row: tuple[Any, ...], outcome: str | None) -> Run:
    run_id, command, status, exit_status, calls, thinned, errors, exception, dropped, *rest = row
    processes, duration = rest
    tests = named(read_tests(reader, run_id), ask.test, outcome) if ask.test else []
    # A generator that nobody asked for more is suspended for good; in a run that is over it is not missing.
    query = sql(
        """select count(*), count(*) filter (kind in ('generator', 'async_generator')) from base.call
        where {where} and outcome = 255""",
        where=_where(run_id, ask, tests),
    )
    opened, suspended = query.execute(reader.connection).fetchone() or (0, 0)
    remember(reader, run_id)
    counts = read_counts(reader, run_id) if thinned else ()
    joined = () if processes else ("No Python process joined this run: nothing was traced.",)
    status_notes: list[str] = []
    if status == "ended without goodbye":
        status_notes = _unfinished_notes(reader, run_id, opened)
    elif status != "running" or not _are_over(tests):
        status_notes = _status_notes(status, opened if status == "running" else opened - suspended)
    drop_notes = _drop_notes(reader, run_id, ask) if dropped else []
    joined = (*joined, *_attached_notes(reader, run_id))
    notes = (*joined, *status_notes, *_pruned_notes(reader, run_id), *drop_notes)
    notes = (*notes, *count_note(counts), *bare_note(reader, run_id))
    return Run(
        run_id=run_id,
        command=command or "?",
        status=status,
        exit_status=exit_status,
        calls=calls or 0,
        errors=errors or 0,
        exception=exception,
        dropped=int(dropped or 0),
        processes=processes or 0,
        duration_ns=duration,
        open_calls=opened,
        thinned=int(thinned or 0),
        counts=counts,
        notes=(*_test_notes(tests), *notes, *reader.notes),
        tests=tuple(tests),
    )


def _are_over(tests: Sequence[Test]) -> bool:
    """Whether a question is of tests that have ended."""
    return bool(tests) and all(test.end_ns is not None for test in tests)


def _test_notes(tests: Sequence[Test]) -> list[str]:
    if not tests:
        return []
    shown = [f"{test.name} {test.outcome}" for test in tests[:TESTS]]
    more = f" and {len(tests) - TESTS} more" if len(tests) > TESTS else ""
    return [
        f"While {', '.join(shown)}{more}: what ran in the test's process from its set-up to its tear-down."
    ]


def _attached_notes(reader: Reader, run_id: str) -> list[str]:
    query = """select bool_or((value->>'$.attached')::boolean) from base.fact
        where run_id = ? and kind = 'process'"""
    (is_attached,) = reader.connection.execute(query, [run_id]).fetchone() or (False,)
    if not is_attached:
        return []
    return [
        "The program ran already: calls open when tracing began are not here, what they called has no caller."
    ]


def _unfinished_notes(reader: Reader, run_id: str, opened: int) -> list[str]:
    query = """select bool_and(coalesce((facts->>'$.open_known')::boolean, false)) from processes
        where run_id = ? and ended_how = 'ended without goodbye'"""
    (is_whole,) = reader.connection.execute(query, [run_id]).fetchone() or (False,)
    never = f"; {_never(opened)}" if opened else ""
    missing = "" if is_whole else f"{',' if never else ';'} the very last calls may be missing"
    return [f"The run ended without goodbye{never}{missing}."]


def _never(opened: int) -> str:
    return f"{_calls(opened)} did not end"


def _calls(count: int) -> str:
    return "1 call" if count == 1 else f"{count:,} calls"


def _status_notes(status: str, opened: int) -> list[str]:
    """Tell of calls without an end."""
    if status == "running":
        return [f"The run still goes on{f', {_calls(opened)} open' if opened else ''}."]
    if status == "detached":
        return [f"{_never(opened)} before tracing did."] if opened else []
    never = _never(opened) if opened else ""
    if status == "timeout":
        return [f"The run was stopped at its time limit{f': {never}' if never else ''}."]
    return [f"{never}."] if never else []


def _pruned_notes(reader: Reader, run_id: str) -> list[str]:
    query = """select (value->>'$.rows')::bigint, make_timestamp((value->>'$.before_ns')::bigint // 1000),
            value->>'$.reason'
        from facts where run_id = ? and kind = 'pruned'"""
    return [
        f"The run's beginning was pruned ({reason}): {rows:,} calls and spans that ended before "
        f"{before:%Y-%m-%d %H:%M:%S} are gone."
        for rows, before, reason in reader.connection.execute(query, [run_id]).fetchall()
    ]


def _drop_notes(reader: Reader, run_id: str, ask: Ask) -> list[str]:
    whole = "" if ask.since is None else " in the whole run"
    query = "select where_, reason, sum(count) from drops where run_id = ? group by all order by 3 desc"
    return [
        f"Recording {reason}; what came later is not here."
        if where == RECORDING
        else f"{count} dropped in {where} ({reason}){whole}: counts are lower bounds."
        for where, reason, count in reader.connection.execute(query, [run_id]).fetchall()
    ]


def command_line(reader: Reader, run: Run) -> list[str]:
    """Give the words that would start the run again, with the options that it was started with.

    None if they are not known or hide a secret.
    """
    query = """select value->'$.options', value->'$.command' from facts
        where run_id = ? and kind in ('run', 'process') order by kind desc, value->>'$.start_ns' limit 1"""
    found = reader.connection.execute(query, [run.run_id]).fetchone() or (None, None)
    options, command = (json.loads(each) if each else [] for each in found)
    if not isinstance(options, list) or not isinstance(command, list) or not command:
        return []
    words = [str(word) for word in (*options, *command)]
    return [] if any("[redacted:" in word for word in words) else words
