"""Feeds one ordinary span processor at its own pace: a bounded queue, counted drops, no waiting program."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.bare_threads import forget_thread_object
from breadcrumb_instrumentation_calls.flag import Flag
from breadcrumb_instrumentation_calls.standard import _thread, time

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import SpanProcessor

    from breadcrumb_instrumentation_calls.calls import Record
    from breadcrumb_instrumentation_calls.spans import SpanBuilder

FULL = 100_000
"""Records that may wait for one processor."""
PORTION = 500
"""Spans between two flushes: fewer than a BatchSpanProcessor holds (2048), which drops in silence."""
FLUSH_MS = 30_000


class Forwarder:
    """One processor's queue and the thread that empties it."""

    def __init__(
        self,
        processor: SpanProcessor,
        spans: SpanBuilder,
        prepare_thread: Callable[[], None],
        failed: Callable[[str, Exception], None],
    ) -> None:
        self.processor = processor
        self.dropped = 0
        """Spans that the processor did not take in time."""
        self._spans = spans
        self._prepare_thread = prepare_thread
        self._failed = failed
        self._queue: deque[Record] = deque()
        self._under_way = 0
        """Records taken from the queue whose flush has not come back."""
        self._work = Flag()
        self._idle = Flag(is_set=True)
        self._running = False
        self._is_over = False

    @property
    def name(self) -> str:
        """What a drop is counted under: the exporter's name where the processor has one."""
        exporter = getattr(self.processor, "span_exporter", None) or getattr(
            self.processor, "_exporter", None
        )
        return type(exporter or self.processor).__name__

    def put(self, records: list[Record]) -> None:
        """Queue records; what does not fit is counted."""
        room = max(0, FULL - len(self._queue))
        self._queue.extend(records[:room])
        self.dropped += max(0, len(records) - room)
        self._idle.clear()
        self._work.set()
        if not self._running:
            self._running = self._start()

    def flush(self, deadline: float) -> bool:
        """Wait until the queue is empty, at most until `deadline` (`time.monotonic`)."""
        if not self._running:
            self._empty()
        return self._idle.wait(max(0.0, deadline - time.monotonic()))

    def give_up(self) -> None:
        """Count what still waits as dropped, and let the thread go."""
        self.dropped += len(self._queue) + self._under_way
        self._queue.clear()
        self._is_over = True
        self._work.set()

    def forked(self) -> None:
        """A child has no thread yet, and the queue is its parent's."""
        self._queue.clear()
        self._idle = Flag(is_set=True)
        self._work = Flag()
        self._running = False
        self.dropped = self._under_way = 0

    def _start(self) -> bool:
        """Whether there is a thread now; at interpreter shutdown there is none, and a flush does its work."""
        try:
            _thread.start_new_thread(self._run, ())
        except RuntimeError:
            return False
        return True

    def _run(self) -> None:
        self._prepare_thread()
        while not self._is_over:
            self._work.wait()
            self._work.clear()
            self._empty()
            forget_thread_object()
        self._running = False
        self._empty()  # what came meanwhile

    def _empty(self) -> None:
        while self._queue:
            self._portion()
        self._idle.set()

    def _portion(self) -> None:
        records = [self._queue.popleft() for _ in range(min(PORTION, len(self._queue)))]
        self._under_way = len(records)
        for record in records:
            try:
                self.processor.on_end(self._spans.build(record))
            except Exception as error:  # noqa: BLE001 - a processor may be anybody's
                self.dropped += 1
                self._failed(f"forwarding to {self.name}", error)
        try:
            self.processor.force_flush(FLUSH_MS)
        except Exception as error:  # noqa: BLE001
            self._failed(f"flushing {self.name}", error)
        self._under_way = 0
