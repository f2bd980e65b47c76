"""Turns each call of the chosen functions into an OpenTelemetry span."""

from breadcrumb_instrumentation_calls.instrumentor import CallsInstrumentor
from breadcrumb_instrumentation_calls.limits import Limits
from breadcrumb_instrumentation_calls.scope import Scope

__all__ = ["CallsInstrumentor", "Limits", "Scope"]
