"""What goes wrong is said where `logging` would show it, and to say it raises nothing into the program."""

from __future__ import annotations

import io
import sys

import pytest
from breadcrumb_exporter_duckdb.base import log as exporter_log
from breadcrumb_instrumentation_calls.base import log


class UnreadableError(Exception):
    def __str__(self) -> str:
        raise ValueError("not even its text")


def closed() -> io.StringIO:
    stream = io.StringIO()
    stream.close()
    return stream


def test_it_is_said_on_stderr_where_the_program_has_no_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "logging")
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    log.warn("x", "lost: %s", 1, error=ValueError("why"))
    exporter_log.warn("x", "lost: %s", 2)
    assert stream.getvalue() == "lost: 1\nTraceback (most recent call last):\nValueError: why\nlost: 2\n"


@pytest.mark.parametrize("stderr", [closed(), object(), None], ids=["closed", "no stream", "none"])
def test_a_stream_that_takes_nothing_raises_nothing(monkeypatch: pytest.MonkeyPatch, stderr: object) -> None:
    monkeypatch.delitem(sys.modules, "logging")
    monkeypatch.setattr(sys, "stderr", stderr)
    log.warn("x", "lost", error=UnreadableError())
    exporter_log.warn("x", "lost")


def test_neither_does_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "logging")
    monkeypatch.delattr(sys, "stderr")
    log.warn("x", "lost")
    exporter_log.warn("x", "lost")
