"""Says at the end of a test run why tests failed, and which command tells more."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest
    from _pytest.terminal import TerminalReporter

    from breadcrumb.traced.embedding import Session

TOLD = 3
"""Failures that are told of; of more, the commands."""
SECONDS = 60
"""How long the answers may take, all together; on a busy machine they do."""
MODULE = "breadcrumb.cli.failed_tests"


class Reasons:
    """The end of the terminal's report."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._asker: subprocess.Popen[str] | None = None
        """The process that reads the store: it takes longer to start than to answer."""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Start who is asked at the end while workers of pytest-xdist go on with other tests.

        A process in which tests run has no child of ours meanwhile: they may wait for theirs.
        """
        if report.failed and hasattr(report, "node"):
            self._start()

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Write it."""
        self._session.flush()
        failed = _failed(terminalreporter)
        terminalreporter.section("breadcrumb", sep="=")
        for test, reason in zip(failed, self._reasons(failed[:TOLD]), strict=False):
            terminalreporter.section(test, sep="_")
            terminalreporter.write_line(reason)
        for test in failed[TOLD : 2 * TOLD]:
            terminalreporter.write_line(self._command("--why", "--test", test))
        if len(failed) > 2 * TOLD:
            terminalreporter.write_line(f"of all {len(failed)}: {self._command('--errors')}")
        again = [test for test in _named(terminalreporter, "rerun") if test not in failed]
        for test in again[:TOLD]:
            told = shlex.join(["breadcrumb", "diff", "--test", test])
            terminalreporter.write_line(f"failed, and passed when run again: {told}")
        if not failed and not again:
            terminalreporter.write_line(f"of one test: {self._command('--flow', '--test', 'NAME')}")

    def pytest_unconfigure(self) -> None:
        """Let go of whom nobody asked."""
        if self._asker is not None:
            self._asker.communicate()

    def _start(self) -> None:
        if self._asker is not None:
            return
        command = [sys.executable, "-P", "-m", MODULE, str(self._session.store), str(self._session.run_id)]
        with suppress(OSError):
            self._asker = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                start_new_session=True,  # Ctrl-C is not for it
            )

    def _reasons(self, tests: list[str]) -> list[str]:
        """Why each failed, or how to ask where nobody answers."""
        if not tests:
            return []
        self._start()
        asker, self._asker = self._asker, None
        told: list[str] = []
        if asker is not None:
            with asker, suppress(ValueError):
                told = _answered(asker, tests)
        rest = [f"ask: {self._command('--why', '--test', test)}" for test in tests[len(told) :]]
        return [*told, *rest]

    def _command(self, *question: str) -> str:
        return shlex.join(["breadcrumb", "query", *question, "--run", str(self._session.run_id)])


def _answered(asker: subprocess.Popen[str], tests: list[str]) -> list[str]:
    """What came in time."""
    try:
        answer, _ = asker.communicate(json.dumps(tests), SECONDS)
    except subprocess.TimeoutExpired:
        asker.kill()
        answer, _ = asker.communicate()
    finally:
        asker.kill()
    return [json.loads(line) for line in answer.splitlines(keepends=True) if line.endswith("\n")]


def _failed(reporter: TerminalReporter) -> list[str]:
    return _named(reporter, "failed", "error")


def _named(reporter: TerminalReporter, *categories: str) -> list[str]:
    """The tests that ended so, each once."""
    reports: list[pytest.TestReport] = [each for name in categories for each in reporter.stats.get(name, ())]
    return list(dict.fromkeys(report.nodeid for report in reports))
