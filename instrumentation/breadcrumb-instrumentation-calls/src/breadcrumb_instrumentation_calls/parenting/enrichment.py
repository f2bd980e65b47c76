"""Attributes that processors give to calls: `on_start` is made up for at hand-over, where they ask for it.

A processor asks by `on_start_of_calls = True`; OpenTelemetry's BaggageSpanProcessor is known. It is told the
baggage that was current where the call's trace was entered: at the first call below a span of the program's.
What the program adds to the baggage deeper in the trace is on its own spans only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry import baggage
from opentelemetry.context.context import Context
from opentelemetry.trace import NonRecordingSpan, set_span_in_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import SpanContext
    from opentelemetry.util.types import AnyValue

MOST = 5_000
"""Traces of a generation whose baggage is remembered; the generation before is kept as well."""
_BAGGAGE = ("opentelemetry.processor.baggage.processor", "BaggageSpanProcessor")


class Enrichment:
    """The processors that ask, and the baggage of each trace; nothing is noted where nobody asks."""

    def __init__(self, failed: Callable[[str, Exception], None]) -> None:
        self.processors: tuple[SpanProcessor, ...] = ()
        self._failed = failed
        self._new: dict[int, Mapping[str, object]] = {}
        self._old: dict[int, Mapping[str, object]] = {}

    def look(self, processors: Sequence[SpanProcessor]) -> None:
        """Find those that ask; they may be added late."""
        self.processors = tuple(each for each in processors if _asks(each))

    def enter(self, span: SpanContext, context: Context) -> None:
        """A trace is entered below a span that is current in a context; the first time counts."""
        if span.trace_id in self._new or span.trace_id in self._old:
            return
        if len(self._new) >= MOST:
            self._old, self._new = self._new, {}
        self._new[span.trace_id] = baggage.get_all(context)

    def attributes(self, span: SpanContext, parent: SpanContext | None) -> dict[str, AnyValue]:
        """What the processors give to a call."""
        if not self.processors:
            return {}
        context = Context()
        carried = self._new.get(span.trace_id) or self._old.get(span.trace_id) or {}
        for name, value in carried.items():
            context = baggage.set_baggage(name, value, context)
        if parent is not None:
            context = set_span_in_context(NonRecordingSpan(parent), context)
        started = _Started(span)
        for processor in self.processors:
            try:
                processor.on_start(started, context)  # type: ignore[arg-type]  # a call is never one of the SDK's
            except Exception as error:  # noqa: BLE001 - a processor may be anybody's
                self._failed(f"on_start of {type(processor).__name__}", error)
        return started.attributes


def _asks(processor: SpanProcessor) -> bool:
    classes = [(base.__module__, base.__qualname__) for base in type(processor).__mro__]
    return _BAGGAGE in classes or getattr(processor, "on_start_of_calls", False) is True


class _Started(NonRecordingSpan):
    """A call as a processor sees it at its start: it takes attributes."""

    def __init__(self, context: SpanContext) -> None:
        super().__init__(context)
        self.attributes: dict[str, AnyValue] = {}

    def is_recording(self) -> bool:
        """It is."""
        return True

    def set_attribute(self, key: str, value: AnyValue) -> None:
        """Take one."""
        self.attributes[key] = value

    def set_attributes(self, attributes: Mapping[str, AnyValue]) -> None:
        """Take several."""
        self.attributes.update(attributes)
