"""Log records in OTLP's JSON encoding as spans without a duration, below the span in which they were made.

So they are redacted, known again, kept and shown in trees as spans are; their kind alone tells them apart.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.format.otlp_attributes import given, given_all

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.exchange.otlp_spans import Json

LOG = "LOG"
"""The kind of such a span in the store; OpenTelemetry has none of this name."""
MOST_NAME = 1_000
"""Characters of a text that are the span's name; one that is longer is whole in its attributes."""
BODY, SEVERITY, EVENT = "log.body", "log.severity", "log.event"
_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")


def shortened(span: Json) -> Json:
    """The redacted span with a name that is not too long: a secret that is cut would not have been found."""
    name = span["name"]
    if len(name) > MOST_NAME:
        span["attributes"][BODY] = name
        span["name"] = f"{name[:MOST_NAME]}..."
    return {**span, "kind": LOG}


def as_span(record: Json) -> Json:
    """A record as a span of a request."""
    when = record.get("timeUnixNano")
    when = when if int(when or 0) else record.get("observedTimeUnixNano")
    level = record.get("severityText") or _level(int(record.get("severityNumber") or 0))
    body = record.get("body") or {}
    text, event = body.get("stringValue"), record.get("eventName") or ""
    told = {SEVERITY: {"stringValue": level}} if level else {}
    told |= {EVENT: {"stringValue": event}} if event else {}
    told |= {BODY: body} if body and not text else {}
    more = [{"key": name, "value": value} for name, value in told.items()]
    return {
        "traceId": record.get("traceId"),
        "spanId": _id(record),
        "parentSpanId": record.get("spanId"),
        "name": " ".join(each for each in (level, event, text) if each) or "log",
        "startTimeUnixNano": when,
        "endTimeUnixNano": when,
        "attributes": [*(record.get("attributes") or ()), *more],
        "droppedAttributesCount": record.get("droppedAttributesCount"),
        "flags": record.get("flags"),
    }


def _level(number: int) -> str:
    """What a severity is called: each name has four numbers, from 1 on."""
    return _LEVELS[min((number - 1) // 4, len(_LEVELS) - 1)] if number > 0 else ""


def _id(record: Json) -> str:
    """An id for a record, which has none: that of the same record when it is sent again, however encoded."""
    numbers = ("timeUnixNano", "observedTimeUnixNano", "severityNumber", "flags", "droppedAttributesCount")
    said = [
        *(str(record.get(name) or "").lower() for name in ("traceId", "spanId")),
        *(int(record.get(name) or 0) for name in numbers),
        *(record.get(name) or "" for name in ("severityText", "eventName")),
        given(record.get("body") or {}),
        given_all(record.get("attributes") or ()),
    ]
    text = json.dumps(said, sort_keys=True, default=bytes.hex)
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()
