"""Turns a finished OpenTelemetry span into a JSON-able object, whole and redacted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_redaction import Redactor

from breadcrumb_exporter_duckdb.base.json_text import spelled
from breadcrumb_exporter_duckdb.format.otlp_attributes import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Event, ReadableSpan
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import Link, SpanContext

SAMPLED = 1
"""Flags of a span that says nothing else."""


class SpanEncoder:
    """Encodes spans with one redactor; a resource is redacted once, however many spans share it."""

    def __init__(self, redactor: Redactor | None = None) -> None:
        self._redactor = redactor or Redactor()
        self._redactor.load()
        self._resource: tuple[Resource, object] | None = None

    def encode(self, span: ReadableSpan, waiting: SpanContext | None = None) -> dict[str, object]:
        """The span with ids in lowercase hex and times in nanoseconds since 1970.

        `waiting` is the call that was open when the span's request came in.
        """
        context = span.context
        scope = span.instrumentation_scope
        links = [self._link(each) for each in span.links]
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
            "attributes": self.attributes(span.attributes),
            "events": [self._event(each) for each in span.events],
            "links": links if waiting is None else [*links, {**_ids(waiting), "waiting": True}],
            "resource": self.resource(span.resource),
            "otlp": self._otlp(span) or None,
        }

    def _otlp(self, span: ReadableSpan) -> dict[str, object]:
        """What else OTLP says of a span; mostly next to nothing."""
        dropped = [span.dropped_attributes, span.dropped_events, span.dropped_links]
        return {
            **(self._brought(span.context) if span.context else {}),
            **({"parent_remote": True} if span.parent and span.parent.is_remote else {}),
            **({"dropped": dropped} if any(dropped) else {}),
            **({"schema_url": span.resource.schema_url} if span.resource.schema_url else {}),
            **self._scope(span.instrumentation_scope),
        }

    def _scope(self, scope: InstrumentationScope | None) -> dict[str, object]:
        if scope is None:
            return {}
        told = {
            **({"version": self._redactor.names(scope.version)} if scope.version else {}),
            **({"schema_url": scope.schema_url} if scope.schema_url else {}),
            **self._nested(scope.attributes),
        }
        return {"scope": told} if told else {}

    def _event(self, event: Event) -> dict[str, object]:
        named = {"name": self._text(event.name), "time_ns": event.timestamp}
        return {**named, **self._nested(event.attributes), **_dropped(event.dropped_attributes)}

    def _link(self, link: Link) -> dict[str, object]:
        remote = {"remote": True} if link.context.is_remote else {}
        told = {**_ids(link.context), **self._brought(link.context), **remote}
        return {**told, **self._nested(link.attributes), **_dropped(link.dropped_attributes)}

    def resource(self, resource: Resource) -> object:
        """The resource's attributes, redacted."""
        if self._resource is None or self._resource[0] is not resource:
            self._resource = (resource, self.attributes(resource.attributes))
        return self._resource[1]

    def _brought(self, context: SpanContext) -> dict[str, object]:
        """Tracestate and flags, where they say more than "sampled"; what looks random there is an id."""
        header = self._redactor.names(context.trace_state.to_header()) if context.trace_state else ""
        state = {"trace_state": spelled(header)} if header else {}
        return {**state, **({"flags": int(context.trace_flags)} if context.trace_flags != SAMPLED else {})}

    def _text(self, text: str | None) -> object:
        return None if text is None else spelled(self._redactor.text(text))

    def attributes(self, attributes: Mapping[str, object] | None) -> dict[str, object]:
        """Attributes as JSON, redacted."""
        redacted = self._redactor.attributes(attributes or {})
        return {spelled(name): plain(value, self._redactor.text) for name, value in redacted.items()}

    def _nested(self, attributes: Mapping[str, object] | None) -> dict[str, object]:
        return {"attributes": self.attributes(attributes)} if attributes else {}


def _ids(context: SpanContext) -> dict[str, object]:
    return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}


def _dropped(attributes: int) -> dict[str, object]:
    return {"dropped": attributes} if attributes else {}
