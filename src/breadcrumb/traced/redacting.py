"""Takes secrets out of other instrumentations' spans on their way to exporters that the environment names.

The exporter keeps its place and its type: only what it is given to export differs. Exporters that the program
adds itself are its own and stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.span_attributes import SCOPE_NAME
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, TraceState
from opentelemetry.trace.status import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_redaction import Redactor
    from opentelemetry.sdk.trace import TracerProvider


def redact_exports(provider: TracerProvider, redactor: Redactor) -> None:
    """Let every exporter that the provider has now get its spans without secrets."""
    for processor in provider._active_span_processor._span_processors:
        exporter = getattr(processor, "span_exporter", None)
        if exporter is not None:
            exporter.export = _Export(exporter.export, redactor)


class _Export:
    """Stands for an exporter's `export`."""

    def __init__(self, export: Any, redactor: Redactor) -> None:
        self._export = export
        self._redactor = redactor
        self._resource: tuple[Resource, Resource] | None = None

    def __call__(self, spans: Sequence[ReadableSpan]) -> Any:
        return self._export([self._redacted(span) for span in spans])

    def _redacted(self, span: ReadableSpan) -> ReadableSpan:
        scope = span.instrumentation_scope
        if scope is not None and scope.name == SCOPE_NAME:
            return span  # its values were redacted when they were captured
        return ReadableSpan(
            name=self._redactor.text(span.name),
            context=span.context and self._of_context(span.context),
            parent=span.parent,
            resource=self._of_resource(span.resource),
            attributes=self._attributes(span.attributes),
            events=[
                Event(self._redactor.text(each.name), self._attributes(each.attributes), each.timestamp)
                for each in span.events
            ],
            links=[
                Link(self._of_context(each.context), self._attributes(each.attributes)) for each in span.links
            ],
            kind=span.kind,
            instrumentation_scope=scope and self._of_scope(scope),
            status=self._of_status(span.status),
            start_time=span.start_time,
            end_time=span.end_time,
        )

    def _of_context(self, context: SpanContext) -> SpanContext:
        """The same ids, the tracestate without secrets."""
        header = context.trace_state.to_header()
        clean = self._redactor.names(header)
        if clean == header:
            return context
        state = TraceState.from_header([clean])
        return SpanContext(context.trace_id, context.span_id, context.is_remote, context.trace_flags, state)

    def _attributes(self, attributes: Any) -> Any:
        return self._redactor.attributes(attributes or {})

    def _of_resource(self, resource: Resource) -> Resource:
        if self._resource is None or self._resource[0] is not resource:
            clean = Resource(self._attributes(resource.attributes), resource.schema_url)
            self._resource = (resource, clean)
        return self._resource[1]

    def _of_scope(self, scope: InstrumentationScope) -> InstrumentationScope:
        return InstrumentationScope(
            self._redactor.names(scope.name),
            self._redactor.names(scope.version) if scope.version else scope.version,
            scope.schema_url,
            self._attributes(scope.attributes),
        )

    def _of_status(self, status: Status) -> Status:
        if status.description is None:
            return status
        return Status(status.status_code, self._redactor.text(status.description))
