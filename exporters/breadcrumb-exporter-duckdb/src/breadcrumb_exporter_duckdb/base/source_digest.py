"""What a source file held: its digest, by which one sees later whether it is still the file that ran."""

from __future__ import annotations

import os
import stat
from functools import lru_cache

LARGEST = 16_000_000
"""Bytes of a file that is read: its name is the store's, which somebody else may have made."""


def read(path: str) -> tuple[int, bytes] | None:
    """Read when a Python file changed last (ns since the epoch) and what it holds; None of anything else."""
    try:
        found = os.stat(path)
        if not path.endswith(".py") or not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST:
            return None
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_mtime_ns, file.read(LARGEST)
    except (OSError, ValueError):
        return None


def digest(content: bytes) -> str:
    """Give what tells a content from others."""
    from hashlib import blake2b  # most commands need none

    return blake2b(content, digest_size=8).hexdigest()


def source_fact(path: str) -> dict[str, object] | None:
    """Tell what a file holds now, and since when; None where it is no Python file that can be read."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    return _told(path, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=10_000)
def _told(path: str, _changed_ns: int, _size: int) -> dict[str, object] | None:
    """Read a file once as long as it looks the same."""
    found = read(path)
    return found and {"key": path, "digest": digest(found[1]), "changed_ns": found[0]}
