"""Turns a finished OpenTelemetry span into a JSON-able object, whole and redacted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from breadcrumb_redaction import Redactor

from breadcrumb_exporter_duckdb.json_text import spelled

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan

INT_BITS = 63


class SpanEncoder:
    """Encodes spans with one redactor; a resource is redacted once, however many spans share it."""

    def __init__(self, redactor: Redactor | None = None) -> None:
        self._redactor = redactor or Redactor()
        self._resource: tuple[Resource, object] | None = None

    def encode(self, span: ReadableSpan) -> dict[str, object]:
        """The span with ids in lowercase hex and times in nanoseconds since 1970."""
        context = span.context
        scope = span.instrumentation_scope
        return {
            "trace_id": f"{context.trace_id:032x}" if context else None,
            "span_id": f"{context.span_id:016x}" if context else None,
            "parent_id": f"{span.parent.span_id:016x}" if span.parent else None,
            "name": self._text(span.name),
            "kind": span.kind.name,
            "scope": spelled(self._redactor.names(scope.name)) if scope else None,
            "start_ns": span.start_time,
            "end_ns": span.end_time,
            "status": span.status.status_code.name,
            "status_message": self._text(span.status.description),
            "attributes": self._attributes(span.attributes),
            "events": [
                {"name": self._text(each.name), "time_ns": each.timestamp, **self._nested(each.attributes)}
                for each in span.events
            ],
            "links": [
                {
                    "trace_id": f"{each.context.trace_id:032x}",
                    "span_id": f"{each.context.span_id:016x}",
                    **self._nested(each.attributes),
                }
                for each in span.links
            ],
            "resource": self.resource(span.resource),
        }

    def resource(self, resource: Resource) -> object:
        """The resource's attributes, redacted."""
        if self._resource is None or self._resource[0] is not resource:
            self._resource = (resource, self._attributes(resource.attributes))
        return self._resource[1]

    def _text(self, text: str | None) -> object:
        return None if text is None else spelled(self._redactor.text(text))

    def _attributes(self, attributes: Mapping[str, object] | None) -> object:
        return plain(self._redactor.attributes(attributes or {}))

    def _nested(self, attributes: Mapping[str, object] | None) -> dict[str, object]:
        return {"attributes": self._attributes(attributes)} if attributes else {}


def plain(value: object) -> object:
    """The value as JSON can say it; what it cannot say becomes an object whose `@` names the type."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return spelled(value)
    if isinstance(value, int):
        return value if value.bit_length() <= INT_BITS else {"@": "int", "@text": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"@": "float", "@text": str(value)}
    if isinstance(value, Mapping):
        return {spelled(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, bytes):
        return {"@": "bytes", "@length": len(value), "@head": repr(value[:100])[2:-1]}
    if isinstance(value, Sequence):
        return [plain(each) for each in value]
    return {"@": type(value).__qualname__}
