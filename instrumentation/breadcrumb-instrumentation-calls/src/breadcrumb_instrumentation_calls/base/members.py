"""JSON texts of values, the object that has them as its members, and JSON text of plain data."""

from __future__ import annotations

import json.encoder
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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
    return "".join(_encode(plain, 0))


def _unknown(value: object) -> object:
    raise TypeError(f"{type(value).__name__} is no plain value")


# Not of a JSONEncoder: the program may give that class functions, which would live as long as we do.
_encode: Callable[[object, int], Iterable[str]] = json.encoder.c_make_encoder(  # type: ignore[attr-defined]
    None, _unknown, json.encoder.encode_basestring_ascii, None, ": ", ", ", False, False, True
)
