"""Calls, and spans of other instrumentations, in OTLP's JSON encoding.

Ids are hexadecimal and 64-bit numbers are text, as the encoding wants them
(https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding). The names of attributes are spelled out
here because a reader does not import OpenTelemetry; a test holds them to those that the tracer writes.
"""

from __future__ import annotations

import json
from typing import Any

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_exporter_duckdb.format.otlp_attributes import key_values

Json = dict[str, Any]
SCOPE = "breadcrumb_instrumentation_calls"
KINDS = {"INTERNAL": 1, "SERVER": 2, "CLIENT": 3, "PRODUCER": 4, "CONSUMER": 5}
STATUS = {"UNSET": 0, "OK": 1, "ERROR": 2}
RAISED = 1
SAMPLED, HAS_IS_REMOTE, IS_REMOTE = 1, 0x100, 0x200
"""Flags of spans and links."""


class CallRow(NamedTuple):
    """A call, with its values as JSON texts."""

    trace_id: str
    span_id: str
    parent_id: str | None
    function: str
    file: str | None
    line: int | None
    ident: int | None
    thread: str | None
    start_ns: int
    duration_ns: int
    outcome: int | None
    exception: str | None
    extra: str | None
    args: str | None
    result: str | None


class SpanRow(NamedTuple):
    """A span of another instrumentation, as the store has it."""

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: str
    start_ns: int
    end_ns: int
    status: str
    message: str | None
    attributes: str | None
    events: str | None
    links: str | None


def resource_spans(resource: Json, scope: Json, spans: list[Json]) -> Json:
    """Spans of one emitter and one scope."""
    by = {"name": scope.get("name") or "", "version": scope.get("version", "")}
    dropped = scope.get("dropped", 0)
    return {
        "resource": {
            "attributes": key_values(resource.get("attributes", {})),
            "droppedAttributesCount": resource.get("dropped", 0),
        },
        "schemaUrl": resource.get("schema_url", ""),
        "scopeSpans": [
            {
                "scope": {
                    **by,
                    "attributes": key_values(scope.get("attributes", {})),
                    "droppedAttributesCount": dropped,
                },
                "schemaUrl": scope.get("schema_url", ""),
                "spans": spans,
            }
        ],
    }


def of_call(call: CallRow, *, values: bool = True) -> Json:
    """A call that has ended; without `values` nothing of it that the program computed."""
    raised = json.loads(call.exception) if call.exception else None
    error = str(raised["type"]) if raised and call.outcome == RAISED else None
    given = {
        "code.function.name": call.function,
        "error.type": error,
        "breadcrumb.args": call.args if values else None,
        "breadcrumb.return": call.result if values else None,
        "code.file.path": call.file,
        "code.line.number": call.line,
        "thread.id": call.ident,
        "thread.name": call.thread,
    }
    lines, left_out = _lines(call, values=values)
    if left_out:
        given["breadcrumb.lines_left_out"] = left_out
    end = call.start_ns + call.duration_ns
    return {
        **_ids(call.trace_id, call.span_id, call.parent_id),
        "flags": SAMPLED | HAS_IS_REMOTE,
        "name": call.function,
        "kind": KINDS["INTERNAL"],
        "startTimeUnixNano": str(call.start_ns),
        "endTimeUnixNano": str(end),
        "attributes": key_values({name: value for name, value in given.items() if value is not None}),
        "events": [*lines, *([_exception(raised, end, values=values)] if raised else [])],
        "status": {"code": STATUS["ERROR"], "message": error or ""} if call.outcome == RAISED else {},
    }


def _lines(call: CallRow, *, values: bool) -> tuple[list[Json], int]:
    """The lines of a call as events, and how many of them were not kept."""
    ran = json.loads(call.extra).get("lines", ()) if call.extra else ()
    kept = [_line(call.start_ns, each, values=values) for each in ran if isinstance(each, list)]
    return kept, sum(each["@more"] for each in ran if isinstance(each, dict))


def _line(start_ns: int, line: list[Any], *, values: bool) -> Json:
    number, after_ns, *changed = line
    given = {"code.line.number": number}
    if values and changed and changed[0]:
        given["breadcrumb.changed"] = json.dumps(changed[0])
    return {
        "name": "breadcrumb.line",
        "timeUnixNano": str(start_ns + after_ns),
        "attributes": key_values(given),
    }


def _exception(raised: Json, time_ns: int, *, values: bool) -> Json:
    kind = told = str(raised["type"])
    given = {"exception.type": kind}
    if values:
        message = raised.get("message")
        text = message if isinstance(message, str) else json.dumps(raised.get("args"))
        given["exception.message"] = text
        told = f"{kind}: {text}" if text else kind
    given["exception.stacktrace"] = _stacktrace(raised, told)
    return {"name": "exception", "timeUnixNano": str(time_ns), "attributes": key_values(given)}


def _stacktrace(raised: Json, told: str) -> str:
    """The frame that raised it, as Python writes it."""
    if raised.get("file") is None:
        return told
    place = f'File "{raised["file"]}", line {raised["line"]}, in {raised["function"]}'
    return f"Traceback (most recent call last):\n  {place}\n{told}"


def of_span(span: SpanRow, told: Json) -> Json:
    """A span of another instrumentation; `told` is what else OpenTelemetry says of it."""
    attributes, happened, linked = told.get("dropped", (0, 0, 0))
    return {
        **_ids(span.trace_id, span.span_id, span.parent_id),
        **_brought(told, remote=told.get("parent_remote", False)),
        "name": span.name,
        "kind": KINDS.get(span.kind, 0),
        "startTimeUnixNano": str(span.start_ns),
        "endTimeUnixNano": str(span.end_ns),
        "attributes": key_values(json.loads(span.attributes or "{}")),
        "droppedAttributesCount": attributes,
        "events": [_event(each) for each in json.loads(span.events or "[]")],
        "droppedEventsCount": happened,
        "links": [_link(each) for each in json.loads(span.links or "[]") if not each.get("waiting")],
        "droppedLinksCount": linked,
        "status": {"code": STATUS.get(span.status, 0), "message": span.message or ""},
    }


def _event(event: Json) -> Json:
    return {"name": event["name"], "timeUnixNano": str(event["time_ns"]), **_attributes(event)}


def _link(link: Json) -> Json:
    brought = _brought(link, remote=link.get("remote", False))
    return {**_ids(link["trace_id"], link["span_id"], None), **brought, **_attributes(link)}


def _attributes(told: Json) -> Json:
    given = key_values(told.get("attributes", {}))
    return {"attributes": given, "droppedAttributesCount": told.get("dropped", 0)}


def _brought(told: Json, *, remote: bool) -> Json:
    """Tracestate, and flags: those of the trace, and whether the parent or what is linked is remote."""
    flags = told.get("flags", SAMPLED) | HAS_IS_REMOTE | (IS_REMOTE if remote else 0)
    return {"traceState": told.get("trace_state", ""), "flags": flags}


def _ids(trace_id: str, span_id: str, parent_id: str | None) -> dict[str, str]:
    ids = {"traceId": trace_id, "spanId": span_id}
    return {**ids, "parentSpanId": parent_id} if parent_id else ids
