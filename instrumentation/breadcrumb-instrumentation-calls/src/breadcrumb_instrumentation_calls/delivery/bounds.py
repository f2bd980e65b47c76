"""The provider's limits, for spans that are made when all of them is known; what is dropped is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.attributes import BoundedAttributes
from opentelemetry.sdk.util import BoundedList

from breadcrumb_instrumentation_calls.base.span_attributes import ARGS, CHANGED, RETURN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from opentelemetry.sdk.trace import Event, SpanLimits
    from opentelemetry.util.types import AnyValue

Attributes = dict[str, "AnyValue"]

_JSON = frozenset((ARGS, RETURN, CHANGED))
"""Attributes whose text is cut by giving way to a marker, never to half of itself."""


class Bounds:
    """What spans and events may hold at most."""

    def __init__(self, limits: SpanLimits) -> None:
        self._limits = limits

    def of_span(self, attributes: Attributes) -> Mapping[str, AnyValue]:
        """Attributes of a span, the most telling ones first."""
        limits = self._limits
        return _within(attributes, limits.max_span_attributes, limits.max_span_attribute_length)

    def of_event(self, attributes: Attributes) -> Mapping[str, AnyValue]:
        """Attributes of an event."""
        return _within(attributes, self._limits.max_event_attributes, self._limits.max_attribute_length)

    def events(self, lines: Sequence[Event], last: Sequence[Event]) -> tuple[Sequence[Event], int]:
        """The events of a span: its exception and the lines that fit; how many lines do not."""
        most = self._limits.max_events
        every = (*lines, *last)
        if most is None or len(every) <= most:
            return every, 0
        last = last[:most]
        shown = lines[: most - len(last)]
        kept = BoundedList.from_seq(most, (*shown, *last))
        kept.dropped = len(every) - len(kept)
        return kept, len(lines) - len(shown)


def _within(attributes: Attributes, most: int | None, longest: int | None) -> Mapping[str, AnyValue]:
    short = attributes
    if longest is not None:
        cut = {name: _cut(name, value, longest) for name, value in attributes.items()}
        short = {name: value for name, value in cut.items() if value is not None}
    if len(short) == len(attributes) and (most is None or len(short) <= most):
        return short
    kept = dict(list(short.items())[:most])
    bounded = BoundedAttributes(attributes=kept)
    bounded.dropped = len(attributes) - len(kept)
    return bounded


def _cut(name: str, value: AnyValue, longest: int) -> AnyValue:
    """The value so far as there is room; None where there is none even for the marker."""
    if not isinstance(value, str) or len(value) <= longest:
        return value
    if name not in _JSON:
        return value[:longest]
    marker = f'{{"@more": {len(value)}}}'
    return marker if len(marker) <= longest else None
