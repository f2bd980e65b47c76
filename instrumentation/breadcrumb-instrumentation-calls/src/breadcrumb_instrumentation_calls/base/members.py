"""JSON texts of values, the object that has them as its members, and JSON text of plain data."""

from __future__ import annotations

import json.encoder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Texts = tuple["str | None", ...]
"""A text for each value, None where there is none."""


def as_object(keys: Iterable[str], texts: Iterable[str | None]) -> str:
    """The object of these members; keys are JSON text already."""
    members = zip(keys, texts, strict=True)
    return "{" + ", ".join(f"{key}: {text}" for key, text in members if text is not None) + "}"


def as_json(plain: object) -> str:
    """JSON text of dicts with str keys, lists, tuples, str, int, bool and None, in ASCII.

    `json.dumps` makes a function each time, and CPython up to 3.13 crashes where there is no memory for one.
    """
    if isinstance(plain, dict):
        return "{" + ", ".join([f"{as_json(key)}: {as_json(value)}" for key, value in plain.items()]) + "}"
    if isinstance(plain, list | tuple):
        return "[" + ", ".join([as_json(item) for item in plain]) + "]"
    if isinstance(plain, str):
        return json.encoder.encode_basestring_ascii(plain)
    return _WORDS[plain] if plain is None or isinstance(plain, bool) else str(plain)


_WORDS: dict[object, str] = {None: "null", True: "true", False: "false"}
