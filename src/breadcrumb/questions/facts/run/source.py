"""The text of source lines, as long as the file is still the one that ran; secrets in it are replaced."""

from __future__ import annotations

import ast
import os
import stat
import sys
import tokenize
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from breadcrumb_redaction import Redactor

ANY_NS = sys.maxsize
"""The moment to name where a file's text is wanted also if it has changed."""
LARGEST = 16_000_000
"""Bytes of a file that is read: its name is the store's, which somebody else may have made."""


def source_line(file: str, line: int, ran_ns: int) -> str | None:
    """Give a line of a Python file as it stands there; None where the file changed after `ran_ns`."""
    changed_ns, lines = _read(file)
    if not 0 < line <= len(lines) or changed_ns > ran_ns:
        return None
    return _redactor().text(lines[line - 1].rstrip())


def text_between(file: str, first: int, last: int) -> str:
    """Give lines of a Python file, as it stands now, as one."""
    _, lines = _read(file)
    return _redactor().text(" ".join(line.strip() for line in lines[first - 1 : last]))


def lines_of(file: str, line: int, ran_ns: int) -> tuple[str, ...] | None:
    """Give all lines of the file in which a function begins at `line`; None where they are others now."""
    changed_ns, lines = _read(file)
    return lines if 0 < line <= len(lines) and changed_ns <= ran_ns else None


def tree_of(file: str, ran_ns: int) -> ast.Module | None:
    """Parse a Python file; None where it is no longer the one that ran at that moment, or cannot be read."""
    return None if is_changed(file, ran_ns) else _parsed(file)


def is_changed(file: str, ran_ns: int) -> bool:
    """Tell whether a file that is there is another one than ran at that moment."""
    return _read(file)[0] > ran_ns


@cache
def _redactor() -> Redactor:
    from breadcrumb_redaction import Redactor  # most answers quote no line

    return Redactor()


@cache
def _parsed(file: str) -> ast.Module | None:
    _, lines = _read(file)
    try:
        return ast.parse("".join(lines)) if lines else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@cache
def _read(file: str) -> tuple[int, tuple[str, ...]]:
    """Read when a file changed (ns since the epoch), and its lines; none where it cannot be read."""
    try:
        found = os.stat(file)
        if not file.endswith(".py") or not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            return 0, ()
        with tokenize.open(file) as opened:
            return os.fstat(opened.fileno()).st_mtime_ns, tuple(opened)
    except (OSError, SyntaxError, ValueError):
        return 0, ()
