"""Tells which test ran when, and how it ended: a fact of the kind `test` for each time that it ran."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from breadcrumb.traced.outcomes import ERROR, FAILED, PASSED, RUNNING, SKIPPED, XFAILED, XPASSED, begun, take

if TYPE_CHECKING:
    from collections.abc import Generator

    from breadcrumb.traced.embedding import Session

NOT_KEPT = "of tests that did not fail: only those that do are kept (breadcrumb_keep)"


class Units:
    """The hooks around each test of this process."""

    def __init__(self, session: Session, *, only_failures: bool = False) -> None:
        self.session = session
        self._only_failures = only_failures
        """Whether the calls of other tests are not kept."""
        self._failed: set[str] = set()
        """Tests that failed: of one that is run again both times are kept, so that they can be compared."""
        self._is_first = True
        self._fact: dict[str, object] = {}
        """Of the test that runs; empty between tests."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Tell of a test, at first that it runs: it may end the process."""
        self._begin(item)
        try:
            return (yield)
        finally:
            if self._fact and self._only_failures:
                self.session.settle(keep=True)
            self._fact = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Take in how a phase of the test ended; after the last one it may begin again."""
        report = yield
        if not self._fact:
            self._begin(item)
        outcome = _outcome(report)
        if outcome in (FAILED, ERROR) or self._fact["outcome"] in (RUNNING, PASSED):
            self._fact |= {"outcome": outcome, "phase": report.when}
        if call.excinfo is not None and outcome != SKIPPED:
            for each in _wrapped(call.excinfo.value):
                take(self.session, self._fact, each, outcome)
        if report.when == "teardown":
            self._tell()
            self._fact = {}
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Tell of what could not be collected as of a test; what failed is its error's cause."""
        start_ns = self.session.now_ns()
        report = yield
        call = report.__dict__.get("call")
        if report.failed and call is not None and call.excinfo is not None:
            error = call.excinfo.value
            fact = begun(self.session, collector.nodeid or collector.name)
            fact |= {
                "outcome": ERROR,
                "phase": "collect",
                "start_ns": start_ns,
                "end_ns": self.session.now_ns(),
            }
            take(self.session, fact, _cause(error) or error, ERROR)
            self.session.tell("test", fact)
        return report

    def pytest_sessionfinish(self) -> None:
        """Have all of it in the store before anybody asks."""
        self.session.flush()

    def _begin(self, item: pytest.Item) -> None:
        self._fact = begun(self.session, item.nodeid)
        if self._only_failures:
            if self._is_first:  # what was imported and collected before is nobody's
                self.session.flush()
                self._is_first = False
            self.session.hold()
        self.session.tell("test", dict(self._fact))

    def _tell(self) -> None:
        ended = {"end_ns": self.session.now_ns()}
        if self._only_failures:
            name = str(self._fact["test"])
            if self._fact["outcome"] in (FAILED, ERROR):
                self._failed.add(name)
            is_kept = name in self._failed
            self.session.settle(keep=is_kept, reason=NOT_KEPT)
            self._fact["is_kept"] = is_kept
        self.session.tell("test", self._fact | ended)


_cause = BaseException.__dict__["__cause__"].__get__


def _wrapped(error: Any) -> list[BaseException]:
    """What a doctest's examples raised, where that is what failed; else the error itself."""
    several = _class("_pytest.doctest", "MultipleDoctestFailures")
    unexpected = _class("doctest", "UnexpectedException")
    found: list[Any] = error.failures if several is not None and type(error) is several else [error]
    return [each.exc_info[1] if type(each) is unexpected else each for each in found]


def _class(module: str, name: str) -> Any:
    """A class, where its module is there already."""
    return getattr(sys.modules.get(module), name, None)


def _outcome(report: pytest.TestReport) -> str:
    if hasattr(report, "wasxfail"):
        return XFAILED if report.skipped else XPASSED
    if report.failed:
        return FAILED if report.when == "call" else ERROR
    return SKIPPED if report.skipped else PASSED
