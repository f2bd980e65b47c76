"""How much of a value a call keeps."""

from __future__ import annotations

from breadcrumb_redaction.named_tuple import NamedTuple


class Limits(NamedTuple):
    """Bounds of one snapshot; what lies beyond is marked as cut."""

    depth: int = 4
    """Nested containers that are opened."""
    items: int = 20
    """Elements, keys or fields of one container or instance."""
    string: int = 500
    """Characters of one string, bytes of one bytes object."""
    total: int = 8000
    """Characters of JSON text of one call's arguments, and again of its return."""
    lines: int = 1000
    """Lines that one call of a function chosen for it keeps."""
