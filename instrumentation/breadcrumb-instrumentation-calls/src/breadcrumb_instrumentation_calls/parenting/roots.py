"""Where a trace begins: its id, its sampling decision, and the OpenTelemetry span that may be around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.sampling import Decision, ParentBased, StaticSampler
from opentelemetry.trace import get_current_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from breadcrumb_instrumentation_calls.base.ids import PrivateIdGenerator, id_generator
from breadcrumb_instrumentation_calls.base.originals import os
from breadcrumb_instrumentation_calls.capture.calls import Parent

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.sampling import Sampler
    from opentelemetry.trace import SpanContext

    from breadcrumb_instrumentation_calls.parenting.enrichment import Enrichment
    from breadcrumb_instrumentation_calls.parenting.runtime_context import CallsRuntimeContext
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo

TRACEPARENT = "TRACEPARENT"
"""Environment variable: who started this process, as W3C trace context."""
TRACESTATE = "TRACESTATE"
"""Environment variable: what else came with the trace."""


class Roots:
    """Gives ids, and a parent to calls that have none among the traced calls."""

    def __init__(
        self,
        provider: TracerProvider,
        context: CallsRuntimeContext,
        enrichment: Enrichment,
        failed: Callable[[str, Exception], None],
    ) -> None:
        self.provider = provider
        self.takes_every_trace = provider.sampler if _takes_every_trace(provider.sampler) else None
        """The provider's sampler, where that is all it does; another one may take its place."""
        self._ids = id_generator(provider)
        self.has_own_ids = type(self._ids) is PrivateIdGenerator
        """Whether ids are nothing but random."""
        self._context = context
        self._enrichment = enrichment
        self._failed = failed
        self.of_process = self._starter_of_process()
        """Who started this process."""

    def span_id(self) -> int:
        """A new span id, from the provider's generator."""
        return self._ids.generate_span_id()

    def parent(self, call: Parent | None, info: CodeInfo) -> Parent:
        """What a new call hangs under: the innermost span or call; else a trace that the provider samples."""
        known = self.innermost(call)
        if known is not None:
            return known
        trace_id = self._ids.generate_trace_id()
        return Parent(trace_id, 0, 0, self._sampled(trace_id, info))

    def innermost(self, call: Parent | None) -> Parent | None:
        """The span that somebody attached inside `call`, else `call`."""
        attached = self._context.attached_in(call)
        if attached is None:
            return call
        self._context.states.note(attached)
        if self._enrichment.processors and (call is None or call.trace_id != attached.trace_id):
            self._enrichment.enter(attached, self._context.inner.get_current())
        return as_parent(attached, call.depth if call and call.trace_id == attached.trace_id else 0)

    def starter(self, of_thread: Parent | None) -> Parent | None:
        """Who started a thread, else the process; nobody where a span came another way, which says more."""
        starter = of_thread or self.of_process
        is_marked = self._context.attached_in(starter) is not None
        return starter if is_marked or self._context.attached_in(None) is None else None

    def _starter_of_process(self) -> Parent | None:
        carrier = {name.lower(): os.environ[name] for name in (TRACEPARENT, TRACESTATE) if name in os.environ}
        span = get_current_span(TraceContextTextMapPropagator().extract(carrier)).get_span_context()
        if not span.is_valid:
            return None
        self._context.states.note(span)
        return as_parent(span, 0)

    def _sampled(self, trace_id: int, info: CodeInfo) -> bool:
        try:
            result = self.provider.sampler.should_sample(None, trace_id, info.function)
        except Exception as error:  # noqa: BLE001 - a sampler may be anybody's
            self._failed("sampler", error)
            return True
        return result.decision is Decision.RECORD_AND_SAMPLE


def _takes_every_trace(sampler: Sampler) -> bool:
    """Whether a sampler is one of the SDK's that takes every trace that begins in this process."""
    root = sampler.__dict__.get("_root") if type(sampler) is ParentBased else sampler
    return type(root) is StaticSampler and root.__dict__.get("_decision") is Decision.RECORD_AND_SAMPLE


def as_parent(span: SpanContext, depth: int) -> Parent:
    """A span as the parent of calls at `depth`."""
    return Parent(span.trace_id, span.span_id, depth, span.trace_flags.sampled)
