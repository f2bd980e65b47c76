"""Reads a name as words, and tells whether what it holds tells things apart: `request_id`, `etag`."""

import re

from .name_tables import IDENTIFIERS

Words = tuple[str, ...]

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
MARKS = (
    r"\u0300-\u036f\u064b-\u0652\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    r"\u0981-\u0983\u09bc\u09be-\u09cd\u0b82\u0bbe-\u0bcd"
)
"""Vowels and accents that stand by themselves in Hindi, Bengali, Tamil, Thai, Arabic: no letters to `re`."""
_WORD = re.compile(rf"(?:[^\W_]|[{MARKS}])+")
_IDENTIFIERS = frozenset(IDENTIFIERS.split())


def words(name: str) -> Words:
    """The lower-case words of a name, digits at their ends taken off."""
    found = _WORD.findall(_HUMP.sub("_", name).lower())
    return tuple(word.rstrip("0123456789") or word for word in found)


def is_identifier(name: str) -> bool:
    """Whether the name ends in a word for an identifier."""
    parts = words(name)
    while len(parts) > 1 and parts[-1].isdecimal():
        parts = parts[:-1]
    return bool(parts) and (parts[-1] in _IDENTIFIERS or "".join(parts[-2:]) in _IDENTIFIERS)
