"""OTLP's JSON encoding as protobuf messages. The one place that knows the messages of the protocol."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

if TYPE_CHECKING:
    from collections.abc import Sequence

Json = dict[str, Any]


def encoded(request: Json) -> bytes:
    """An ExportTraceServiceRequest."""
    parts = [_resource_spans(each) for each in request["resourceSpans"]]
    return bytes(ExportTraceServiceRequest(resource_spans=parts).SerializeToString())


def request_of(body: bytes) -> ExportTraceServiceRequest:
    """An ExportTraceServiceRequest that came. Raises DecodeError."""
    request = ExportTraceServiceRequest()
    request.ParseFromString(body)
    return request


def logs_request_of(body: bytes) -> ExportLogsServiceRequest:
    """An ExportLogsServiceRequest that came. Raises DecodeError."""
    request = ExportLogsServiceRequest()
    request.ParseFromString(body)
    return request


def response(count: int, reason: str) -> bytes:
    """The answer to a request of which so many spans were not taken."""
    answer = ExportTraceServiceResponse()
    if count:
        answer.partial_success.rejected_spans = count
        answer.partial_success.error_message = reason
    return bytes(answer.SerializeToString())


def logs_response(count: int, reason: str) -> bytes:
    """The answer to a request of which so many log records were not taken."""
    answer = ExportLogsServiceResponse()
    if count:
        answer.partial_success.rejected_log_records = count
        answer.partial_success.error_message = reason
    return bytes(answer.SerializeToString())


def rejected(response: bytes) -> tuple[int, str]:
    """How many spans a backend did not take, and why. Raises DecodeError, a ValueError, for anything else."""
    partial = ExportTraceServiceResponse.FromString(response).partial_success
    return partial.rejected_spans, partial.error_message


def _resource_spans(given: Json) -> ResourceSpans:
    resource = given["resource"]
    return ResourceSpans(
        resource=Resource(
            attributes=_key_values(resource["attributes"]),
            dropped_attributes_count=resource["droppedAttributesCount"],
        ),
        scope_spans=[_scope_spans(each) for each in given["scopeSpans"]],
        schema_url=given["schemaUrl"],
    )


def _scope_spans(given: Json) -> ScopeSpans:
    scope = given["scope"]
    return ScopeSpans(
        scope=InstrumentationScope(
            name=scope["name"],
            version=scope["version"],
            attributes=_key_values(scope["attributes"]),
            dropped_attributes_count=scope["droppedAttributesCount"],
        ),
        spans=[_span(each) for each in given["spans"]],
        schema_url=given["schemaUrl"],
    )


def _span(given: Json) -> Span:
    status = given["status"]
    return Span(
        trace_id=bytes.fromhex(given["traceId"]),
        span_id=bytes.fromhex(given["spanId"]),
        parent_span_id=bytes.fromhex(given.get("parentSpanId", "")),
        trace_state=given.get("traceState", ""),
        flags=given["flags"],
        name=given["name"],
        kind=given["kind"],
        start_time_unix_nano=int(given["startTimeUnixNano"]),
        end_time_unix_nano=int(given["endTimeUnixNano"]),
        attributes=_key_values(given["attributes"]),
        dropped_attributes_count=given.get("droppedAttributesCount", 0),
        events=[_event(each) for each in given["events"]],
        dropped_events_count=given.get("droppedEventsCount", 0),
        links=[_link(each) for each in given.get("links", ())],
        dropped_links_count=given.get("droppedLinksCount", 0),
        status=Status(code=status.get("code", 0), message=status.get("message", "")),
    )


def _event(given: Json) -> Span.Event:
    return Span.Event(
        time_unix_nano=int(given["timeUnixNano"]),
        name=given["name"],
        attributes=_key_values(given["attributes"]),
        dropped_attributes_count=given.get("droppedAttributesCount", 0),
    )


def _link(given: Json) -> Span.Link:
    return Span.Link(
        trace_id=bytes.fromhex(given["traceId"]),
        span_id=bytes.fromhex(given["spanId"]),
        trace_state=given["traceState"],
        flags=given["flags"],
        attributes=_key_values(given["attributes"]),
        dropped_attributes_count=given["droppedAttributesCount"],
    )


def _key_values(given: Sequence[Json]) -> list[KeyValue]:
    return [KeyValue(key=each["key"], value=_any_value(each["value"])) for each in given]


def _any_value(given: Json) -> AnyValue:
    for kind, value in given.items():
        if kind == "stringValue":
            return AnyValue(string_value=value)
        if kind == "intValue":
            return AnyValue(int_value=int(value))
        if kind == "boolValue":
            return AnyValue(bool_value=value)
        if kind == "doubleValue":
            return AnyValue(double_value=float(value))
        if kind == "bytesValue":
            return AnyValue(bytes_value=base64.b64decode(value))
        if kind == "arrayValue":
            return AnyValue(array_value=ArrayValue(values=[_any_value(each) for each in value["values"]]))
        if kind == "kvlistValue":
            return AnyValue(kvlist_value=KeyValueList(values=_key_values(value["values"])))
    return AnyValue()
