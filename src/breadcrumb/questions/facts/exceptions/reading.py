"""The exceptions of a run in the order in which they matter: what ended it or failed a test comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.questions.facts.calls.cancellations import caught
from breadcrumb.questions.facts.calls.uncaught import TEST, read_uncaught, uncaught_from
from breadcrumb.questions.facts.exceptions.failures import (
    Failure,
    failure_of,
    one_each,
    read_failures,
    read_paths,
    uncaught_first,
    with_handlers,
)
from breadcrumb.questions.facts.exceptions.handled import Handled, read_handled, together, within
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
    tests: tuple[str, ...] = ()
    """Tests that failed by none of these."""


def read_exceptions(reader: Reader, run: Run, ask: Ask) -> Exceptions:
    """Read as many as are asked for, and those that matter most in any case."""
    found = read_paths(reader, run, ask)
    uncaught = read_uncaught(reader, run)
    failed = [test for test in read_tests(reader, run.run_id) if test.outcome in FAILED]
    first = range(min(len(found.paths), ask.rows))
    chosen = dict.fromkeys((*first, *(found.escaped[-ESCAPED:] if uncaught or failed else ())))
    handled = read_handled(reader, run)
    failures = one_each(read_failures(reader, run, found, chosen))
    rows = with_handlers(uncaught_first(failures, uncaught), handled)
    all_at_home = _without_calls(reader, run, handled, rows, is_all=len(found.paths) == len(chosen))
    at_home = within(all_at_home, run, ask)
    quiet = [each for each in at_home if each.ending in (HANDLED, CAUGHT)]
    named = _of_tests_first([*rows, *_without_traced_calls(reader, run, failed, handled)], failed)
    if failed:  # by its exit a test runner says no more than that
        is_told = any(each.test for each in named) or any(each.ending == FAILED_PART for each in at_home)
        named = [each for each in named if not _is_plain_exit(each) or (each.calls and not is_told)]
    return Exceptions(
        failures=named,
        told=together([each for each in at_home if each not in quiet]),
        quiet=together(quiet),
        cancelled=[failure_of(path, (None,) * len(path)) for path in caught(reader, run, ask)],
        more=len(found.paths) - len(chosen),
        is_part=(ask.since is not None or bool(run.tests))
        and any(each.count > len(each.moments_ns) for each in all_at_home),
        tests=tuple(_by_none(run, failed, named, at_home)),
    )


def _by_none(
    run: Run, failed: Sequence[Test], failures: Sequence[Failure], at_home: Sequence[Handled]
) -> Iterator[str]:
    """Name the tests of which no exception tells why they failed."""
    told = {each.test for each in failures}
    parts = [each for each in at_home if each.ending == FAILED_PART]
    for test in (each for each in failed if not run.tests or each in run.tests):
        of_part = (test.ran(int(each.process, 16), at) for each in parts for at in each.moments_ns)
        if not test.taken and test.name not in told and not any(of_part):
            yield test.name


def _without_calls(
    reader: Reader, run: Run, handled: Sequence[Handled], failures: Sequence[Failure], *, is_all: bool
) -> list[Handled]:
    """Give those that no failure tells of: some left a generator that had not begun, which is no call."""
    told = {id(each.handling) for each in failures if each.handling is not None}
    told -= {id(each) for each in handled if each.count > 1 and not each.left}
    left = {_what(each) for each in failures}
    if not is_all and any(each.left and _what(each) not in left for each in handled):
        query = """select distinct printf('%016x', process), exception->>'$.type', exception->>'$.file',
                (exception->>'$.line')::int
            from base.call where run_id = ? and outcome = 1"""
        left = set(reader.connection.execute(query, [run.run_id]).fetchall())
    elsewhere = {key for each in handled if not each.left for key in _kept(each)}
    return [
        each
        for each in handled
        if id(each) not in told
        and (not each.left or (_what(each) not in left and not elsewhere.issuperset(_kept(each))))
    ]


def _kept(handled: Handled) -> set[tuple[str, str, str | None]]:
    """Name those that are told whole: a `with` hands one on to a generator, whose handler has it too."""
    return {(handled.process, kept.id, kept.message) for kept in handled.kept}


def _what(exception: Failure | Handled) -> tuple[str, str, str | None, int | None]:
    """Say in which process it was raised, of which type and where."""
    if isinstance(exception, Failure):
        process = exception.calls[0].process if exception.calls else ""
    else:
        process = exception.process
    raised = exception.raised
    place = (raised.file, raised.line) if raised is not None else (None, None)
    return process, "" if raised is None else raised.type, *place


def _of_tests_first(failures: Sequence[Failure], failed: Sequence[Test]) -> list[Failure]:
    """Name the test that each failed; what ended the run comes before them, all others behind."""
    known = [each.calls[-1].raised if each.calls else None for each in failures]
    found = dict(_failing(failures, failed))
    found |= {at: raised.test for at, raised in enumerate(known) if raised is not None and raised.test}
    expected = {at for at, raised in enumerate(known) if raised is not None and raised.was_expected}
    named = [
        failure if at in expected or failure.test else _failing_test(failure, found.get(at))
        for at, failure in enumerate(failures)
    ]
    return sorted(named, key=lambda each: 0 if each.ended_run else 1 if each.test else 2)


def _failing_test(failure: Failure, test: str | None) -> Failure:
    """Name the test that it failed: then no handler had it, only others of its kind and place."""
    return failure if test is None else replace(failure, test=test, handling=None)


def _without_traced_calls(
    reader: Reader, run: Run, failed: Sequence[Test], handled: Sequence[Handled]
) -> list[Failure]:
    """Give what failed tests and left no traced call: what did not import, say."""
    parts = {kept.id for each in handled if each.ending == FAILED_PART for kept in each.kept}
    chosen = [test for test in failed if test.taken and (not run.tests or test in run.tests)]
    if not chosen:
        return []
    query = """select process, exception->>'$.id', start_ns + coalesce(duration_ns, 0) from base.call
        where run_id = ? and outcome = 1 and exception->>'$.id' in (select unnest(?::varchar[]))"""
    addresses = [address for test in chosen for address in test.taken or ()]
    left = reader.connection.execute(query, [run.run_id, addresses]).fetchall()
    found = []
    for test in chosen:
        own = {address for process, address, end_ns in left if test.ran(process, end_ns)}
        for address, taken in (test.taken or {}).items():
            if address not in own | parts and taken.outcome in FAILED:
                each = uncaught_from(f"{test.process:016x}", taken.exception, TEST)
                raised = each.raised
                alone = Failure(raised.type, raised.message, raised.file, raised.line, uncaught=each)
                found.append(replace(alone, test=test.name))
    return found


def _failing(failures: Sequence[Failure], failed: Sequence[Test]) -> Iterator[tuple[int, str]]:
    """Find what failed each test of which nobody told: it left all traced calls while that ran, the test's
    function rather."""
    for test in (each for each in failed if not each.taken):
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
