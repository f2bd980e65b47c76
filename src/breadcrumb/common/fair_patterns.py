"""Patterns of a project, which somebody else may have written: none holds a program up or allows all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_UNLIKE = ("password", "x9", "Kd3!mQ-7/zP+", "a b")
"""What has nothing in common."""
_MOST_REPEATED = 20
"""A repetition of so many at most is none that grows with the text."""


def unfair_pattern(values: Mapping[str, Any]) -> tuple[str, str] | None:
    """The key of a pattern that may take for ever, or allows everything, and what is wrong with it."""
    allowed = values.get("redaction_allow", ())
    for pattern in (*values.get("redaction_patterns", {}).values(), *allowed):
        if repeats_within_repeats(pattern):
            problem = f"{pattern!r} repeats what repeats, which may take for ever: only your own settings may"
            return "redaction", problem
    for pattern in allowed:
        if all(re.fullmatch(pattern, each) for each in _UNLIKE):
            return "redaction.allow", f"{pattern!r} allows everything"
    return None


def repeats_within_repeats(pattern: str) -> bool:
    """Whether a repetition stands in another: what does not match may take for ever."""
    from re import _parser  # type: ignore[attr-defined]  # what it parses to has no other name

    return _repeats(_parser.parse(pattern), within=False)


def _repeats(parts: Any, *, within: bool) -> bool:
    """Whether one of the parts repeats what repeats; parts are trees of tuples, lists and patterns."""
    if isinstance(parts, tuple) and len(parts) == 2 and str(parts[0]) in ("MAX_REPEAT", "MIN_REPEAT"):
        _, most, inner = parts[1]
        is_long = most > _MOST_REPEATED
        return (is_long and within) or _repeats(inner, within=within or is_long)
    if isinstance(parts, tuple | list) or hasattr(parts, "getwidth"):
        return any(_repeats(each, within=within) for each in parts)
    return False
