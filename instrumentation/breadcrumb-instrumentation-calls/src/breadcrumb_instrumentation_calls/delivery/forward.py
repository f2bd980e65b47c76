"""Feeds one ordinary span processor at its own pace: a bounded queue, counted losses, no waiting program."""

from __future__ import annotations

import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.flag import Flag
from breadcrumb_instrumentation_calls.base.originals import _thread, time
from breadcrumb_instrumentation_calls.selection.bare_threads import forget_thread_object

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opentelemetry.sdk.trace import SpanProcessor

    from breadcrumb_instrumentation_calls.delivery.delivery_counts import Delivery
    from breadcrumb_instrumentation_calls.delivery.spans import SpanBuilder
    from breadcrumb_instrumentation_calls.delivery.trace_bounds import Chosen

FULL = 100_000
"""Calls that may wait for one processor."""
PORTION = 500
"""Spans between two flushes: fewer than a BatchSpanProcessor holds (2048), which drops in silence."""
FLUSH_MS = 30_000
TOO_SLOW = "the queue was full"


class Forwarder:
    """One processor's queue and the thread that empties it."""

    def __init__(
        self,
        processor: SpanProcessor,
        delivery: Delivery,
        spans: SpanBuilder,
        prepare_thread: Callable[[], None],
        failed: Callable[[str, Exception], None],
    ) -> None:
        self.processor = processor
        self.delivery = delivery
        self._spans = spans
        self._prepare_thread = prepare_thread
        self._failed = failed
        self._begin()

    def _begin(self) -> None:
        self._queue: deque[Chosen] = deque()
        self._work = Flag()
        self._idle = Flag(is_set=True)
        self._running = False
        self._is_over = False

    def put(self, chosen: Sequence[Chosen], made: int) -> None:
        """Queue calls chosen of so many; what does not fit is counted as lost."""
        self.delivery.made += made
        self.delivery.kept_home += made - len(chosen)
        room = max(0, FULL - len(self._queue))
        self._queue.extend(chosen[:room])
        self.delivery.lose(len(chosen) - len(chosen[:room]), TOO_SLOW)
        self._idle.clear()
        self._work.set()
        self.start()

    def start(self) -> None:
        """Have a thread; at interpreter shutdown none can be started, and a flush does its work."""
        if not self._running:
            try:
                _thread.start_new_thread(self._run, ())
            except RuntimeError:
                return
            self._running = True

    def flush(self, deadline: float) -> bool:
        """Wait until the queue is empty, at most until `deadline` (`time.monotonic`)."""
        if not self._running:
            self._empty(deadline)
        return self._idle.wait(max(0.0, deadline - time.monotonic()))

    def close(self, deadline: float) -> None:
        """Have the processor send what it holds and end, as the provider would, but only until `deadline`."""
        batches: Any = getattr(self.processor, "_batch_processor", None)
        if not hasattr(batches, "shutdown"):
            return
        try:
            batches.shutdown(timeout_millis=max(0, int((deadline - time.monotonic()) * 1000)))
        except Exception as error:  # noqa: BLE001 - an exporter may be anybody's
            self._failed(f"ending {self.delivery.name}", error)

    def give_up(self) -> None:
        """Count what still waits as lost."""
        self._queue.clear()
        self.delivery.give_up()

    def let_go(self) -> None:
        """Have the thread end when it has done what waits."""
        self._is_over = True
        self._work.set()

    def forked(self) -> None:
        """A child has no thread yet, and the queue is its parent's."""
        self._begin()
        self.delivery.forked()

    def _run(self) -> None:
        self._prepare_thread()
        while not self._is_over:
            self._work.wait()
            self._work.clear()
            self._empty()
            forget_thread_object()
        self._running = False
        self._empty()  # what came meanwhile

    def _empty(self, deadline: float = float("inf")) -> None:
        while self._queue and time.monotonic() < deadline:
            self._portion()
        if not self._queue:
            self._idle.set()

    def _portion(self) -> None:
        with contextlib.suppress(IndexError):  # what waited was given up meanwhile
            for _ in range(min(PORTION, len(self._queue))):
                self._hand_on(self._queue.popleft())
        try:
            self.processor.force_flush(FLUSH_MS)
        except Exception as error:  # noqa: BLE001
            self._failed(f"flushing {self.delivery.name}", error)

    def _hand_on(self, chosen: Chosen) -> None:
        era = self.delivery.era
        try:
            self.processor.on_end(self._spans.build(chosen.record, chosen.left_out))
        except Exception as error:  # noqa: BLE001 - a processor may be anybody's
            self.delivery.lose(1, type(error).__name__)
            self._failed(f"forwarding to {self.delivery.name}", error)
        else:
            self.delivery.taken(era)
