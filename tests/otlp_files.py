"""Reads files in OTLP's JSON encoding."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from typing import Any


def as_protobuf_json(value: Any) -> Any:
    """OTLP writes ids in hex, where protobuf's own JSON has base64."""
    if isinstance(value, list):
        return [as_protobuf_json(each) for each in value]
    if isinstance(value, dict):
        ids = ("traceId", "spanId", "parentSpanId")
        return {
            name: urlsafe_b64encode(bytes.fromhex(each)).decode() if name in ids else as_protobuf_json(each)
            for name, each in value.items()
        }
    return value
