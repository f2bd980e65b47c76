"""The exceptions of a run in the order in which they matter: what ended it or failed a test comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.questions.facts.calls.cancellations import caught
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
from breadcrumb.questions.facts.exceptions.handlers import CAUGHT, FAILED_PART, HANDLED
from breadcrumb.questions.facts.run.tests import FAILED, Test, read_tests

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.run.run_facts import Run

ESCAPED = 10
"""The last exceptions that nobody handled, among which the one is sought that ended the run."""


class Exceptions(NamedTuple):
    """What was read of them."""

    failures: list[Failure]
    """Those that left a call, or that nobody handled; with `more` others that were not read."""
    told: list[Handled]
    """Those that left no call and are worth telling."""
    quiet: list[Handled]
    """Those that left no call and were handled in the ordinary way."""
    cancelled: list[Failure]
    more: int
    is_part: bool
    """Whether some that left no call are not counted, as it is not known when they came."""


def read_exceptions(reader: Reader, run: Run, ask: Ask) -> Exceptions:
    """Read as many as are asked for, and those that matter most in any case."""
    found = read_paths(reader, run, ask)
    uncaught = read_uncaught(reader, run)
    failed = [test for test in read_tests(reader, run.run_id) if test.outcome in FAILED]
    first = range(min(len(found.paths), ask.rows))
    chosen = dict.fromkeys((*first, *(found.escaped[-ESCAPED:] if uncaught or failed else ())))
    handled = read_handled(reader, run)
    rows = with_handlers(uncaught_first(read_failures(reader, run, found, chosen), uncaught), handled)
    all_at_home = [each for each in handled if not each.left]
    at_home = within(all_at_home, run, ask)
    quiet = [each for each in at_home if each.ending in (HANDLED, CAUGHT)]
    named = _of_tests_first(rows, failed)
    if failed:  # by its exit a test runner says no more than that
        is_told = any(each.test for each in named) or any(each.ending == FAILED_PART for each in at_home)
        named = [each for each in named if not _is_plain_exit(each) or (each.calls and not is_told)]
    return Exceptions(
        failures=named,
        told=[each for each in at_home if each not in quiet],
        quiet=quiet,
        cancelled=[failure_of(path, (None,) * len(path)) for path in caught(reader, run, ask)],
        more=len(found.paths) - len(chosen),
        is_part=(ask.since is not None or bool(run.tests))
        and any(each.count > len(each.moments_ns) for each in all_at_home),
    )


def _of_tests_first(failures: Sequence[Failure], failed: Sequence[Test]) -> list[Failure]:
    """Name the test that each failed; what ended the run comes before them, all others behind."""
    found = dict(_failing(failures, failed))
    named = [_failing_test(failure, found.get(at)) for at, failure in enumerate(failures)]
    return sorted(named, key=lambda each: 0 if each.ended_run else 1 if each.test else 2)


def _failing_test(failure: Failure, test: str | None) -> Failure:
    """Name the test that it failed: then no handler had it, only others of its kind and place."""
    return failure if test is None else replace(failure, test=test, handling=None)


def _failing(failures: Sequence[Failure], failed: Sequence[Test]) -> Iterator[tuple[int, str]]:
    """Find what failed each test: it left all traced calls while that ran, the test's function rather."""
    for test in failed:
        left = [(at, failure) for at, failure in enumerate(failures) if _may_fail(failure, test)]
        own = [at for at, failure in left if _name(failure) == test.function]
        yield from ((at, test.name) for at in (own or [at for at, _ in left])[:1])


def _may_fail(failure: Failure, test: Test) -> bool:
    if not failure.calls or failure.uncaught is not None:
        return False
    last = failure.calls[-1]
    is_below = last.raised is not None and last.raised.taken_below
    if failure.handled_by is not None and not is_below and _name(failure) != test.function:
        return False  # what called the runner did not handle what left a test
    return test.ran(int(last.process, 16), last.start_ns + (last.duration_ns or 0))


def _is_plain_exit(failure: Failure) -> bool:
    return failure.uncaught is not None and failure.uncaught.is_plain_exit


def _name(failure: Failure) -> str:
    return failure.calls[-1].function.rpartition(".")[2]
