"""What we say to people besides answers: one line on stderr, marked as ours."""

from __future__ import annotations

import contextlib
import sys

_shows_progress = False
ERASE = "\r\x1b[K"
MEGABYTE = 1_000_000


def folding(left: int) -> None:
    """Show on a terminal how many bytes are still to be folded; 0 takes the line away again."""
    global _shows_progress
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if sys.stderr.isatty() and (left >= MEGABYTE or _shows_progress):
            _shows_progress = left > 0
            line = f"breadcrumb: reading what was recorded, {left // MEGABYTE:,} MB left" if left else ""
            sys.stderr.write(ERASE + line)
            sys.stderr.flush()


def say(message: str) -> None:
    """Write one line to stderr; a closed stderr is nobody's error."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"breadcrumb: {message}\n")
        sys.stderr.flush()
