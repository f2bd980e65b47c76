"""Where a trace begins: its id, its sampling decision, and the OpenTelemetry span that may be around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.sdk.trace.sampling import Decision

from breadcrumb_instrumentation_calls.calls import Parent

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import TracerProvider

    from breadcrumb_instrumentation_calls.code_info import CodeInfo


class Roots:
    """Gives ids, and a parent to calls that have none among the traced calls."""

    def __init__(self, provider: TracerProvider, failed: Callable[[str, Exception], None]) -> None:
        self._provider = provider
        self._failed = failed

    def span_id(self) -> int:
        """A new span id, from the provider's generator."""
        return self._provider.id_generator.generate_span_id()

    def parent(self, info: CodeInfo) -> Parent:
        """The current OpenTelemetry span, else a new trace, sampled as the provider says."""
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            return Parent(context.trace_id, context.span_id, 0, context.trace_flags.sampled)
        trace_id = self._provider.id_generator.generate_trace_id()
        return Parent(trace_id, 0, 0, self._sampled(trace_id, info))

    def _sampled(self, trace_id: int, info: CodeInfo) -> bool:
        try:
            result = self._provider.sampler.should_sample(None, trace_id, info.function)
        except Exception as error:  # noqa: BLE001 - a sampler may be anybody's
            self._failed("sampler", error)
            return True
        return result.decision is Decision.RECORD_AND_SAMPLE
