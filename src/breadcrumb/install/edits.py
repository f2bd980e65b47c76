"""What the editors of the three formats share: the entry that is written, and the error where none can be."""

from __future__ import annotations

import json
from typing import Any

NAME = "breadcrumb"
"""Of our entry, in every client."""
Entry = dict[str, Any]
"""Strings, numbers, booleans and lists of strings by name."""


class CannotEditError(ValueError):
    """The settings are not written as they should be, or in a way that we do not edit."""


def value(each: object) -> str:
    """A value as JSON writes it, which TOML and YAML read alike."""
    return json.dumps(each)
