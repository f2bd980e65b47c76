"""Where a trace begins: its id, its sampling decision, and the OpenTelemetry span that may be around it.

Until the program uses OpenTelemetry there is no provider, no sampler but the one that takes every trace, and
no span of anybody else's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.ids import Ids
from breadcrumb_instrumentation_calls.capture.calls import Parent
from breadcrumb_instrumentation_calls.parenting import trace_parent

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.trace import SpanContext

    from breadcrumb_instrumentation_calls.parenting.enrichment import Enrichment
    from breadcrumb_instrumentation_calls.parenting.runtime_context import CallsRuntimeContext
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo


class _Nobody:
    """Stands for a provider that takes every trace."""

    sampler = "every trace"


_NOBODY = _Nobody()


class Roots:
    """Gives ids, and a parent to calls that have none among the traced calls."""

    def __init__(self, failed: Callable[[str, Exception], None]) -> None:
        self.provider: TracerProvider | _Nobody = _NOBODY
        self.takes_every_trace: object = self.provider.sampler
        """The provider's sampler, where that is all it does; another one may take its place."""
        self._ids: Ids | IdGenerator = Ids()
        self.has_own_ids = True
        """Whether ids are nothing but random."""
        self.context: CallsRuntimeContext | None = None
        """OpenTelemetry's runtime context, wrapped; None until the program uses OpenTelemetry."""
        self._enrichment: Enrichment
        self._failed = failed
        self.of_process = trace_parent.of_process()
        """Who started this process."""

    def meet(self, provider: TracerProvider, context: CallsRuntimeContext, enrichment: Enrichment) -> None:
        """Ask that provider from now on, and look at spans that others attach."""
        from breadcrumb_instrumentation_calls.parenting import sdk

        self._ids = sdk.id_generator(provider)
        self.has_own_ids = isinstance(self._ids, Ids)
        self._enrichment = enrichment
        starter = sdk.starter_of_process()
        if starter is not None:
            context.states.note(starter)
        self.of_process = None if starter is None else as_parent(starter, 0)
        self.takes_every_trace = provider.sampler if sdk.takes_every_trace(provider.sampler) else None
        self.provider = provider
        self.context = context

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
        context = self.context
        attached = None if context is None else context.attached_in(call)
        if context is None or attached is None:
            return call
        context.states.note(attached)
        if self._enrichment.processors and (call is None or call.trace_id != attached.trace_id):
            self._enrichment.enter(attached, context.inner.get_current())
        return as_parent(attached, call.depth if call and call.trace_id == attached.trace_id else 0)

    def starter(self, of_thread: Parent | None) -> Parent | None:
        """Who started a thread, else the process; nobody where a span came another way, which says more."""
        starter = of_thread or self.of_process
        if self.context is None:
            return starter
        is_marked = self.context.attached_in(starter) is not None
        return starter if is_marked or self.context.attached_in(None) is None else None

    def _sampled(self, trace_id: int, info: CodeInfo) -> bool:
        if self.provider.sampler is self.takes_every_trace:
            return True
        try:
            sampler: Any = self.provider.sampler
            sampled: bool = sampler.should_sample(None, trace_id, info.function).decision.is_sampled()
        except Exception as error:  # noqa: BLE001 - a sampler may be anybody's
            self._failed("sampler", error)
            return True
        return sampled


def as_parent(span: SpanContext, depth: int) -> Parent:
    """A span as the parent of calls at `depth`."""
    return Parent(span.trace_id, span.span_id, depth, span.trace_flags.sampled)
