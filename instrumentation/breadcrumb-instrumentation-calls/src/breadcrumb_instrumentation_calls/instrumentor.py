"""The instrumentor: OpenTelemetry's way to start and stop the tracer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from breadcrumb_redaction import Redactor
from opentelemetry import trace
from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]
from opentelemetry.sdk.trace import TracerProvider

from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.base.originals import os
from breadcrumb_instrumentation_calls.selection.scope import Scope
from breadcrumb_instrumentation_calls.tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Collection

INCLUDE = "BREADCRUMB_INCLUDE"
"""Environment variable: patterns of what is traced besides `__main__`, with commas between them."""
EXCLUDE = "BREADCRUMB_EXCLUDE"
"""Environment variable: patterns of what is not traced."""
_GIVEN_TO_ALL = frozenset(("meter_provider", "logger_provider"))
"""What programs hand to every instrumentor alike; we make no metrics and no logs."""
_OPTIONS = frozenset(("recorder", "gaps", "forward_values", "exception_locals", "thinning"))
"""What Tracer takes under the same name."""
_CHOICES = frozenset(("tracer_provider", "scope", "include", "exclude", "limits", "redactor"))

_logger = logging.getLogger(__name__)


class CallsInstrumentor(BaseInstrumentor):  # type: ignore[misc]  # OpenTelemetry exports it untyped
    """Traces calls of the chosen functions.

    `instrument()` takes tracer_provider (an SDK TracerProvider; default the global one), include and exclude
    (patterns, as Scope has them; default what BREADCRUMB_INCLUDE and BREADCRUMB_EXCLUDE say) or a whole scope
    (Scope), limits (Limits), redactor (Redactor), recorder, gaps, forward_values, exception_locals and
    thinning (Thinning), as Tracer does. Arguments and returns stay out of spans unless `forward_values` is
    true. Raises TypeError for anything else.
    """

    _tracer: Tracer | None = None

    def instrumentation_dependencies(self) -> Collection[str]:
        """Nothing: any Python program can be traced."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:
        _check(kwargs)
        provider = kwargs.get("tracer_provider") or trace.get_tracer_provider()
        if not isinstance(provider, TracerProvider):
            _logger.warning("calls are not traced: there is no TracerProvider of OpenTelemetry's SDK")
            return
        tracer = Tracer(
            provider,
            kwargs.get("scope") or _scope(kwargs.get("include"), kwargs.get("exclude")),
            kwargs.get("limits") or Limits(),
            kwargs.get("redactor") or Redactor(),
            **{"forward_values": False, **{name: kwargs[name] for name in _OPTIONS & _given(kwargs)}},
        )
        tracer.start()
        CallsInstrumentor._tracer = tracer

    def _uninstrument(self, **_kwargs: Any) -> None:
        tracer, CallsInstrumentor._tracer = CallsInstrumentor._tracer, None
        if tracer is not None:
            tracer.stop()


def _given(options: dict[str, Any]) -> set[str]:
    return {name for name, value in options.items() if value is not None}


def _check(given: dict[str, Any]) -> None:
    unknown = sorted(given.keys() - _CHOICES - _OPTIONS - _GIVEN_TO_ALL)
    if unknown:
        known = ", ".join(sorted(_CHOICES | _OPTIONS))
        raise TypeError(f"CallsInstrumentor().instrument() has no {', '.join(unknown)}; it takes {known}")
    provider = given.get("tracer_provider")
    if provider is not None and not isinstance(provider, TracerProvider):
        raise TypeError(
            f"tracer_provider is to be a TracerProvider of the SDK, not {type(provider).__name__}"
        )
    if given.get("scope") and (given.get("include") or given.get("exclude")):
        raise TypeError("give scope, or include and exclude: a scope holds both")


def _scope(include: Collection[str] | None, exclude: Collection[str] | None) -> Scope:
    return Scope(
        include=_patterns("include", include, INCLUDE), exclude=_patterns("exclude", exclude, EXCLUDE)
    )


def _patterns(name: str, given: Collection[str] | None, variable: str) -> tuple[str, ...]:
    if given is None:
        words = os.environ.get(variable, "").split(",")
        return tuple(word.strip() for word in words if word.strip())
    if isinstance(given, str) or not all(isinstance(each, str) for each in given):
        raise TypeError(f"{name} is to be a list of patterns, not {given!r}")
    return tuple(given)
