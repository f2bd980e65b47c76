"""Reads a Python command line as the interpreter itself does: which flags, and what it runs.

Launcher and traced process share it, so that what one checks is what the other traces. Standard library only.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from breadcrumb_redaction.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

ISOLATING = "IES"
"""Flags under which the interpreter does not run our bootstrap: isolated, no environment, no site."""
_WITH_ARGUMENT = "WX"
_LONG_WITH_ARGUMENT = "--check-hash-based-pycs"


class Kind(Enum):
    """What an interpreter was told to run."""

    SCRIPT = "script"
    MODULE = "-m"
    CODE = "-c"
    STDIN = "-"


class PythonCommand(NamedTuple):
    """An interpreter's command line, read."""

    flags: frozenset[str]
    """Single letters."""
    kind: Kind
    target: str
    """The script's path, the module's name or the code; empty for STDIN."""


def read(words: Sequence[str]) -> PythonCommand:
    """Read what follows the interpreter's own name."""
    flags: set[str] = set()
    rest = iter(words)
    for word in rest:
        if word == "--":
            return _script(flags, next(rest, "-"))
        if word.startswith("--"):
            if word == _LONG_WITH_ARGUMENT:
                next(rest, None)
            continue
        if word == "-" or not word.startswith("-"):
            return _script(flags, word)
        for position, letter in enumerate(word[1:], start=2):
            if letter in "cm":
                kind = Kind.CODE if letter == "c" else Kind.MODULE
                return PythonCommand(frozenset(flags), kind, word[position:] or next(rest, ""))
            if letter in _WITH_ARGUMENT:
                if not word[position:]:
                    next(rest, None)
                break
            flags.add(letter)
    return PythonCommand(frozenset(flags), Kind.STDIN, "")


def _script(flags: set[str], word: str) -> PythonCommand:
    if word == "-":
        return PythonCommand(frozenset(flags), Kind.STDIN, "")
    return PythonCommand(frozenset(flags), Kind.SCRIPT, word)
