"""The instrumentor: OpenTelemetry's way to start and stop the tracer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_redaction import Redactor
from opentelemetry import trace
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]
from opentelemetry.sdk.trace import TracerProvider

from breadcrumb_instrumentation_calls.limits import Limits
from breadcrumb_instrumentation_calls.scope import Scope
from breadcrumb_instrumentation_calls.thinning import Thinning
from breadcrumb_instrumentation_calls.tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Collection


class CallsInstrumentor(BaseInstrumentor):  # type: ignore[misc]  # OpenTelemetry exports it untyped
    """Traces calls of the chosen functions.

    `instrument()` takes tracer_provider (an SDK TracerProvider; default the global one), scope (Scope),
    limits (Limits), redactor (Redactor), recorder, gaps, forward_values, exception_locals and thinning
    (Thinning), as Tracer does. Arguments and returns stay out of the spans unless `forward_values` is true.
    """

    _tracer: Tracer | None = None

    def instrumentation_dependencies(self) -> Collection[str]:
        """Nothing: any Python program can be traced."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:
        provider = kwargs.get("tracer_provider") or trace.get_tracer_provider()
        if not isinstance(provider, TracerProvider):
            return
        tracer = Tracer(
            provider,
            kwargs.get("scope") or Scope(),
            kwargs.get("limits") or Limits(),
            kwargs.get("redactor") or Redactor(),
            recorder=kwargs.get("recorder", "auto"),
            gaps=kwargs.get("gaps", True),
            forward_values=kwargs.get("forward_values", False),
            exception_locals=kwargs.get("exception_locals", True),
            thinning=kwargs.get("thinning") or Thinning(),
        )
        tracer.start()
        CallsInstrumentor._tracer = tracer

    def _uninstrument(self, **_kwargs: Any) -> None:
        tracer, CallsInstrumentor._tracer = CallsInstrumentor._tracer, None
        if tracer is not None:
            tracer.stop()
