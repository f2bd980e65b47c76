"""A project's settings, which somebody else may have written: none holds a program up, allows all, or weakens
what the user was promised.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_UNLIKE = ("password", "x9", "Kd3!mQ-7/zP+", "a b")
"""What has nothing in common."""
_MOST_REPEATED = 8
"""A repetition of so many at most is none that grows with the text."""
_WEAKENING = {"redaction_allow": (), "redaction_personal": True, "otlp_values": False, "otlp_redaction": True}
"""Fields, and the value of each that sends and shows nothing more."""


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
    """Whether what is repeated matches in several ways: what does not match may take for ever."""
    from re import _parser  # type: ignore[attr-defined]  # what it parses to has no other name

    return _repeats(_parser.parse(pattern), 1)


def _repeats(parts: Any, times: int) -> bool:
    """Whether one of the parts varies, which stand so many times: trees of tuples, lists and patterns."""
    if isinstance(parts, tuple) and len(parts) == 2:
        if str(parts[0]) in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, inner = parts[1]
            return (least != most and times > _MOST_REPEATED) or _repeats(inner, times * most)
        if str(parts[0]) == "BRANCH" and times > _MOST_REPEATED and not _begin_apart(parts[1][1]):
            return True
    if isinstance(parts, tuple | list) or hasattr(parts, "getwidth"):
        return any(_repeats(each, times) for each in parts)
    return False


def _begin_apart(alternatives: Any) -> bool:
    """Whether each of some alternatives begins with a letter of its own."""
    firsts: list[Any] = [each[0] if len(each) else ("",) for each in alternatives]
    letters = {chr(first[1]).lower() for first in firsts if str(first[0]) == "LITERAL"}
    return len(letters) == len(firsts)


def weakened(values: Mapping[str, Any], path: Path) -> list[str]:
    """The fields by which the file of another user sends more, or redacts less; root's counts as ours."""
    try:
        owner = path.stat().st_uid
    except OSError:
        return []
    if owner in (os.geteuid(), 0):
        return []
    return [name for name, harmless in _WEAKENING.items() if name in values and values[name] != harmless]
