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
from opentelemetry.semconv.attributes.exception_attributes import (
    EXCEPTION_MESSAGE,
    EXCEPTION_STACKTRACE,
    EXCEPTION_TYPE,
)
from opentelemetry.trace import SpanKind
from opentelemetry.trace.status import Status, StatusCode

from breadcrumb_instrumentation_calls.base.originals import json
from breadcrumb_instrumentation_calls.base.span_attributes import (
    ARGS,
    CALLS_LEFT_OUT,
    CHANGED,
    LINE,
    LINES_LEFT_OUT,
    RETURN,
    SCHEMA_URL,
    SCOPE_NAME,
    VERSION,
)
from breadcrumb_instrumentation_calls.capture import calls
from breadcrumb_instrumentation_calls.delivery.bounds import Bounds

if TYPE_CHECKING:
    from collections.abc import Callable

    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import SpanContext

    from breadcrumb_instrumentation_calls.capture.calls import Record
    from breadcrumb_instrumentation_calls.delivery.bounds import Attributes
    from breadcrumb_instrumentation_calls.parenting.enrichment import Enrichment
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo


class SpanBuilder:
    """Gives each record the names of its code and thread, its trace's state, the resource and the limits."""

    def __init__(
        self,
        provider: TracerProvider,
        info: Callable[[int], CodeInfo],
        thread: Callable[[int], tuple[int, str]],
        context: Callable[[int, int], SpanContext],
        enrichment: Enrichment,
        *,
        values: bool,
    ) -> None:
        self._provider = provider
        self._info = info
        self._thread = thread
        self._context = context
        self.enrichment = enrichment
        self._values = values
        self._bounds = Bounds(provider._span_limits)
        self._scope = InstrumentationScope(SCOPE_NAME, VERSION, SCHEMA_URL)

    def build(self, record: Record, left_out: int = 0) -> ReadableSpan:
        """One finished call as a span; `left_out` is how many calls below it have none."""
        info = self._info(record.code)
        exception = json.loads(record.exception) if record.exception is not None else None
        lines, beyond = self._lines(record)
        events, without_room = self._bounds.events(lines, self._exception(record, exception))
        attributes = self._attributes(record, info, exception)
        if beyond + without_room:
            attributes[LINES_LEFT_OUT] = beyond + without_room
        if left_out:
            attributes[CALLS_LEFT_OUT] = left_out
        context = self._context(record.trace_id, record.span_id)
        parent = self._context(record.trace_id, record.parent_id) if record.parent_id else None
        return ReadableSpan(
            name=info.function,
            context=context,
            parent=parent,
            resource=self._provider.resource,
            attributes=self._bounds.of_span({**self.enrichment.attributes(context, parent), **attributes}),
            events=events,
            kind=SpanKind.INTERNAL,
            status=_status(record, exception),
            start_time=record.start_ns,
            end_time=record.start_ns + record.duration_ns,
            instrumentation_scope=self._scope,
        )

    def _attributes(self, record: Record, info: CodeInfo, exception: dict[str, object] | None) -> Attributes:
        """The most telling first: a limit on their number keeps these."""
        ident, name = self._thread(record.thread)
        attributes: Attributes = {CODE_FUNCTION_NAME: info.function}
        if record.outcome == calls.RAISED and exception is not None:
            attributes[ERROR_TYPE] = str(exception["type"])
        if self._values:
            attributes[ARGS] = info.arguments(record.args)
            if record.result is not None:
                attributes[RETURN] = record.result
        attributes[CODE_FILE_PATH] = info.file
        attributes[CODE_LINE_NUMBER] = info.line
        attributes[THREAD_ID] = ident
        attributes[THREAD_NAME] = name
        return attributes

    def _lines(self, record: Record) -> tuple[tuple[Event, ...], int]:
        """The lines of a call as events, and how many were not recorded."""
        extra = record.extra or ""
        ran = json.loads(extra)["lines"] if extra.startswith('{"lines"') else ()
        beyond = sum(each["@more"] for each in ran if isinstance(each, dict))
        return tuple(self._line(record, *each) for each in ran if isinstance(each, list)), beyond

    def _line(
        self, record: Record, line: int, offset_ns: int, changed: object = None, _unbound: object = None
    ) -> Event:
        attributes: Attributes = {CODE_LINE_NUMBER: line}
        if changed and self._values:
            attributes[CHANGED] = json.dumps(changed)
        return Event(LINE, self._bounds.of_event(attributes), record.start_ns + offset_ns)

    def _exception(self, record: Record, exception: dict[str, object] | None) -> tuple[Event, ...]:
        if exception is None:
            return ()
        kind = str(exception["type"])
        attributes: Attributes = {EXCEPTION_TYPE: kind}
        if self._values:
            message = attributes[EXCEPTION_MESSAGE] = _message(exception)
            kind = f"{kind}: {message}" if message else kind
        attributes[EXCEPTION_STACKTRACE] = _stacktrace(exception, kind)
        time_ns = record.start_ns + record.duration_ns
        return (Event("exception", self._bounds.of_event(attributes), time_ns),)


def _message(exception: dict[str, object]) -> str:
    message = exception.get("message")
    return message if isinstance(message, str) else json.dumps(exception.get("args"))


def _stacktrace(exception: dict[str, object], told: str) -> str:
    """The frame that raised it, as Python writes it: of a traceback that is what was recorded."""
    if exception.get("file") is None:
        return told
    place = f'File "{exception["file"]}", line {exception["line"]}, in {exception["function"]}'
    return f"Traceback (most recent call last):\n  {place}\n{told}"


def _status(record: Record, exception: dict[str, object] | None) -> Status:
    if record.outcome != calls.RAISED:
        return Status(StatusCode.UNSET)
    return Status(StatusCode.ERROR, str(exception["type"]) if exception else None)
