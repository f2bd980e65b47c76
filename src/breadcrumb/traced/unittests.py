"""Tells which test of unittest, or of Django's runner, ran when, and how it ended, under `breadcrumb run`.

`TestCase.run` is wrapped, in a program that is started to run such tests. Of the program nothing is called:
what a test is called and how it ended is read from its attributes and from the lists of its result. What
the runner caught is known by the private functions that hand it on, where there are these; so is a failing
set-up or tear-down of a class or module, which belongs to no test.
"""

from __future__ import annotations

import functools
from importlib import import_module
from typing import TYPE_CHECKING, Any

from breadcrumb.traced.outcomes import ERROR, FAILED, PASSED, SKIPPED, XFAILED, XPASSED, begun, take

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


_FIXTURES = ("_tearDownPreviousClass", "_handleModuleFixture", "_handleClassSetUp", "_handleModuleTearDown")
"""What sets classes and modules up, and tears them down."""
_fact: dict[str, object] | None = None
"""Of the test that runs in this process."""


def tell(session: Session) -> None:
    """Tell of each test that runs in this process from now on."""
    case: Any = import_module("unittest.case")
    case.TestCase.run = _telling(case.TestCase.run, session)
    _wrap(case, "_addError", _taking(session, FAILED))
    _wrap(case.TestCase, "_addExpectedFailure", _taking(session, XFAILED))
    suite: Any = import_module("unittest.suite").TestSuite
    fixtures = Fixtures(session)
    for name in _FIXTURES:
        _wrap(suite, name, fixtures.begin)
    _wrap(suite, "_addClassOrModuleLevelException", fixtures.end)


def _wrap(holder: Any, name: str, before: Any) -> None:
    """Have `before` called, with the arguments, before a function of unittest, where there is one."""
    function = getattr(holder, name, None)
    if function is None:
        return

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        before(*args)
        return function(*args, **kwargs)

    setattr(holder, name, wrapped)


def _taking(session: Session, outcome: str) -> Any:
    def taken(*args: Any) -> None:
        exc_info = args[-1] if args else None
        if _fact is not None and isinstance(exc_info, tuple) and isinstance(exc_info[1], BaseException):
            take(session, _fact, exc_info[1], outcome)

    return taken


class Fixtures:
    """Tells of a set-up or tear-down of a class or module that failed, as of a test."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._start_ns = session.now_ns()

    def begin(self, *_: object) -> None:
        """Note when the last one began."""
        self._start_ns = self._session.now_ns()

    def end(self, _suite: object = None, _result: object = None, *told: Any) -> None:
        """Tell of one; unittest names it `setUpClass (app.Case)`."""
        skip: Any = import_module("unittest.case").SkipTest
        if len(told) < 2 or isinstance(told[0], skip) or type(told[1]) is not str:  # both
            return
        method, _, holder = told[1].removesuffix(")").partition(" (")
        fact = begun(self._session, f"{holder}.{method}" if holder else method)
        fact |= {"start_ns": self._start_ns, "outcome": ERROR, "end_ns": self._session.now_ns()}
        take(self._session, fact, told[0], ERROR)
        self._session.tell("test", fact)


def _telling(run: Any, session: Session) -> Any:
    @functools.wraps(run)
    def told(self: TestCase, result: TestResult | None = None) -> TestResult | None:
        if result is None:
            return run(self, result)  # type: ignore[no-any-return]  # it calls this again, with one
        global _fact  # one test runs at a time
        around = _fact
        fact = _fact = begun(session, _name(self))
        session.tell("test", dict(fact))
        before = _lengths(result)
        try:
            return run(self, result)  # type: ignore[no-any-return]  # as it is
        finally:
            _fact = around
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
