"""The ordinary span processors of a provider: each is fed at its own pace, and its spans are counted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from opentelemetry.sdk.trace.export import SpanExportResult

from breadcrumb_instrumentation_calls.base.originals import _thread, acquire, os, release, time
from breadcrumb_instrumentation_calls.delivery.alone import Outlets
from breadcrumb_instrumentation_calls.delivery.batch import Batch
from breadcrumb_instrumentation_calls.delivery.delivery_counts import Delivery
from breadcrumb_instrumentation_calls.delivery.forward import Forwarder
from breadcrumb_instrumentation_calls.delivery.keepers import exporter_of, keepers, takes_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider

    from breadcrumb_instrumentation_calls.delivery.batch import Portion
    from breadcrumb_instrumentation_calls.delivery.spans import SpanBuilder
    from breadcrumb_instrumentation_calls.delivery.trace_bounds import TraceBounds
    from breadcrumb_instrumentation_calls.recorders.outbox import Lend
    from breadcrumb_instrumentation_calls.recorders.rows import Rows

FAREWELL_S = 5.0
"""How long other processors may take at the end, seconds, unless OTEL_BSP_EXPORT_TIMEOUT says otherwise."""
REST_S = 1.0
"""How long a fork waits at most for requests that are under way, seconds."""
PATIENCE_S = 5.0
"""How long another thread may take to get to know new processors, seconds."""


class Forwarding(Outlets):
    """The processors that take spans one by one; `bounds` chooses the calls that they get."""

    def __init__(
        self,
        provider: TracerProvider,
        spans: SpanBuilder,
        bounds: TraceBounds,
        redact: Callable[[str], str],
        prepare_thread: Callable[[], None],
        failed: Callable[[str, Exception], None],
    ) -> None:
        self._provider = provider
        self._spans = spans
        self._bounds = bounds
        self._redact = redact
        self._prepare_thread = prepare_thread
        self._failed = failed
        self._watching = _thread.allocate_lock()
        self._watcher = 0
        """Identity of the thread that watches: a signal handler that interrupted it goes without."""
        self._seen: Iterable[SpanProcessor] = ()
        self._known: dict[int, Forwarder] = {}
        self.farewell_s = _farewell_s()

    def lenders(self) -> list[Lend]:
        """Who gives memory in which calls survive the process."""
        return [keeper.lend for keeper in self._keepers() if hasattr(keeper, "lend")]

    def keepers(self) -> list[tuple[str, Callable[[Portion], bool]]]:
        """Who keeps batches now: processors may be added late."""
        return [(type(each).__name__, partial(_kept_by, each)) for each in self._keepers()]

    def _keepers(self) -> list[Any]:
        every = self._provider._active_span_processor._span_processors
        return list(keepers([each for each in every if not _is_gate(each)]).values())

    def batch(self, rows: Rows, facts: list[tuple[str, str]]) -> Batch:
        """Calls that are spans to whoever asks."""
        self._spans.enrichment.look(self._provider._active_span_processor._span_processors)
        return Batch(rows, facts, self._spans)

    def watch(self) -> list[Forwarder]:
        """The processors that there are now: they may be added late."""
        processors = self._provider._active_span_processor._span_processors
        if processors is not self._seen and self._watcher != _thread.get_ident():
            self._meet(processors)
        return [self._known[id(each)] for each in processors if id(each) in self._known]

    def _meet(self, processors: Iterable[SpanProcessor]) -> None:
        if not acquire(self._watching, True, PATIENCE_S):
            return
        self._watcher = _thread.get_ident()
        try:
            for processor in processors:
                if id(processor) not in self._known and _is_ordinary(processor):
                    self._known[id(processor)] = self._forwarder(processor)
            self._seen = processors
        finally:
            self._watcher = 0
            release(self._watching)

    def _forwarder(self, processor: SpanProcessor) -> Forwarder:
        delivery = Delivery(processor, self._redact)
        return Forwarder(processor, delivery, self._spans, self._prepare_thread, self._failed)

    def put(self, records: Rows) -> None:
        """Hand calls on to each."""
        forwarders = self.watch()
        if forwarders:
            made = list(records)
            chosen = self._bounds.chosen(made)
            for forwarder in forwarders:
                forwarder.put(chosen, len(made))

    def count(self, span: ReadableSpan) -> None:
        """Count a span of another instrumentation, which the provider hands on to each exporter itself."""
        if span.context is not None and span.context.trace_flags.sampled:
            for forwarder in self.watch():
                forwarder.delivery.made += forwarder.delivery.has_exporter

    def start(self) -> None:
        """Have every thread before the interpreter shuts down, when none can be started."""
        for forwarder in self.watch():
            forwarder.start()

    def flush(self, deadline: float) -> bool:
        """Whether every processor has taken what there is until `deadline` (`time.monotonic`)."""
        taken = [forwarder.flush(deadline) for forwarder in self._known.values()]
        return all(taken)

    def give_up(self) -> None:
        """Count what waits as lost: nobody will hand it on."""
        for forwarder in self._known.values():
            forwarder.give_up()

    def end(self, deadline: float, *, for_good: bool) -> None:
        """Hand on what is left and end; `for_good` where the provider ends too."""
        self.flush(deadline)
        for forwarder in self._known.values():
            if for_good:
                forwarder.close(deadline)
                forwarder.give_up()
            forwarder.let_go()
            forwarder.delivery.unwrap()

    def facts(self) -> list[dict[str, object]]:
        """What is to be told of each."""
        deliveries = [forwarder.delivery for forwarder in list(self._known.values())]
        return [delivery.fact(number) for number, delivery in enumerate(deliveries) if delivery.made]

    def rest(self) -> None:
        """Have no thread inside an exporter: a library that is forked in the middle of a request hangs."""
        deadline = time.monotonic() + REST_S
        for forwarder in self._known.values():
            forwarder.delivery.rest(deadline - time.monotonic())

    def go_on(self) -> None:
        """Let requests go on."""
        for forwarder in self._known.values():
            forwarder.delivery.go_on()

    def forked(self) -> None:
        """Begin anew in a child."""
        self._watching = _thread.allocate_lock()
        self._watcher = 0
        self._bounds.forget()
        for forwarder in self._known.values():
            forwarder.forked()


def _is_ordinary(processor: Any) -> bool:
    """Whether it takes spans, and neither it nor its exporter batches, and is not our own gate."""
    if takes_batches(processor) or takes_batches(exporter_of(processor)):
        return False
    return not _is_gate(processor)


def _is_gate(processor: Any) -> bool:
    return getattr(processor, "is_breadcrumb_gate", False) is True


def _kept_by(keeper: Any, batch: Portion) -> bool:
    return keeper.export_batch(batch) is SpanExportResult.SUCCESS


def _farewell_s() -> float:
    try:
        return max(0.0, float(os.environ["OTEL_BSP_EXPORT_TIMEOUT"]) / 1000)
    except (KeyError, ValueError):
        return FAREWELL_S
