"""Turns each call of the chosen functions into an OpenTelemetry span.

`CallsInstrumentor` is OpenTelemetry's way in; whoever has a TracerProvider can use `Tracer` at a fraction of
the start-up. Each name is imported when it is asked for: a program that only calls `summarize` loads no more.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.base.limits import Limits as Limits
    from breadcrumb_instrumentation_calls.instrumentor import CallsInstrumentor as CallsInstrumentor
    from breadcrumb_instrumentation_calls.selection.scope import Scope as Scope
    from breadcrumb_instrumentation_calls.selection.thinning import Thinning as Thinning
    from breadcrumb_instrumentation_calls.tracer import Tracer as Tracer
    from breadcrumb_instrumentation_calls.values.summarize import summarize as summarize

__all__ = ["CallsInstrumentor", "Limits", "Scope", "Thinning", "Tracer", "summarize"]

_HOMES = {
    "CallsInstrumentor": "instrumentor",
    "Limits": "base.limits",
    "Scope": "selection.scope",
    "Thinning": "selection.thinning",
    "Tracer": "tracer",
    "summarize": "values.summarize",
}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
