"""Spans in OTLP's JSON encoding as rows of `otel_traces`, as the Collector's exporter writes them."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.format.otlp_attributes import given_all, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

Json = dict[str, Any]
Row = tuple[Any, ...]
KINDS = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
STATUS = ("Unset", "Ok", "Error")
_EXPONENT = 1e21
"""From which on Go writes whole numbers with one."""
SERVICE = "service.name"


def table(requests: Iterable[Json]) -> pa.Table:
    """The rows of requests."""
    import pyarrow as pa

    columns = _columns()
    rows = [row for request in requests for row in _rows(request)]
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    arrays = [pa.array(each, kind) for each, kind in zip(values, columns.values(), strict=True)]
    return pa.table(dict(zip(columns, arrays, strict=True)))


def _rows(request: Json) -> Iterator[Row]:
    for resource in request["resourceSpans"]:
        emitter = _texts(resource["resource"]["attributes"])
        service = dict(emitter).get(SERVICE, "")
        for scoped in resource["scopeSpans"]:
            scope = scoped["scope"]
            for span in scoped["spans"]:
                yield _row(span, service, emitter, scope)


def _row(span: Json, service: str, emitter: Sequence[tuple[str, str]], scope: Json) -> Row:
    start, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
    status, events, links = span["status"], span["events"], span.get("links", ())
    return (
        start,
        span["traceId"],
        span["spanId"],
        span.get("parentSpanId", ""),
        span.get("traceState", ""),
        span["name"],
        KINDS[span["kind"]],
        service,
        emitter,
        scope["name"],
        scope["version"],
        _texts(span["attributes"]),
        max(end - start, 0),
        STATUS[status.get("code", 0)],
        status.get("message", ""),
        [int(each["timeUnixNano"]) for each in events],
        [each["name"] for each in events],
        [_texts(each["attributes"]) for each in events],
        [each["traceId"] for each in links],
        [each["spanId"] for each in links],
        [each["traceState"] for each in links],
        [_texts(each["attributes"]) for each in links],
    )


def _texts(attributes: Sequence[Json]) -> list[tuple[str, str]]:
    return [(name, _text(value)) for name, value in given_all(attributes).items()]


def _text(value: object) -> str:
    """A value as the Collector writes it: strings as they are, bytes in Base64, the rest as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXPONENT:
        return str(int(value))
    return "" if value is None else json.dumps(plain(value), separators=(",", ":"))


def _columns() -> dict[str, pa.DataType]:
    import pyarrow as pa

    text, time = pa.string(), pa.timestamp("ns")
    texts = pa.map_(text, text)
    return {
        "Timestamp": time,
        "TraceId": text,
        "SpanId": text,
        "ParentSpanId": text,
        "TraceState": text,
        "SpanName": text,
        "SpanKind": text,
        "ServiceName": text,
        "ResourceAttributes": texts,
        "ScopeName": text,
        "ScopeVersion": text,
        "SpanAttributes": texts,
        "Duration": pa.uint64(),
        "StatusCode": text,
        "StatusMessage": text,
        "Events.Timestamp": pa.list_(time),
        "Events.Name": pa.list_(text),
        "Events.Attributes": pa.list_(texts),
        "Links.TraceId": pa.list_(text),
        "Links.SpanId": pa.list_(text),
        "Links.TraceState": pa.list_(text),
        "Links.Attributes": pa.list_(texts),
    }
