"""A run in OTLP's JSON encoding: one ExportTraceServiceRequest a line, as a Collector reads it from a file.

Ids are hexadecimal and 64-bit numbers are text, as the encoding wants them
(https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). The names of attributes are spelled out
here because a reader does not import OpenTelemetry; a test holds them to those that the tracer writes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.format.otlp_attributes import key_values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

SPANS = 1_000
"""Spans of one line."""
SCOPE = "breadcrumb_instrumentation_calls"
KINDS = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
STATUS = {"UNSET": 0, "OK": 1, "ERROR": 2}
RAISED = 1
SAMPLED, HAS_IS_REMOTE, IS_REMOTE = 1, 0x100, 0x200
"""Flags of spans and links."""

_CALLS = """
SELECT c.process, c.trace_id, c.span_id, c.parent_span_id, c.function, c.file, c.line, t.ident, c.thread,
    c.start_ns, c.duration_ns, c.outcome, c.args::VARCHAR, c."return"::VARCHAR, c.exception::VARCHAR
FROM calls c LEFT JOIN threads t ON t.process = c.process AND t.key = c.thread_id
WHERE c.run_id = ? AND c.status <> 'open' ORDER BY c.process, c.start_ns, c.ordinal
"""
_SPANS = """
SELECT resource::VARCHAR, scope, otlp::VARCHAR, trace_id, span_id, parent_span_id, name, kind, start_ns,
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
            _resource_spans(*resources.get(process, ({}, {"name": SCOPE})), spans)
            for process, spans in grouped.items()
        ]
        yield _line(parts), len(rows)
    cursor = connection.execute(_SPANS, [run_id])
    while rows := cursor.fetchmany(SPANS):
        others: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for resource, scope, otlp, *values in rows:
            told = json.loads(otlp or "{}")
            emitter = {"attributes": json.loads(resource or "{}"), "schema_url": told.pop("schema_url", "")}
            by = json.dumps({"name": scope, **told.pop("scope", {})})
            others.setdefault((json.dumps(emitter), by), []).append(_span(told, *values))
        parts = [
            _resource_spans(json.loads(emitter), json.loads(by), spans)
            for (emitter, by), spans in others.items()
        ]
        yield _line(parts), len(rows)


def _line(parts: list[dict[str, Any]]) -> str:
    return json.dumps({"resourceSpans": parts}, separators=(",", ":"), ensure_ascii=False)


def _resources(
    connection: DuckDBPyConnection, run_id: str
) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """What emitted the calls of each process: its resource, and the tracer."""
    sql = """SELECT process, (value->'$.resource')::VARCHAR, (value->'$.instrumentation')::VARCHAR
        FROM facts WHERE kind = 'process' AND run_id = ?"""
    return {
        process: ({"attributes": json.loads(resource or "{}")}, {"name": SCOPE, **json.loads(tracer or "{}")})
        for process, resource, tracer in connection.execute(sql, [run_id]).fetchall()
    }


def _resource_spans(
    resource: dict[str, Any], scope: dict[str, Any], spans: list[dict[str, Any]]
) -> dict[str, Any]:
    by = {"name": scope.get("name") or "", "version": scope.get("version", "")}
    return {
        "resource": {"attributes": key_values(resource.get("attributes", {}))},
        "schemaUrl": resource.get("schema_url", ""),
        "scopeSpans": [
            {
                "scope": {**by, "attributes": key_values(scope.get("attributes", {}))},
                "schemaUrl": scope.get("schema_url", ""),
                "spans": spans,
            }
        ],
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
        "attributes": key_values({name: value for name, value in given.items() if value is not None}),
        "events": [_exception(raised, end)] if raised else [],
        "status": {"code": STATUS["ERROR"], "message": error or ""} if outcome == RAISED else {},
    }


def _exception(raised: dict[str, Any], time_ns: int) -> dict[str, Any]:
    message = raised.get("message")
    text = message if isinstance(message, str) else json.dumps(raised.get("args"))
    kind = str(raised["type"])
    given = {
        "exception.type": kind,
        "exception.message": text,
        "exception.stacktrace": _stacktrace(raised, f"{kind}: {text}" if text else kind),
    }
    return {"name": "exception", "timeUnixNano": str(time_ns), "attributes": key_values(given)}


def _stacktrace(raised: dict[str, Any], told: str) -> str:
    """The frame that raised it, as Python writes it."""
    if raised.get("file") is None:
        return told
    place = f'File "{raised["file"]}", line {raised["line"]}, in {raised["function"]}'
    return f"Traceback (most recent call last):\n  {place}\n{told}"


def _span(
    told: dict[str, Any],
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
    attributes, happened, linked = told.get("dropped", (0, 0, 0))
    return {
        **_ids(trace_id, span_id, parent_id),
        **_brought(told, remote=told.get("parent_remote", False)),
        "name": name,
        "kind": KINDS.get(kind, 0),
        "startTimeUnixNano": str(start_ns),
        "endTimeUnixNano": str(start_ns + duration_ns),
        "attributes": key_values(json.loads(given or "{}")),
        "droppedAttributesCount": attributes,
        "events": [_event(each) for each in json.loads(events or "[]")],
        "droppedEventsCount": happened,
        "links": [_link(each) for each in json.loads(links or "[]") if not each.get("waiting")],
        "droppedLinksCount": linked,
        "status": {"code": STATUS.get(status, 0), "message": message or ""},
    }


def _event(event: dict[str, Any]) -> dict[str, Any]:
    return {"name": event["name"], "timeUnixNano": str(event["time_ns"]), **_attributes(event)}


def _link(link: dict[str, Any]) -> dict[str, Any]:
    brought = _brought(link, remote=link.get("remote", False))
    return {**_ids(link["trace_id"], link["span_id"], None), **brought, **_attributes(link)}


def _attributes(told: dict[str, Any]) -> dict[str, Any]:
    given = key_values(told.get("attributes", {}))
    return {"attributes": given, "droppedAttributesCount": told.get("dropped", 0)}


def _brought(told: dict[str, Any], *, remote: bool) -> dict[str, Any]:
    """Tracestate, and flags: those of the trace, and whether the parent or what is linked is remote."""
    flags = told.get("flags", SAMPLED) | HAS_IS_REMOTE | (IS_REMOTE if remote else 0)
    return {"traceState": told.get("trace_state", ""), "flags": flags}


def _ids(trace_id: str, span_id: str, parent_id: str | None) -> dict[str, str]:
    ids = {"traceId": trace_id, "spanId": span_id}
    return {**ids, "parentSpanId": parent_id} if parent_id else ids
