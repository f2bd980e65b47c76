"""The lock in front of the database file: many readers, or one that folds.

DuckDB's own lock is a POSIX one, which a process loses as soon as it closes the same file elsewhere; two
writers then overwrite each other without an error. flock has no such trap.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import LOCK
from breadcrumb_exporter_duckdb.base.originals import fcntl, os, signal, time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAUSE_SECONDS = 0.01
TELL_SECONDS = 2.0
"""A wait of so long is told."""
LOCKS = Path("/proc/locks")
PROCESSES = Path("/proc")


def tell_nobody(_what: str) -> None:
    """Whoever waits says nothing of it."""


@contextlib.contextmanager
def held(
    store: Path, *, exclusive: bool, wait: float, tell: Callable[[str], None] = tell_nobody
) -> Iterator[bool]:
    """Hold the store's lock; gives False where it could not be had within `wait` seconds.

    `tell` hears once who is waited for, where that takes long. Where the directory cannot be written and
    nobody has made a lock file, there is nobody to lock out.
    """
    file = _open(store)
    if file is None:
        yield not exclusive
        return
    try:
        mode = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
        quickly = min(wait, TELL_SECONDS)
        mine = _take(file, mode, quickly)
        if not mine and wait > quickly:
            tell(f"waiting for {_holder(file)}, which holds {store}")
            mine = _take(file, mode, wait - quickly)
        yield mine
    finally:
        os.close(file)


def _open(store: Path) -> int | None:
    path = store / LOCK
    for flags in (os.O_RDWR | os.O_CREAT, os.O_RDONLY):
        with contextlib.suppress(OSError):
            return files.opened(path, flags)
    return None


def end_background_fold(store: Path) -> bool:
    """End a fold that nobody waits for and that holds the lock; gives whether there was one.

    On a busy machine its low priority lets it hold the lock for minutes. It loses no more than its last step,
    which whoever folds next does again.
    """
    file = _open(store)
    if file is None:
        return False
    try:
        pid = _holder_pid(file)
    finally:
        os.close(file)
    if pid is None or not _folds_in_background(pid, store):
        return False
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGCONT)  # where somebody has stopped it
        return True
    return False


def _folds_in_background(pid: int, store: Path) -> bool:
    """Whether a process is `breadcrumb_exporter_duckdb fold --follow`, or `--all`, of this store."""
    with contextlib.suppress(OSError, ValueError):
        words = (PROCESSES / str(pid) / "cmdline").read_bytes().decode(errors="surrogateescape").split("\0")
        of_store = words[words.index("--store") + 1]
        is_fold = "breadcrumb_exporter_duckdb" in words and "fold" in words
        return is_fold and bool({"--follow", "--all"} & {*words}) and store.samefile(of_store)
    return False


def _holder(file: int) -> str:
    """Whoever has the lock, as far as the system says."""
    pid = _holder_pid(file)
    return "another process" if pid is None else f"process {pid}"


def _holder_pid(file: int) -> int | None:
    inode = f":{os.fstat(file).st_ino}"
    with contextlib.suppress(OSError):
        for line in LOCKS.read_text().splitlines():
            words = line.split()
            if words[1] == "FLOCK" and words[5].endswith(inode):
                return int(words[4])
    return None


def _take(file: int, mode: int, wait: float) -> bool:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, mode | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE_SECONDS)
        else:
            return True
