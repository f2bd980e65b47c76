"""The program never waits for long, and what does not fit is counted."""

from __future__ import annotations

import asyncio
import signal
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.base.flag import FOREVER, Flag
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.capture.calls import Record
from breadcrumb_instrumentation_calls.delivery import forward
from breadcrumb_instrumentation_calls.delivery.delivery_counts import Delivery
from breadcrumb_instrumentation_calls.delivery.forward import Forwarder
from breadcrumb_instrumentation_calls.delivery.spans import SpanBuilder
from breadcrumb_instrumentation_calls.delivery.trace_bounds import Chosen
from breadcrumb_instrumentation_calls.parenting.enrichment import Enrichment
from breadcrumb_instrumentation_calls.parenting.trace_states import TraceStates
from breadcrumb_instrumentation_calls.recorders import outbox
from breadcrumb_instrumentation_calls.recorders.outbox import RecordOutbox
from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo
from breadcrumb_redaction import Audit, Redactor
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from patience import HANGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

INFO = CodeInfo(1, (lambda: None).__code__, "m", "q", TextWriter(Redactor(), Audit()))


def record(number: int = 1) -> Record:
    return Record(1, number, 0, 1, 0, 0, 0, 0, 0, 0, 1, number, number, 1, 0, 0, 0, 0, (), "null", None, None)


def put(queue: Forwarder, records: list[Record]) -> None:
    queue.put([Chosen(each, 0) for each in records], len(records))


class Slow(SpanProcessor):
    """Takes spans only while it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.taken: list[str] = []
        self.flushes = 0

    def on_end(self, span: ReadableSpan) -> None:
        self.go.wait(HANGS)
        self.taken.append(span.name)

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        self.flushes += 1
        return True


class Broken(SpanProcessor):
    def __init__(self) -> None:
        self.taken = 0

    def on_end(self, span: ReadableSpan) -> None:
        if span.context is None or span.context.span_id % 2:
            raise OSError("away")
        self.taken += 1


@pytest.fixture
def failures() -> list[str]:
    return []


@pytest.fixture
def forwarder(failures: list[str]) -> Callable[[SpanProcessor], Forwarder]:
    spans = SpanBuilder(
        TracerProvider(),
        lambda _: INFO,
        lambda _: (0, "t"),
        TraceStates().context,
        Enrichment(print),
        values=True,
    )
    return lambda processor: Forwarder(
        processor, Delivery(processor, str), spans, lambda: None, lambda place, _: failures.append(place)
    )


@pytest.fixture
def slow() -> Iterator[Slow]:
    processor = Slow()
    yield processor
    processor.go.set()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long this thread lets itself wait, each time."""
    told: list[float] = []
    this, wait = threading.get_ident(), Flag.wait

    def waits(flag: Flag, seconds: float = FOREVER) -> bool:
        if threading.get_ident() == this:
            told.append(seconds)
        return wait(flag, seconds)

    monkeypatch.setattr(Flag, "wait", waits)
    return told


def test_a_hanging_processor_blocks_nobody(
    forwarder: Callable[[SpanProcessor], Forwarder],
    slow: Slow,
    waits: list[float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(forward, "FULL", 1000)
    queue = forwarder(slow)
    for _ in range(20):
        put(queue, [record() for _ in range(100)])
    assert waits == []
    assert not queue.flush(monotonic() + 0.1)
    assert queue.delivery.lost >= 2000 - 1000 - forward.PORTION
    queue.give_up()
    assert queue.delivery.lost == queue.delivery.made == 2000
    assert slow.taken == []


def test_every_span_arrives_in_time(forwarder: Callable[[SpanProcessor], Forwarder], slow: Slow) -> None:
    slow.go.set()
    queue = forwarder(slow)
    put(queue, [record(number) for number in range(1, 1201)])
    assert queue.flush(monotonic() + HANGS)
    queue.give_up()
    assert len(slow.taken) == queue.delivery.sent == 1200 and queue.delivery.lost == 0
    assert slow.flushes >= 3


def test_a_span_that_fails_takes_no_other_with_it(
    forwarder: Callable[[SpanProcessor], Forwarder], failures: list[str]
) -> None:
    broken = Broken()
    queue = forwarder(broken)
    put(queue, [record(number) for number in range(10)])
    assert queue.flush(monotonic() + HANGS)
    assert (broken.taken, queue.delivery.sent, queue.delivery.lost) == (5, 5, 5)
    assert failures == ["forwarding to Broken"] * 5


def test_the_outbox_hands_on_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "BATCH", 5)
    box = RecordOutbox()
    for number in range(10):
        box.put(record(number))
    assert [one.span_id for one in box.take() + box.take()] == list(range(10))


def test_a_full_outbox_holds_the_program_once_and_briefly(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "FULL", 10)
    monkeypatch.setattr(outbox, "PATIENCE_S", 0.3)
    box = RecordOutbox()
    before = monotonic()
    for number in range(1000):
        box.put(record(number))
    assert (waits, monotonic() - before > 0.2) == ([0.3], True)
    assert box.dropped == 990
    assert len(box.take()) == 10
    box.put(record())
    assert box.dropped == 990


def test_a_waiting_thread_goes_on_when_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "FULL", 10)
    monkeypatch.setattr(outbox, "PATIENCE_S", HANGS)
    box = RecordOutbox()
    taken: list[Any] = []

    def drain() -> None:
        while len(taken) < 100:
            box.ready.wait(0.01)
            taken.extend(box.take())

    thread = threading.Thread(target=drain)
    thread.start()
    for number in range(100):
        box.put(record(number))
    thread.join(HANGS)
    assert len(taken) == 100 and box.dropped == 0


def test_an_event_loop_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "FULL", 10)
    monkeypatch.setattr(outbox, "FULL_ON_A_LOOP", 20)
    monkeypatch.setattr(outbox, "PATIENCE_S", 5)
    box = RecordOutbox()
    entries: list[bool] = []

    async def main() -> None:
        monkeypatch.setattr(Flag, "wait", lambda *_: entries.append(True))
        for number in range(30):
            box.put(record(number))

    asyncio.run(main())
    assert (entries, box.waiting(), box.dropped) == ([], 20, 10)


def test_a_flag_that_a_signal_handler_sets_again_lets_everybody_go_on() -> None:
    flag = Flag()
    waited: list[bool] = []
    threads = [threading.Thread(target=lambda: waited.append(flag.wait(HANGS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    before = signal.signal(signal.SIGALRM, lambda *_: flag.set())
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0005)
    try:
        for _ in range(20_000):
            flag.set()
            flag.clear()
        flag.set()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    for thread in threads:
        thread.join(HANGS)
    assert waited == [True] * 4
    flag.clear()
    assert not flag.wait(0.01)
