"""Spans in OTLP's JSON encoding as the store keeps them: redacted by the same rules as those made here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_exporter_duckdb.base.json_text import spelled
from breadcrumb_exporter_duckdb.exchange import incoming_logs
from breadcrumb_exporter_duckdb.exchange.otlp_spans import (
    HAS_IS_REMOTE,
    IS_REMOTE,
    KINDS,
    SAMPLED,
    STATUS,
    Json,
)
from breadcrumb_exporter_duckdb.format.otlp_attributes import given_all, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from breadcrumb_redaction import Redactor

    _Emitter = tuple[object, Json]
    _Scope = tuple[str, Json]
    _One = Callable[[Json, _Emitter, _Scope], Json]

UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What reading a request raises that is none."""
MOST_NS = 1 << 63
MOST_COUNT = 1 << 32
_KINDS = {number: name for name, number in KINDS.items()}
_STATUS = {number: name for name, number in STATUS.items()}
_TRACE_FLAGS = 0xFF


class Read(NamedTuple):
    """The spans of a request; how many are none, and why the first of these is not."""

    spans: list[Json]
    rejected: int = 0
    reason: str = ""


class Intake:
    """Reads requests with one redactor."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor

    def read(self, request: Json) -> Read:
        """All spans of an ExportTraceServiceRequest. Raises UNREADABLE where it is none."""
        return self._read(request, ("resourceSpans", "scopeSpans", "spans"), self._span)

    def read_logs(self, request: Json) -> Read:
        """All records of an ExportLogsServiceRequest that say their trace, as spans. Raises UNREADABLE."""
        return self._read(request, ("resourceLogs", "scopeLogs", "logRecords"), self._log)

    def _read(self, request: Json, lists: tuple[str, str, str], one: _One) -> Read:
        spans: list[Json] = []
        reasons: list[str] = []
        parts, scopes, items = lists
        for part in _list(request, parts):
            emitter = self._emitter(part)
            for scoped in _list(part, scopes):
                told = self._scope(scoped)
                for each in _list(scoped, items):
                    try:
                        spans.append(one(each, emitter, told))
                    except UNREADABLE as error:
                        reasons.append(str(error) or type(error).__name__)
        return Read(spans, len(reasons), reasons[0] if reasons else "")

    def _log(self, record: Json, emitter: _Emitter, scope: _Scope) -> Json:
        return incoming_logs.shortened(self._span(incoming_logs.as_span(record), emitter, scope))

    def _emitter(self, part: Json) -> _Emitter:
        """The attributes of a resource, and what else is said of it."""
        resource = part.get("resource") or {}
        url, dropped = _text(part, "schemaUrl"), _count(resource, "droppedAttributesCount")
        more = {"schema_url": url, "resource_dropped": dropped}
        return self._attributes(resource), _filled(more)

    def _scope(self, scoped: Json) -> _Scope:
        """The name of a scope, and what else is said of it."""
        scope = scoped.get("scope") or {}
        told = {
            "version": self._redactor.names(_text(scope, "version")),
            "schema_url": _text(scoped, "schemaUrl"),
            "attributes": self._attributes(scope),
            "dropped": _count(scope, "droppedAttributesCount"),
        }
        return spelled(self._redactor.names(_text(scope, "name"))), _filled(told)

    def _span(self, span: Json, emitter: _Emitter, scope: _Scope) -> Json:
        flags = _count(span, "flags")
        status = span.get("status") or {}
        dropped = [_count(span, f"dropped{what}Count") for what in ("Attributes", "Events", "Links")]
        more = {
            **_brought(span, flags),
            "parent_remote": flags & IS_REMOTE and flags & HAS_IS_REMOTE and True,
            "dropped": dropped if any(dropped) else None,
            **emitter[1],
            "scope": scope[1],
        }
        return {
            "trace_id": _id(span, "traceId", 16),
            "span_id": _id(span, "spanId", 8),
            "parent_id": _id(span, "parentSpanId", 8) if span.get("parentSpanId") else None,
            "name": self._text(span, "name"),
            "kind": _KINDS.get(_count(span, "kind"), "INTERNAL"),
            "scope": scope[0],
            "start_ns": _time(span, "startTimeUnixNano"),
            "end_ns": _time(span, "endTimeUnixNano"),
            "status": _STATUS.get(_count(status, "code"), "UNSET"),
            "status_message": self._text(status, "message") or None,
            "attributes": self._attributes(span),
            "events": [self._event(each) for each in _list(span, "events")],
            "links": [self._link(each) for each in _list(span, "links")],
            "resource": emitter[0],
            "otlp": {name: value for name, value in more.items() if value or name == "flags"} or None,
        }

    def _event(self, event: Json) -> Json:
        named = {"name": self._text(event, "name"), "time_ns": _time(event, "timeUnixNano")}
        return {**named, **self._nested(event)}

    def _link(self, link: Json) -> Json:
        flags = _count(link, "flags")
        ids = {"trace_id": _id(link, "traceId", 16), "span_id": _id(link, "spanId", 8)}
        remote = {"remote": True} if flags & IS_REMOTE else {}
        return {**ids, **_brought(link, flags), **remote, **self._nested(link)}

    def _nested(self, told: Json) -> Json:
        more = {"attributes": self._attributes(told), "dropped": _count(told, "droppedAttributesCount")}
        return _filled(more)

    def _text(self, told: Json, name: str) -> str:
        return spelled(self._redactor.text(_text(told, name)))

    def _attributes(self, told: Json) -> dict[str, object]:
        redacted = self._redactor.attributes(given_all(_list(told, "attributes")))
        return {spelled(name): plain(value, self._redactor.text) for name, value in redacted.items()}


def _brought(told: Json, flags: int) -> Json:
    """Tracestate and flags, where there is anything but "sampled"."""
    state = spelled(_text(told, "traceState"))
    trace_flags = flags & _TRACE_FLAGS
    return {
        **({"trace_state": state} if state else {}),
        **({"flags": trace_flags} if trace_flags != SAMPLED else {}),
    }


def _filled(told: Mapping[str, Any]) -> Json:
    return {name: value for name, value in told.items() if value}


def _list(told: Json, name: str) -> list[Json]:
    found = told.get(name) or []
    if not isinstance(found, list):
        raise ValueError(f"{name} is no list")
    return found


def _text(told: Json, name: str) -> str:
    found = told.get(name) or ""
    if not isinstance(found, str):
        raise ValueError(f"{name} is no text")
    return found


def _count(told: Json, name: str) -> int:
    found = int(told.get(name) or 0)
    if not 0 <= found < MOST_COUNT:
        raise ValueError(f"{name} is {found}")
    return found


def _time(told: Json, name: str) -> int:
    found = int(told.get(name) or 0)
    if not 0 < found < MOST_NS:
        raise ValueError(f"{name} is no time")
    return found


def _id(told: Json, name: str, size: int) -> str:
    found = bytes.fromhex(_text(told, name))
    if len(found) != size or not any(found):
        raise ValueError(f"{name} is no id of {size} bytes")
    return found.hex()
