"""Builds OpenTelemetry spans from finished calls, for processors that want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.semconv._incubating.attributes.code_attributes import (
    CODE_FILE_PATH,
    CODE_FUNCTION_NAME,
    CODE_LINE_NUMBER,
)
from opentelemetry.semconv._incubating.attributes.thread_attributes import THREAD_ID, THREAD_NAME
from opentelemetry.semconv.attributes.error_attributes import ERROR_TYPE
from opentelemetry.semconv.attributes.exception_attributes import EXCEPTION_MESSAGE, EXCEPTION_TYPE
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
from opentelemetry.trace.status import Status, StatusCode

from breadcrumb_instrumentation_calls import calls
from breadcrumb_instrumentation_calls.names import ARGS, CHANGED, LINE, LINES_LEFT_OUT, RETURN, SCOPE_NAME
from breadcrumb_instrumentation_calls.standard import json

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import TracerProvider

    from breadcrumb_instrumentation_calls.calls import Record
    from breadcrumb_instrumentation_calls.code_info import CodeInfo

Attributes = dict[str, str | int]


class SpanBuilder:
    """Gives each record the names of its code and thread, the provider's resource and its limits."""

    def __init__(
        self,
        provider: TracerProvider,
        info: Callable[[int], CodeInfo],
        thread: Callable[[int], tuple[int, str]],
        *,
        values: bool,
    ) -> None:
        self._provider = provider
        self._info = info
        self._thread = thread
        self._values = values
        self._scope = InstrumentationScope(SCOPE_NAME)

    def build(self, record: Record) -> ReadableSpan:
        """One finished call as a span."""
        info = self._info(record.code)
        exception = json.loads(record.exception) if record.exception is not None else None
        lines, left_out = self._lines(record)
        attributes = self._attributes(record, info, exception)
        if left_out:
            attributes[LINES_LEFT_OUT] = left_out
        return ReadableSpan(
            name=info.function,
            context=_context(record.trace_id, record.span_id),
            parent=_context(record.trace_id, record.parent_id) if record.parent_id else None,
            resource=self._provider.resource,
            attributes=self._within_limits(attributes),
            events=lines + self._events(record, exception),
            kind=SpanKind.INTERNAL,
            status=_status(record, exception),
            start_time=record.start_ns,
            end_time=record.start_ns + record.duration_ns,
            instrumentation_scope=self._scope,
        )

    def _attributes(self, record: Record, info: CodeInfo, exception: dict[str, object] | None) -> Attributes:
        ident, name = self._thread(record.thread)
        attributes: Attributes = {
            CODE_FUNCTION_NAME: info.function,
            CODE_FILE_PATH: info.file,
            CODE_LINE_NUMBER: info.line,
            THREAD_ID: ident,
            THREAD_NAME: name,
        }
        if self._values:
            attributes[ARGS] = record.args
            if record.result is not None:
                attributes[RETURN] = record.result
        if record.outcome == calls.RAISED and exception is not None:
            attributes[ERROR_TYPE] = str(exception["type"])
        return attributes

    def _within_limits(self, attributes: Attributes) -> Attributes:
        """The provider's limit on lengths; JSON over it gives way to a marker, never to half of itself."""
        most = self._provider._span_limits.max_span_attribute_length
        if most is None:
            return attributes
        return {name: _cut(name, value, most) for name, value in attributes.items()}

    def _lines(self, record: Record) -> tuple[tuple[Event, ...], int]:
        """The first lines of a call as events, room left for an exception, and how many have none."""
        ran = json.loads(record.extra).get("lines", ()) if record.extra is not None else ()
        most = self._provider._span_limits.max_events
        kept = [each for each in ran if isinstance(each, list)]
        beyond = sum(each["@more"] for each in ran if isinstance(each, dict))
        shown = kept if most is None else kept[: max(most - 1, 0)]
        return tuple(self._line(record, *each) for each in shown), beyond + len(kept) - len(shown)

    def _line(
        self, record: Record, line: int, offset_ns: int, changed: object = None, _unbound: object = None
    ) -> Event:
        attributes: Attributes = {CODE_LINE_NUMBER: line}
        if changed and self._values:
            attributes = {**attributes, **self._within_limits({CHANGED: json.dumps(changed)})}
        return Event(LINE, attributes, record.start_ns + offset_ns)

    def _events(self, record: Record, exception: dict[str, object] | None) -> tuple[Event, ...]:
        if exception is None:
            return ()
        attributes: Attributes = {EXCEPTION_TYPE: str(exception["type"])}
        if self._values:
            attributes[EXCEPTION_MESSAGE] = _message(exception)[
                : self._provider._span_limits.max_attribute_length
            ]
        return (Event("exception", attributes, record.start_ns + record.duration_ns),)


def _cut(name: str, value: str | int, most: int) -> str | int:
    if not isinstance(value, str) or len(value) <= most:
        return value
    return value[:most] if name not in (ARGS, RETURN, CHANGED) else f'{{"@more": {len(value)}}}'


def _message(exception: dict[str, object]) -> str:
    message = exception.get("message")
    return message if isinstance(message, str) else json.dumps(exception.get("args"))


def _context(trace_id: int, span_id: int) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _status(record: Record, exception: dict[str, object] | None) -> Status:
    if record.outcome != calls.RAISED:
        return Status(StatusCode.UNSET)
    return Status(StatusCode.ERROR, str(exception["type"]) if exception else None)
