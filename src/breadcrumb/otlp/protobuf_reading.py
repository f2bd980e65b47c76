"""Protobuf messages of OTLP as its JSON encoding, as long as they hold no more than so many parts.

What a message says in two bytes takes hundreds as an object: parts are counted before they are made.
"""

from __future__ import annotations

import base64
import contextlib
from typing import TYPE_CHECKING, Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # ships no types

from breadcrumb.otlp.protobuf import Json, logs_request_of, request_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_PARTS = 100_000
"""Spans, events, links, attributes and items of values, of one request."""


class TooMuch(ValueError):  # noqa: N818 - an answer
    """A request holds too many parts."""

    def __init__(self) -> None:
        super().__init__(f"more than {MOST_PARTS:,} spans, attributes and values: send less at once")


def decoded(body: bytes) -> Json:
    """The request. Raises ValueError, TooMuch among them."""
    with _readable():
        return _Reading().request(request_of(body))


def decoded_logs(body: bytes) -> Json:
    """The same of a request with log records."""
    with _readable():
        return _Reading().logs_request(logs_request_of(body))


@contextlib.contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except DecodeError as error:
        raise ValueError("the body is no protobuf message of OTLP") from error


class _Reading:
    """Counts the parts of one request."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def request(self, message: Any) -> Json:
        return {"resourceSpans": [self._resource_spans(each) for each in self._some(message.resource_spans)]}

    def logs_request(self, message: Any) -> Json:
        return {"resourceLogs": [self._resource_logs(each) for each in self._some(message.resource_logs)]}

    def _some(self, parts: Sequence[Any]) -> Sequence[Any]:
        self._left -= len(parts)
        if self._left < 0:
            raise TooMuch
        return parts

    def _resource_spans(self, message: Any) -> Json:
        return {
            "resource": self._attributes(message.resource),
            "scopeSpans": [self._scope_spans(each) for each in self._some(message.scope_spans)],
            "schemaUrl": message.schema_url,
        }

    def _resource_logs(self, message: Any) -> Json:
        return {
            "resource": self._attributes(message.resource),
            "scopeLogs": [self._scope_logs(each) for each in self._some(message.scope_logs)],
            "schemaUrl": message.schema_url,
        }

    def _scope_logs(self, message: Any) -> Json:
        return {
            "scope": self._scope(message.scope),
            "logRecords": [self._log_record(each) for each in self._some(message.log_records)],
            "schemaUrl": message.schema_url,
        }

    def _log_record(self, message: Any) -> Json:
        return {
            "traceId": message.trace_id.hex(),
            "spanId": message.span_id.hex(),
            "flags": message.flags,
            "timeUnixNano": message.time_unix_nano,
            "observedTimeUnixNano": message.observed_time_unix_nano,
            "severityNumber": message.severity_number,
            "severityText": message.severity_text,
            "eventName": message.event_name,
            "body": self._value(message.body),
            **self._attributes(message),
        }

    def _scope(self, message: Any) -> Json:
        return {"name": message.name, "version": message.version, **self._attributes(message)}

    def _scope_spans(self, message: Any) -> Json:
        return {
            "scope": self._scope(message.scope),
            "spans": [self._span(each) for each in self._some(message.spans)],
            "schemaUrl": message.schema_url,
        }

    def _span(self, message: Any) -> Json:
        return {
            **_ids(message),
            "parentSpanId": message.parent_span_id.hex(),
            "flags": message.flags,
            "name": message.name,
            "kind": message.kind,
            "startTimeUnixNano": message.start_time_unix_nano,
            "endTimeUnixNano": message.end_time_unix_nano,
            **self._attributes(message),
            "events": [self._event(each) for each in self._some(message.events)],
            "droppedEventsCount": message.dropped_events_count,
            "links": [self._link(each) for each in self._some(message.links)],
            "droppedLinksCount": message.dropped_links_count,
            "status": {"code": message.status.code, "message": message.status.message},
        }

    def _event(self, message: Any) -> Json:
        return {"name": message.name, "timeUnixNano": message.time_unix_nano, **self._attributes(message)}

    def _link(self, message: Any) -> Json:
        return {**_ids(message), "flags": message.flags, **self._attributes(message)}

    def _attributes(self, message: Any) -> Json:
        given = self._key_values(message.attributes)
        return {"attributes": given, "droppedAttributesCount": message.dropped_attributes_count}

    def _key_values(self, messages: Sequence[Any]) -> list[Json]:
        return [{"key": each.key, "value": self._value(each.value)} for each in self._some(messages)]

    def _value(self, message: Any) -> Json:
        kind = message.WhichOneof("value")
        if kind is None:
            return {}
        value = getattr(message, kind)
        if kind == "array_value":
            return {"arrayValue": {"values": [self._value(each) for each in self._some(value.values)]}}
        if kind == "kvlist_value":
            return {"kvlistValue": {"values": self._key_values(value.values)}}
        if kind == "bytes_value":
            return {"bytesValue": base64.b64encode(value).decode()}
        return {f"{kind.partition('_')[0]}Value": value}


def _ids(message: Any) -> Json:
    ids = {"traceId": message.trace_id.hex(), "spanId": message.span_id.hex()}
    return {**ids, "traceState": message.trace_state}
