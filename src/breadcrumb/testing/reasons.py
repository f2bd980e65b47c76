"""Says at the end of a test run why tests failed, and which command tells more."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from typing import TYPE_CHECKING

from breadcrumb.common import names

if TYPE_CHECKING:
    import pytest
    from _pytest.terminal import TerminalReporter

    from breadcrumb.traced.embedding import Session

TOLD = 3
"""Failures that are told of; of more, the commands."""
BUDGET = 500
"""Tokens for each."""
SECONDS = 30


class Reasons:
    """The end of the terminal's report."""

    def __init__(self, session: Session, *, is_asked: bool) -> None:
        self._session = session
        self._is_asked = is_asked
        """Whether pytest itself was asked; else the report of `breadcrumb run` follows."""

    def pytest_terminal_summary(self, terminalreporter: TerminalReporter) -> None:
        """Write it, where nothing else will."""
        if not self._is_asked:
            return
        self._session.flush()
        failed = _failed(terminalreporter)
        terminalreporter.section("breadcrumb", sep="=")
        for test in failed[:TOLD]:
            terminalreporter.section(test, sep="_")
            terminalreporter.write_line(self._reason(test))
        for test in failed[TOLD : 2 * TOLD]:
            terminalreporter.write_line(shlex.join(self._command(test)))
        if not failed:
            terminalreporter.write_line(f"run {self._session.run_id}: breadcrumb query --flow --test NAME")

    def _reason(self, test: str) -> str:
        """Why it failed, else what it did; or, where nothing can be asked here, how to ask."""
        why = self._command(test)
        told, trouble = self._asked(why)
        if not told:
            told, _ = self._asked(self._command(test, "--flow"))
        return told or f"{trouble}\nask: {shlex.join(why)}".strip()

    def _asked(self, command: list[str]) -> tuple[str, str]:
        """What a command says: the answer, or why there is none."""
        query = [sys.executable, "-m", "breadcrumb", *command[1:], "--budget", str(BUDGET)]
        environ = os.environ | {names.ENV_STORE: str(self._session.store)}
        try:
            done = subprocess.run(
                query, env=environ, capture_output=True, text=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            return "", ""
        return done.stdout.strip(), done.stderr.strip()

    def _command(self, test: str, question: str = "--why") -> list[str]:
        return ["breadcrumb", "query", question, "--test", test]


def _failed(reporter: TerminalReporter) -> list[str]:
    reports: list[pytest.TestReport] = [*reporter.stats.get("failed", ()), *reporter.stats.get("error", ())]
    return list(dict.fromkeys(report.nodeid for report in reports))
