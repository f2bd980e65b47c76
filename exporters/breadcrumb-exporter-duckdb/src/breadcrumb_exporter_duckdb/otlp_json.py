"""A run in OTLP's JSON encoding: one ExportTraceServiceRequest a line, as a Collector reads it from a file.

Ids are hexadecimal and 64-bit numbers are text, as the encoding wants them
(https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). The names of attributes are spelled out
here because a reader does not import OpenTelemetry; a test holds them to those that the tracer writes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

SPANS = 1_000
"""Spans of one line."""
SCOPE = "breadcrumb_instrumentation_calls"
KINDS = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
STATUS = {"UNSET": 0, "OK": 1, "ERROR": 2}
RAISED = 1

_CALLS = """
SELECT c.process, c.trace_id, c.span_id, c.parent_span_id, c.function, c.file, c.line, t.ident, c.thread,
    c.start_ns, c.duration_ns, c.outcome, c.args::VARCHAR, c."return"::VARCHAR, c.exception::VARCHAR
FROM calls c LEFT JOIN threads t ON t.process = c.process AND t.key = c.thread_id
WHERE c.run_id = ? AND c.status <> 'open' ORDER BY c.process, c.start_ns, c.ordinal
"""
_SPANS = """
SELECT process, resource::VARCHAR, scope, trace_id, span_id, parent_span_id, name, kind, start_ns,
    duration_ns, status, status_message, attributes::VARCHAR, events::VARCHAR, links::VARCHAR
FROM spans WHERE run_id = ? ORDER BY process, scope, start_ns
"""


def requests(connection: DuckDBPyConnection, run_id: str) -> Iterator[tuple[str, int]]:
    """The lines, each with its number of spans: calls first, then the spans of other instrumentations."""
    resources = _resources(connection, run_id)
    cursor = connection.execute(_CALLS, [run_id])
    while rows := cursor.fetchmany(SPANS):
        grouped: dict[str, list[dict[str, Any]]] = {}
        for process, *values in rows:
            grouped.setdefault(process, []).append(_call(*values))
        parts = [
            _resource_spans(resources.get(process, {}), SCOPE, spans) for process, spans in grouped.items()
        ]
        yield _line(parts), len(rows)
    cursor = connection.execute(_SPANS, [run_id])
    while rows := cursor.fetchmany(SPANS):
        others: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
        for _, resource, scope, *values in rows:
            others.setdefault((resource or "{}", scope), []).append(_span(*values))
        parts = [
            _resource_spans(json.loads(resource), scope, spans) for (resource, scope), spans in others.items()
        ]
        yield _line(parts), len(rows)


def _line(parts: list[dict[str, Any]]) -> str:
    return json.dumps({"resourceSpans": parts}, separators=(",", ":"), ensure_ascii=False)


def _resources(connection: DuckDBPyConnection, run_id: str) -> dict[str, dict[str, Any]]:
    sql = "SELECT process, (value->'$.resource')::VARCHAR FROM facts WHERE kind = 'process' AND run_id = ?"
    rows = connection.execute(sql, [run_id]).fetchall()
    return {process: json.loads(text) for process, text in rows if text}


def _resource_spans(
    resource: dict[str, Any], scope: str | None, spans: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "resource": {"attributes": attributes(resource)},
        "scopeSpans": [{"scope": {"name": scope or ""}, "spans": spans}],
    }


def _call(
    trace_id: str,
    span_id: str,
    parent_id: str | None,
    function: str,
    file: str | None,
    line: int | None,
    ident: int | None,
    thread: str | None,
    start_ns: int,
    duration_ns: int,
    outcome: int | None,
    args: str | None,
    result: str | None,
    exception: str | None,
) -> dict[str, Any]:
    raised = json.loads(exception) if exception else None
    error = str(raised["type"]) if raised and outcome == RAISED else None
    given = {
        "code.function.name": function,
        "code.file.path": file,
        "code.line.number": line,
        "thread.id": ident,
        "thread.name": thread,
        "breadcrumb.args": args,
        "breadcrumb.return": result,
        "error.type": error,
    }
    end = start_ns + duration_ns
    return {
        **_ids(trace_id, span_id, parent_id),
        "name": function,
        "kind": KINDS["INTERNAL"],
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(end),
        "attributes": attributes({name: value for name, value in given.items() if value is not None}),
        "events": [_exception(raised, end)] if raised else [],
        "status": {"code": STATUS["ERROR"], "message": error or ""} if outcome == RAISED else {},
    }


def _exception(raised: dict[str, Any], time_ns: int) -> dict[str, Any]:
    message = raised.get("message")
    text = message if isinstance(message, str) else json.dumps(raised.get("args"))
    given = {"exception.type": str(raised["type"]), "exception.message": text}
    return {"name": "exception", "timeUnixNano": str(time_ns), "attributes": attributes(given)}


def _span(
    trace_id: str,
    span_id: str,
    parent_id: str | None,
    name: str,
    kind: str,
    start_ns: int,
    duration_ns: int,
    status: str,
    message: str | None,
    given: str | None,
    events: str | None,
    links: str | None,
) -> dict[str, Any]:
    return {
        **_ids(trace_id, span_id, parent_id),
        "name": name,
        "kind": KINDS.get(kind, 0),
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(start_ns + duration_ns),
        "attributes": attributes(json.loads(given or "{}")),
        "events": [
            {
                "name": each["name"],
                "timeUnixNano": str(each["time_ns"]),
                "attributes": attributes(each.get("attributes", {})),
            }
            for each in json.loads(events or "[]")
        ],
        "links": [
            {
                "traceId": each["trace_id"],
                "spanId": each["span_id"],
                "attributes": attributes(each.get("attributes", {})),
            }
            for each in json.loads(links or "[]")
        ],
        "status": {"code": STATUS.get(status, 0), "message": message or ""},
    }


def _ids(trace_id: str, span_id: str, parent_id: str | None) -> dict[str, str]:
    ids = {"traceId": trace_id, "spanId": span_id}
    return {**ids, "parentSpanId": parent_id} if parent_id else ids


def attributes(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Attributes as a list of KeyValue."""
    return [{"key": name, "value": any_value(value)} for name, value in given.items()]


def any_value(value: Any) -> dict[str, Any]:
    """A JSON value as an AnyValue."""
    if value is None:
        return {}
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(each) for each in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": attributes(value)}}
    return {"stringValue": str(value)}
