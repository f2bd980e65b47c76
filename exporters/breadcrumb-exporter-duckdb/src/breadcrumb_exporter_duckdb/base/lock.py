"""The lock in front of the database file: many readers, or one that folds.

DuckDB's own lock is a POSIX one, which a process loses as soon as it closes the same file elsewhere; two
writers then overwrite each other without an error. flock has no such trap.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import LOCK
from breadcrumb_exporter_duckdb.base.originals import fcntl, os, time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAUSE_SECONDS = 0.01


@contextlib.contextmanager
def held(store: Path, *, exclusive: bool, wait: float) -> Iterator[bool]:
    """Hold the store's lock; gives False where it could not be had within `wait` seconds.

    Where the directory cannot be written and nobody has made a lock file, there is nobody to lock out.
    """
    file = _open(store)
    if file is None:
        yield not exclusive
        return
    try:
        yield _take(file, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH, time.monotonic() + wait)
    finally:
        os.close(file)


def _open(store: Path) -> int | None:
    path = store / LOCK
    for flags in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        with contextlib.suppress(OSError):
            return files.opened(path, flags)
    return None


def _take(file: int, mode: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(file, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE_SECONDS)
        else:
            return True
