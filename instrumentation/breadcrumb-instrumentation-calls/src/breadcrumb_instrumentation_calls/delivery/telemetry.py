"""OpenTelemetry in this process, and what ties the tracer to it: from the start, or from when it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.trace import SpanKind

from breadcrumb_instrumentation_calls.delivery.forwarding import Forwarding
from breadcrumb_instrumentation_calls.delivery.keepers import keepers
from breadcrumb_instrumentation_calls.delivery.spans import SpanBuilder
from breadcrumb_instrumentation_calls.delivery.trace_bounds import TraceBounds
from breadcrumb_instrumentation_calls.parenting import trace_parent
from breadcrumb_instrumentation_calls.parenting.enrichment import Enrichment
from breadcrumb_instrumentation_calls.parenting.runtime_context import runtime_context

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import ReadableSpan, Span, TracerProvider

    from breadcrumb_instrumentation_calls.base.failures import Failures
    from breadcrumb_instrumentation_calls.capture.calls import Parent
    from breadcrumb_instrumentation_calls.recorders.choose import AnyRecorder
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo

Processors = tuple[SpanProcessor, ...]


class Tracer(Protocol):
    """What is flushed and ended with the provider."""

    def flush(self, timeout_s: float, /) -> bool: ...
    def stop(self, *, for_good: bool) -> None: ...


class Telemetry:
    """A provider, the runtime context, and the spans that calls become for others."""

    def __init__(
        self,
        provider: TracerProvider,
        recorder: AnyRecorder,
        failures: Failures,
        info: Callable[[int], CodeInfo],
        thread: Callable[[int], tuple[int, str]],
        redact: Callable[[str], str],
        *,
        values: bool,
        trace_bytes: int,
    ) -> None:
        self.provider = provider
        self._recorder = recorder
        self.context = runtime_context(recorder.innermost, recorder.began)
        self.enrichment = Enrichment(failures.add)
        self.outlets = Forwarding(
            provider,
            SpanBuilder(provider, info, thread, self.context.states.context, self.enrichment, values=values),
            TraceBounds(trace_bytes, values=values),
            redact,
            recorder.mute,
            failures.add,
        )
        self._gate: Gate | None = None

    def install(self, tracer: Tracer) -> None:
        """Show calls to whoever asks for the current span; stand first among the processors."""
        self.context.install()
        gate = self._gate = Gate(tracer, self)
        self._set_processors(lambda processors: (gate, *processors))

    def remove(self) -> None:
        """Leave everything as it was."""
        self.context.remove()
        gate = self._gate
        self._set_processors(lambda processors: tuple(each for each in processors if each is not gate))

    def _set_processors(self, change: Callable[[Processors], Processors]) -> None:
        every: Any = self.provider._active_span_processor
        with every._lock:
            every._span_processors = change(every._span_processors)

    def naming(self, parent: Parent) -> dict[str, str]:
        """The variables that name a call or span to a child process."""
        span = self.context.states.call(parent)
        state = span.trace_state.to_header() if span.trace_state else ""
        return trace_parent.naming(span.trace_id, span.span_id, span.trace_flags, state)

    def flush_keepers(self) -> None:
        """Have those that keep calls keep spans of other instrumentations too."""
        processors = self.provider._active_span_processor._span_processors
        keeping = keepers(processors)
        for processor in processors:
            if id(processor) in keeping:
                processor.force_flush()

    def came_in(self, span: Span) -> None:
        """Tell processors that ask in which call a request or message, a trace of its own, came in.

        That is no link: the call may end hours later, and other processors get it then.
        """
        call = self._recorder.innermost()
        if call is None or (span.parent is not None and span.parent.span_id == call.span_id):
            return
        for processor in self.provider._active_span_processor._span_processors:
            if hasattr(processor, "came_in"):
                processor.came_in(span.get_span_context(), self.context.states.call(call))


class Gate(SpanProcessor):
    """Stands first among the provider's processors, so that a flush or shutdown empties the tracer first."""

    is_breadcrumb_gate = True

    def __init__(self, tracer: Tracer, telemetry: Telemetry) -> None:
        self._tracer = tracer
        self._telemetry = telemetry

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002
        """Note which call was waiting for what comes from outside."""
        if span.kind in (SpanKind.SERVER, SpanKind.CONSUMER):
            self._telemetry.came_in(span)

    def on_end(self, span: ReadableSpan) -> None:
        """Count what the provider hands on to other processors itself."""
        self._telemetry.outlets.count(span)

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand on everything finished so far."""
        return self._tracer.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Record no more."""
        self._tracer.stop(for_good=True)
