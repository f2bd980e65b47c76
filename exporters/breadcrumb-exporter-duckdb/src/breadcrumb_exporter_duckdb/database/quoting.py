"""Names and texts as SQL writes them, for what cannot be a bound parameter."""

from __future__ import annotations


def identifier(name: str) -> str:
    """A table's or a column's name."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """A text, a path say."""
    return "'" + str(text).replace("'", "''") + "'"
