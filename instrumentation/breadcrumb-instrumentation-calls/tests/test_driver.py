"""The driver and the recorder, told by hand what happens to frames: what no interpreter tells every day."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls import Limits, Scope, Tracer
from breadcrumb_instrumentation_calls.capture.calls import LEFT, RAISED, RETURNED, UNKNOWN, Record
from breadcrumb_redaction import Redactor
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

monitoring: Any = getattr(sys, "monitoring", None)
pytestmark = pytest.mark.skipif(monitoring is None, reason="a profile function tells what happens")

SCOPE = Scope(include=(__name__,))
ASKED = {
    "c": ("_root", "_describe", "_is_error"),
    "python": ("start", "finish", "leave", "suspend", "resume", "is_muted"),
}
"""What the callbacks ask of each recorder's Python."""


@pytest.fixture
def tracer(recorder: str) -> Tracer:
    """A tracer that hears nothing but what a test tells it; its C recorder asks Python about each trace."""
    provider = TracerProvider(sampler=TraceIdRatioBased(1))
    return Tracer(provider, SCOPE, Limits(), Redactor(), recorder=recorder)


@pytest.fixture
def driver(tracer: Tracer) -> Iterator[Any]:
    """Its driver, with a tool id of its own."""
    driver: Any = tracer._driver
    driver._tool = driver._take_tool_id()
    driver._events, driver._listens = 0, True
    yield driver
    driver.stop()


@pytest.fixture
def finished(tracer: Tracer) -> Callable[[], list[tuple[str, int]]]:
    """Name and outcome of the calls that ended, in their order."""

    def names() -> list[tuple[str, int]]:
        records: list[Record] = list(tracer._pump._outbox.take())
        return [(tracer._info(record.code).qualname.rpartition(".")[2], record.outcome) for record in records]

    return names


def code() -> Any:
    return sys._getframe(1).f_code


def test_a_call_that_ends_takes_those_that_ended_unseen_with_it(
    driver: Any, finished: Callable[[], list[tuple[str, int]]]
) -> None:
    def inner() -> None:
        driver._on_start(code(), 0)  # and no word of its end

    def outer() -> None:
        driver._on_start(code(), 0)
        inner()
        driver._on_return(code(), 0, None)

    outer()
    assert finished() == [("inner", UNKNOWN), ("outer", RETURNED)]


def test_an_end_without_a_start_is_nothing(driver: Any, finished: Callable[[], Any]) -> None:
    def known() -> None:
        driver._on_start(code(), 0)
        driver._on_return(code(), 0, None)
        driver._on_return(code(), 0, None)
        driver._on_unwind(code(), 0, ValueError())
        driver._on_yield(code(), 0, None)
        driver._on_resume(code(), 0)

    known()
    assert finished() == [("known", RETURNED)]


def test_an_exception_is_an_error_and_a_cancellation_is_not(
    driver: Any, finished: Callable[[], list[tuple[str, int]]]
) -> None:
    def left_by(error: BaseException) -> None:
        driver._on_start(code(), 0)
        driver._on_unwind(code(), 0, error)

    for error in (ValueError("x"), GeneratorExit(), StopIteration()):
        left_by(error)
    assert [outcome for _, outcome in finished()] == [RAISED, LEFT, LEFT]


def test_a_generator_waits_between_its_runs(
    driver: Any, tracer: Tracer, finished: Callable[[], list[tuple[str, int]]]
) -> None:
    def waits() -> Generator[None, None, None]:
        driver._on_start(code(), 0)
        driver._on_yield(code(), 0, None)
        yield
        driver._on_throw(code(), 0, ValueError())
        driver._on_return(code(), 0, None)

    generator = waits()
    next(generator)
    assert [call.info.qualname.rpartition(".")[2] for call in tracer._recorder.open_calls()] == ["waits"]
    assert finished() == []
    next(generator, None)
    assert finished() == [("waits", RETURNED)]
    assert tracer._recorder.open_calls() == []


def test_what_is_out_of_scope_is_not_heard_of_again(driver: Any) -> None:
    outside: dict[str, Any] = {"driver": driver, "code": code, "__name__": "elsewhere"}
    exec("def outside(): return driver._on_start(code(), 0)", outside)
    assert outside["outside"]() is monitoring.DISABLE


@pytest.mark.skipif(sys.version_info < (3, 15), reason="exceptions are told of every function or of none")
def test_exceptions_of_what_is_out_of_scope_are_not_heard_of(tracer: Tracer) -> None:
    driver: Any = tracer._driver
    driver.start()
    try:
        heard = monitoring.get_events(driver._tool)
    finally:
        driver.stop()
    assert heard == monitoring.events.PY_START


def test_a_busy_call_site_is_not_watched_any_longer(driver: Any, tracer: Tracer) -> None:
    def site() -> list[object]:
        driver._on_start(code(), 0)
        return [driver._on_call(code(), 2, len, ()) for _ in range(1001)]

    answers = site()
    assert answers[:999] == [None] * 999
    assert answers[999] is monitoring.DISABLE
    assert tracer._gaps is not None
    (gap,) = [fact for fact in tracer._gaps.changed() if fact["callee"] == "len"]
    assert (gap["count"], gap["lower_bound"]) == (1001, True)


def test_a_muted_thread_records_nothing(
    driver: Any, tracer: Tracer, finished: Callable[[], list[tuple[str, int]]]
) -> None:
    def quiet() -> None:
        driver._on_start(code(), 0)
        driver._on_call(code(), 2, len, ())
        driver._on_return(code(), 0, None)

    with tracer._recorder.muted():
        quiet()
    assert finished() == []


def test_a_forked_child_does_not_tell_of_calls_that_began_in_its_parent(
    driver: Any, tracer: Tracer, finished: Callable[[], list[tuple[str, int]]]
) -> None:
    def own() -> None:
        driver._on_start(code(), 0)
        driver._on_return(code(), 0, None)

    def inherited() -> None:
        driver._on_start(code(), 0)
        tracer._recorder.forked()
        own()
        driver._on_return(code(), 0, None)

    inherited()
    assert finished() == [("own", RETURNED)]


def test_an_error_of_ours_is_counted_and_goes_no_further(
    recorder: str,
    driver: Any,
    tracer: Tracer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(*_: object) -> None:
        raise LookupError("ours")

    for name in ASKED[recorder]:
        monkeypatch.setattr(tracer._recorder, name, broken)
    assert tracer._gaps is not None
    monkeypatch.setattr(tracer._gaps, "counted_at", broken)
    ours = "breadcrumb_instrumentation_calls.base.failures._comes_from_the_program"
    monkeypatch.setattr(ours, lambda _: False)

    def unlucky() -> None:
        driver._on_start(code(), 0)
        driver._on_call(code(), 2, len, ())
        driver._on_yield(code(), 0, None)
        driver._on_resume(code(), 0)
        driver._on_throw(code(), 0, ValueError())
        driver._on_unwind(code(), 0, ValueError())
        driver._on_return(code(), 0, None)

    unlucky()
    assert sum(tracer._failures.counts.values()) == {"c": 3, "python": 7}[recorder]
    assert all("the program goes on" in record.message for record in caplog.records)


def test_with_every_tool_id_taken_the_tracer_says_so(tracer: Tracer) -> None:
    from breadcrumb_instrumentation_calls.recorders.monitoring import TOOL_IDS, NoToolIdError

    for tool in TOOL_IDS:
        monitoring.use_tool_id(tool, "another")
    try:
        with pytest.raises(NoToolIdError, match="all taken by other tools"):
            tracer._driver.start()
    finally:
        for tool in TOOL_IDS:
            monitoring.free_tool_id(tool)


def test_a_recorder_that_is_not_there_is_refused() -> None:
    from breadcrumb_instrumentation_calls.recorders.choose import RecorderMissingError

    with pytest.raises(RecorderMissingError, match="there is no quick recorder"):
        Tracer(TracerProvider(), SCOPE, Limits(), Redactor(), recorder="quick")
