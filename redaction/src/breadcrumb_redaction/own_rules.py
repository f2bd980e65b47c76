"""A user's own names and patterns, looked at before they are used."""

import re
from collections.abc import Sequence

from .identifiers import words
from .lazy import lazy

_RULE_NAME = lazy(r"[A-Za-z0-9._\-]+")


class RedactionConfigError(ValueError):
    """A name, pattern or allow entry of the settings cannot be used; the message names it."""


def checked_names(names: Sequence[str]) -> Sequence[str]:
    """Names that have words."""
    for name in names:
        if not words(name):
            raise RedactionConfigError(f"redaction name {name!r} has no letters or digits")
    return names


def compiled(rule: str, pattern: str) -> re.Pattern[str]:
    """A pattern that can be used; raises RedactionConfigError."""
    if not _RULE_NAME.fullmatch(rule):
        raise RedactionConfigError(f"redaction rule name {rule!r}: use letters, digits, '.', '_' and '-'")
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise RedactionConfigError(
            f"redaction pattern {rule!r} {pattern!r} is not a regular expression: {error}"
        ) from error
    if compiled.match(""):
        raise RedactionConfigError(f"redaction pattern {rule!r} {pattern!r} matches the empty text")
    return compiled
