"""Tells which test of unittest, or of Django's runner, ran when, and how it ended, under `breadcrumb run`.

`TestCase.run` is wrapped, in a program that is started to run such tests. Of the program nothing is called:
what a test is called and how it ended is read from its attributes and from the lists of its result.
"""

from __future__ import annotations

import functools
from importlib import import_module
from typing import TYPE_CHECKING, Any

from breadcrumb.traced.outcomes import ERROR, FAILED, PASSED, SKIPPED, XFAILED, XPASSED, begun

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from unittest import TestCase, TestResult

    from breadcrumb.traced.embedding import Session

__unittest = True
"""By which unittest knows frames that it leaves out of tracebacks."""

_LISTS = {
    "errors": ERROR,
    "failures": FAILED,
    "skipped": SKIPPED,
    "expectedFailures": XFAILED,
    "unexpectedSuccesses": XPASSED,
}
"""The lists of a result, and what it means that one has grown; the first that has counts."""
_EVENTS = {
    "addError": ERROR,
    "addFailure": FAILED,
    "addSubTest": FAILED,
    "addSkip": SKIPPED,
    "addExpectedFailure": XFAILED,
    "addUnexpectedSuccess": XPASSED,
}
"""The same of the events that Django's result notes in its place, in the processes of `--parallel`."""


def tell(session: Session) -> None:
    """Tell of each test that runs in this process from now on."""
    case: Any = import_module("unittest.case")
    case.TestCase.run = _telling(case.TestCase.run, session)


def _telling(run: Any, session: Session) -> Any:
    @functools.wraps(run)
    def told(self: TestCase, result: TestResult | None = None) -> TestResult | None:
        if result is None:
            return run(self, result)  # type: ignore[no-any-return]  # it calls this again, with one
        fact = begun(session, _name(self))
        session.tell("test", dict(fact))
        before = _lengths(result)
        try:
            return run(self, result)  # type: ignore[no-any-return]  # as it is
        finally:
            ended = {"outcome": _outcome(before, result), "end_ns": session.now_ns()}
            session.tell("test", fact | ended | {"phase": "call"})

    return told


def _name(case: TestCase) -> str:
    kind = type(case)
    return f"{kind.__module__}.{kind.__qualname__}.{case.__dict__.get('_testMethodName', 'runTest')}"


def _lengths(result: TestResult) -> dict[str, int]:
    found = {name: result.__dict__.get(name) for name in (*_LISTS, "events")}
    return {name: len(each) for name, each in found.items() if isinstance(each, list)}


def _outcome(before: dict[str, int], result: TestResult) -> str:
    after = _lengths(result)
    found = {outcome for name, outcome in _LISTS.items() if after.get(name, 0) > before.get(name, 0)}
    found.update(_event_outcomes(result.__dict__["events"][before["events"] :]) if "events" in before else ())
    return next((outcome for outcome in _LISTS.values() if outcome in found), PASSED)


def _event_outcomes(events: Sequence[tuple[Any, ...]]) -> Iterator[str]:
    """What each event means that is more than the beginning and the end of a test."""
    for name, *told in events:
        if name == "addSubTest" and not issubclass(told[-1][0], AssertionError):
            yield ERROR
        elif name in _EVENTS:
            yield _EVENTS[name]
