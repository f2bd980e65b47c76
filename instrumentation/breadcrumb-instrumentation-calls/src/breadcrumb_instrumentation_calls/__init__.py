"""Turns each call of the chosen functions into an OpenTelemetry span.

`CallsInstrumentor` is OpenTelemetry's way in. It loads what only instrumentors need, so it is imported when
it is asked for; whoever has a TracerProvider can use `Tracer` at a fraction of the start-up.
"""

from typing import Any

from breadcrumb_instrumentation_calls.limits import Limits
from breadcrumb_instrumentation_calls.scope import Scope
from breadcrumb_instrumentation_calls.thinning import Thinning
from breadcrumb_instrumentation_calls.tracer import Tracer

__all__ = ["CallsInstrumentor", "Limits", "Scope", "Thinning", "Tracer"]


def __getattr__(name: str) -> Any:
    if name == "CallsInstrumentor":
        from breadcrumb_instrumentation_calls.instrumentor import CallsInstrumentor

        return CallsInstrumentor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
