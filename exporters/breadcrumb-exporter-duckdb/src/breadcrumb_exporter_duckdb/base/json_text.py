"""JSON text that DuckDB takes: it refuses a whole text for one lone surrogate, so these are spelled out.

Python reads as lone surrogates what is not UTF-8: words of a command line, names of files, of threads, of
modules. Standard library only: the launcher writes through this as well.
"""

from __future__ import annotations

from typing import Any

from breadcrumb_exporter_duckdb.base.originals import json

_ESCAPED = "\\ud"
"""What is in the JSON text of every surrogate (also of those that are a pair)."""


def dumps(value: Any) -> str:
    """The value's JSON text, in ASCII."""
    text = json.dumps(value, separators=(",", ":"))
    return json.dumps(spelled_out(value), separators=(",", ":")) if _ESCAPED in text else text


def loads(text: bytes) -> Any:
    """The value of a JSON text in ASCII, which need not be one that `dumps` wrote."""
    value = json.loads(text)
    return spelled_out(value) if _ESCAPED.encode() in text else value


def restated(text: str) -> str:
    """JSON text as `dumps` writes it, where that makes a difference."""
    return dumps(json.loads(text)) if _ESCAPED in text or not _is_whole(text) else text


def spelled_out(value: Any) -> Any:
    """A JSON value, with the lone surrogates in its strings written as `\\udc80`."""
    if isinstance(value, str):
        return spelled(value)
    if isinstance(value, dict):
        return {spelled_out(key): spelled_out(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [spelled_out(each) for each in value]
    return value


def spelled(text: str) -> str:
    """The text with lone surrogates spelled out."""
    return text if _is_whole(text) else text.encode("utf-8", "backslashreplace").decode("utf-8")


def _is_whole(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode("utf-8"))
    except UnicodeEncodeError:
        return False
