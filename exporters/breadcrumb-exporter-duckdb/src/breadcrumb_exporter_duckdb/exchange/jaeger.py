"""Traces as Jaeger's user interface and its HTTP API write them, in OTLP's JSON encoding."""

from __future__ import annotations

from typing import Any

from breadcrumb_exporter_duckdb.exchange.otlp_spans import KINDS, STATUS, Json, resource_spans

NS = 1_000
"""Jaeger counts microseconds."""
_VALUES = {"bool": "boolValue", "int64": "intValue", "float64": "doubleValue", "binary": "bytesValue"}
_SCOPES = (("otel.scope.name", "otel.scope.version"), ("otel.library.name", "otel.library.version"))
_TOLD = frozenset(
    {"span.kind", "otel.status_code", "otel.status_description", "w3c.tracestate", *_SCOPES[0], *_SCOPES[1]}
)
"""Tags that say what OTLP has fields for."""


def is_jaeger(document: Json) -> bool:
    """Whether it looks like one."""
    return isinstance(document.get("data"), list)


def request_of(document: Json) -> Json:
    """An ExportTraceServiceRequest of all its spans. Raises LookupError, TypeError or ValueError."""
    return {
        "resourceSpans": [
            _part(span, trace["processes"][span["processID"]] if "processID" in span else span["process"])
            for trace in document["data"]
            for span in trace["spans"]
        ]
    }


def _part(span: Json, process: Json) -> Json:
    tags = _plain(span)
    name, version = next((names for names in _SCOPES if names[0] in tags), _SCOPES[0])
    scope = {"name": tags.get(name, ""), "version": tags.get(version, "")}
    part = resource_spans({}, scope, [_span(span, tags)])
    service = {"key": "service.name", "value": {"stringValue": process["serviceName"]}}
    part["resource"]["attributes"] = [service, *_attributes(process.get("tags", ()))]
    return part


def _span(span: Json, tags: Json) -> Json:
    parent, others = _references(span)
    start = int(span["startTime"]) * NS
    return {
        "traceId": _id(span["traceID"], 32),
        "spanId": _id(span["spanID"], 16),
        **({"parentSpanId": _id(parent["spanID"], 16)} if parent else {}),
        "traceState": tags.get("w3c.tracestate", ""),
        "flags": int(span.get("flags", 1)) & 1,
        "name": span["operationName"],
        "kind": KINDS.get(str(tags.get("span.kind", "")).upper(), 0),
        "startTimeUnixNano": start,
        "endTimeUnixNano": start + int(span["duration"]) * NS,
        "attributes": _attributes([tag for tag in span.get("tags", ()) if tag["key"] not in _TOLD]),
        "events": [_event(log) for log in span.get("logs") or ()],
        "links": [{"traceId": _id(to["traceID"], 32), "spanId": _id(to["spanID"], 16)} for to in others],
        "status": _status(tags),
    }


def _plain(span: Json) -> Json:
    return {tag["key"]: tag["value"] for tag in span.get("tags", ())}


def _status(tags: Json) -> Json:
    failed = tags.get("error") in (True, "true")
    said = str(tags.get("otel.status_code", "ERROR" if failed else "UNSET")).upper()
    return {"code": STATUS.get(said, 0), "message": str(tags.get("otel.status_description", ""))}


def _references(span: Json) -> tuple[Json | None, list[Json]]:
    """What the span is a child of, and what else it refers to."""
    given = list(span.get("references") or ())
    within = (to for to in given if to.get("refType") == "CHILD_OF" and to["traceID"] == span["traceID"])
    parent = next(within, None)
    if parent is None and span.get("parentSpanID"):
        parent = {"spanID": span["parentSpanID"]}
    return parent, [to for to in given if to is not parent]


def _event(log: Json) -> Json:
    fields = list(log.get("fields", ()))
    name = next((str(field["value"]) for field in fields if field["key"] == "event"), "log")
    others = [field for field in fields if field["key"] != "event"]
    return {"name": name, "timeUnixNano": int(log["timestamp"]) * NS, "attributes": _attributes(others)}


def _attributes(tags: Any) -> list[Json]:
    return [
        {"key": tag["key"], "value": {_VALUES.get(tag.get("type", ""), "stringValue"): tag["value"]}}
        for tag in tags
    ]


def _id(text: str, digits: int) -> str:
    return str(text).zfill(digits)
