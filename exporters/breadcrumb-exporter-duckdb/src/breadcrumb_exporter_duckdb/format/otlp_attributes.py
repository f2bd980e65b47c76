"""Attributes of spans: OpenTelemetry's values as the store's JSON, and that as OTLP's JSON; none is lost."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from breadcrumb_exporter_duckdb.base.json_text import spelled

INT_BITS = 63
LEVELS = 32
"""How deep values that come from elsewhere may be nested."""
_FLOATS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
"""How Python spells what JSON cannot say, and how OTLP does."""


def plain(value: object, redacted: Callable[[str], str] = str) -> object:
    """The value as JSON can say it; what it cannot say becomes an object whose `@` names the type.

    `redacted` takes the secrets out of the text of bytes; other texts have none any more.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return spelled(value)
    if isinstance(value, int):
        return value if value.bit_length() <= INT_BITS else {"@": "int", "@text": str(value)}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"@": "float", "@text": str(value)}
    if isinstance(value, Mapping):
        return {_key(str(key)): plain(each, redacted) for key, each in value.items()}
    if isinstance(value, bytes):
        return _bytes(value, redacted)
    if isinstance(value, Sequence):
        return [plain(each, redacted) for each in value]
    return {"@": type(value).__qualname__}


def _key(key: str) -> str:
    return spelled(f"@{key}" if key.startswith("@") else key)


def _bytes(value: bytes, redacted: Callable[[str], str]) -> object:
    text = value.decode("utf-8", "replace")
    told = redacted(text)
    if told != text:
        return {"@": "bytes", "@length": len(value), "@head": spelled(told[:100])}
    return {"@": "bytes", "@length": len(value), "@base64": base64.b64encode(value).decode()}


def key_values(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Attributes of the store as OTLP's list of KeyValue."""
    return [{"key": name, "value": any_value(value)} for name, value in given.items()]


def any_value(value: Any) -> dict[str, Any]:
    """A JSON value of the store as OTLP's AnyValue."""
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
        return _object(value)
    return {"stringValue": str(value)}


def given(any_value: Mapping[str, Any], levels: int = LEVELS) -> object:
    """OTLP's AnyValue as the value that OpenTelemetry was given. Raises ValueError where it is none."""
    if not levels:
        raise ValueError(f"a value is nested in more than {LEVELS} others")
    for kind, value in any_value.items():
        if kind == "stringValue":
            return str(value)
        if kind == "boolValue":
            return bool(value)
        if kind == "intValue":
            return int(value)
        if kind == "doubleValue":
            return float(value)
        if kind == "bytesValue":
            return base64.b64decode(value)
        if kind == "arrayValue":
            return [given(each, levels - 1) for each in value.get("values", ())]
        if kind == "kvlistValue":
            return given_all(value.get("values", ()), levels - 1)
    return None


def given_all(key_values: Sequence[Mapping[str, Any]], levels: int = LEVELS) -> dict[str, object]:
    """OTLP's list of KeyValue as a mapping. Raises ValueError as `given`."""
    return {str(each["key"]): given(each.get("value") or {}, levels) for each in key_values}


def _object(value: dict[str, Any]) -> dict[str, Any]:
    if value.get("@") == "bytes" and "@base64" in value:
        return {"bytesValue": value["@base64"]}
    if value.get("@") == "float" and value.get("@text") in _FLOATS:
        return {"doubleValue": _FLOATS[value["@text"]]}
    members = {name[1:] if name.startswith("@@") else name: each for name, each in value.items()}
    return {"kvlistValue": {"values": key_values(members)}}
