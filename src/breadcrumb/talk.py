"""What we say to people besides answers: one line on stderr, marked as ours."""

from __future__ import annotations

import contextlib
import sys


def say(message: str) -> None:
    """Write one line to stderr; a closed stderr is nobody's error."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"breadcrumb: {message}\n")
        sys.stderr.flush()
