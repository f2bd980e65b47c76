"""One open spool file, written to only while its descriptor is still its own.

The program shares the table of file descriptors: it may close all of them (a daemon does) or put a file of
its own in the place of ours. What is then behind the number is never written to, cut or closed.
"""

from __future__ import annotations

import contextlib
import errno
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.files import UNBORN
from breadcrumb_exporter_duckdb.base.originals import fcntl, os, time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDED = "folded.json"
"""Beside the spool files: how many bytes of each were folded."""
MARK = b"\xff\xfeBC"
"""What every file of ours in the spool begins with."""
HIGH = 200
"""Descriptors are taken from here on: the program's own keep the numbers that they have without us."""


class SpoolFile:
    """A file that is locked (flock, shared) until it is closed. Raises OSError where it cannot be made."""

    def __init__(self, path: Path) -> None:
        self._descriptor = _open(path)
        status = os.fstat(self._descriptor)
        self._identity = (status.st_dev, status.st_ino)
        self._path = path
        self.size = 0
        """Bytes of whole frames."""
        self.opened = time.monotonic()

    def is_ours(self) -> bool:
        """Whether the descriptor still leads to the file, and the file still has a name."""
        status = self._status()
        return status is not None and status.st_nlink > 0

    def append(self, pieces: Sequence[bytes | memoryview], *, fsync: bool) -> None:
        """Write all of the pieces or none of them; raises OSError."""
        size = sum(len(piece) for piece in pieces)
        try:
            written = os.writev(self._descriptor, pieces)
            if written < size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
            if fsync:
                os.fsync(self._descriptor)
        except OSError:
            if self.is_ours():
                with contextlib.suppress(OSError):
                    os.ftruncate(self._descriptor, self.size)
            raise
        self.size += size

    def close(self) -> None:
        """Let go of the file; what is written after that raises OSError."""
        if self._status() is not None:
            os.close(self._descriptor)
        self._descriptor = -1

    def _status(self) -> os.stat_result | None:
        """The file's status; None where something else, or nothing, is behind the descriptor."""
        try:
            status = os.fstat(self._descriptor)
        except OSError:
            return None
        return status if (status.st_dev, status.st_ino) == self._identity else None


def begins_as_ours(path: Path) -> bool:
    """Whether the file begins as our spool files and arenas do; also where it is empty."""
    with files.reading(path) as file:
        return MARK.startswith(file.read(len(MARK)))


def _open(path: Path) -> int:
    """Make the file, locked before it gets its name: nobody must take it for finished."""
    unborn = path.with_name(path.name + UNBORN)
    low = files.made(unborn, os.O_WRONLY | os.O_APPEND)
    try:
        fcntl.flock(low, fcntl.LOCK_SH)
        os.rename(unborn, path)
    except OSError:
        os.close(low)
        raise
    try:
        high = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, HIGH)
    except OSError:  # the limit is lower
        return low
    os.close(low)
    return high
