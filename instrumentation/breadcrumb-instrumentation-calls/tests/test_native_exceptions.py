"""The C recorder tells of an exception what the Python one does, character for character."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls import Limits, Scope, Tracer
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.capture import exceptions
from breadcrumb_instrumentation_calls.capture.calls import LEFT, RAISED
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor
from opentelemetry.sdk.trace import TracerProvider

pytest.importorskip("breadcrumb_instrumentation_calls.native._recorder", reason="no C recorder here")

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"


class OwnError(Exception):
    """Says nothing of its own."""


class LoudError(Exception):
    def __str__(self) -> str:
        raise AssertionError


class Empty(StopIteration):
    """The end of something."""


MESSAGES = [
    "plain",
    "",
    'a "quoted" one\nwith a line',
    "gr\u00fc\u00dfe \u65e5 \U0001f600",
    "\udc80",
    "x" * 3000,
    "word " * 300,
    f"refused: {KEY}",
    "password=hunter2 of ada",
    "0123456789abcdef0123",
]
GIVEN: list[BaseException] = [
    *(cls(message) for cls in (ValueError, OwnError, KeyError, LoudError, Empty) for message in MESSAGES),
    ValueError(),
    ValueError("a", 1),
    ValueError(1),
    OwnError(["list"], KEY),
    OSError(2, "gone", "x"),
    UnicodeDecodeError("x", b"\xff", 0, 1, "bad"),
    ExceptionGroup("many", [ValueError("one")]),
    GeneratorExit(),
    KeyboardInterrupt("now"),
]


@pytest.fixture
def tracer() -> Iterator[Tracer]:
    tracer = Tracer(TracerProvider(), Scope(include=(__name__,)), Limits(), Redactor(), recorder="c")
    driver: Any = tracer._driver
    driver._tool, driver._events, driver._listens = driver._take_tool_id(), 0, True
    yield tracer
    driver.stop()


def _told(tracer: Tracer) -> list[tuple[int, str | None]]:
    rows = list(tracer._pump._outbox.take())
    return [(row.outcome, row.exception) for row in rows]


def _leave(driver: Any, exception: BaseException, raising: Any) -> None:
    """A call that an exception leaves."""
    code = sys._getframe(0).f_code
    driver._on_start(code, 0)
    try:
        raising()
    except BaseException:
        driver._on_unwind(code, 0, exception)
        raise


def _expected(exception: BaseException) -> tuple[int, str]:
    snapshot = Snapshot(Limits(), TextWriter(Redactor(), Audit()))
    outcome = RAISED if exceptions.is_error(exception) else LEFT
    return outcome, exceptions.description(exception, exceptions.traceback_of(exception), snapshot)


@pytest.mark.parametrize("exception", GIVEN, ids=lambda exception: repr(exception)[:40])
def test_both_tell_the_same(tracer: Tracer, exception: BaseException) -> None:
    def raising() -> None:
        raise exception

    def library() -> None:
        eval("raising()", {"raising": raising, "__name__": "elsewhere"})

    for action in (raising, library):
        for _ in range(2):
            exception.__traceback__ = None
            with pytest.raises(type(exception)):
                _leave(tracer._driver, exception, action)
            assert _told(tracer) == [_expected(exception)]


def test_an_exception_goes_through_several_calls_and_the_next_is_another(tracer: Tracer) -> None:
    driver = tracer._driver
    for number in range(3):
        exception = OwnError(f"number {number}")

        def raising(exception: BaseException = exception) -> None:
            raise exception

        with pytest.raises(OwnError):
            _leave(driver, exception, lambda: _leave(driver, exception, raising))  # noqa: B023
        assert _told(tracer) == [_expected(exception)] * 2, number


def test_without_a_traceback_there_is_no_place(tracer: Tracer) -> None:
    driver: Any = tracer._driver
    code = sys._getframe(0).f_code
    driver._on_start(code, 0)
    driver._on_unwind(code, 0, OwnError("never raised"))
    ((_, told),) = _told(tracer)
    assert told is not None and '"file": null, "line": null, "function": null' in told


def test_a_class_that_is_renamed_is_told_by_its_new_name(tracer: Tracer) -> None:
    class RenamedError(Exception):
        pass

    exception = RenamedError("x")

    def raising() -> None:
        raise exception

    for name in ("First", "Second"):
        RenamedError.__qualname__ = name
        exception.__traceback__ = None
        with pytest.raises(RenamedError):
            _leave(tracer._driver, exception, raising)
        assert _told(tracer) == [_expected(exception)]
