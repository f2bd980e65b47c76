"""What OpenTelemetry's automatic instrumentation starts: nothing, unless the user asks for calls.

It starts whatever is installed. To trace a program's calls is more than to instrument a library, so it takes
a word: OTEL_INSTRUMENTATION_CALLS_ENABLED=true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]

from breadcrumb_instrumentation_calls.base.originals import os
from breadcrumb_instrumentation_calls.instrumentor import CallsInstrumentor
from breadcrumb_instrumentation_calls.tracer import is_tracing

if TYPE_CHECKING:
    from collections.abc import Collection

ENV_ENABLED = "OTEL_INSTRUMENTATION_CALLS_ENABLED"


class AutomaticInstrumentor(BaseInstrumentor):  # type: ignore[misc]  # OpenTelemetry exports it untyped
    """Traces calls of the main program where that was asked for and nothing traces them yet."""

    def instrumentation_dependencies(self) -> Collection[str]:
        """Nothing: any Python program can be traced."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:
        if os.environ.get(ENV_ENABLED, "").strip().lower() == "true" and not is_tracing():
            CallsInstrumentor().instrument(**kwargs)

    def _uninstrument(self, **kwargs: Any) -> None:
        CallsInstrumentor().uninstrument(**kwargs)
