"""JSON texts of values, and the object that has them as its members."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Texts = tuple["str | None", ...]
"""A text for each value, None where there is none."""


def as_object(keys: Iterable[str], texts: Iterable[str | None]) -> str:
    """The object of these members; keys are JSON text already."""
    members = zip(keys, texts, strict=True)
    return "{" + ", ".join(f"{key}: {text}" for key, text in members if text is not None) + "}"
