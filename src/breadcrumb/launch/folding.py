"""Folds the spool while the program runs, in a process of its own, so that less is left at its end.

That begins once the spool has grown. When we end, however that is, it folds the rest and ends too: it sees
the end of a pipe that we hold. Standard library only.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import StoreError, is_encrypted

if TYPE_CHECKING:
    from pathlib import Path

READERS = ("duckdb", "pyarrow")
"""What a process that folds or reads needs to be installed."""
LOOK_SECONDS = 2.0
"""How often the spool is looked at."""
ENOUGH_BYTES = 4 << 20
"""Of a spool: less is folded quickly when the program has ended."""


class Folding:
    """Watches the spool of a running program."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._ended = _thread.allocate_lock()
        """Held until the program has ended."""
        self._watching = _thread.allocate_lock()
        self._pipe: int | None = None
        self._pid: int | None = None
        """The folding process, as long as it runs."""

    def start(self) -> None:
        """Look at the spool from time to time, on a thread of our own."""
        self._ended.acquire()
        if not is_encrypted(self._store):
            self._watching.acquire()
            _thread.start_new_thread(self._watch, ())

    def stop(self) -> None:
        """Nothing more is to come: let the folding process fold the rest, for which nobody waits."""
        self._ended.release()
        with self._watching:
            pass
        if self._pipe is not None:
            os.close(self._pipe)

    def _watch(self) -> None:
        try:
            while not self._ended.acquire(timeout=LOOK_SECONDS):
                if self._pid is not None and self._was_ended(self._pid):
                    self._pid = None
                if self._pid is None and spool_bytes(self._store) >= ENOUGH_BYTES:
                    if not all(find_spec(name) for name in READERS):
                        break
                    self._begin()
        finally:
            self._watching.release()

    def _was_ended(self, pid: int) -> bool:
        """Whether somebody who asks has ended the folding process, to fold in its place."""
        with contextlib.suppress(ChildProcessError):
            ended, status = os.waitpid(pid, os.WNOHANG)
            return ended == pid and os.waitstatus_to_exitcode(status) == -signal.SIGTERM
        return False

    def _begin(self) -> None:
        if self._pipe is not None:
            os.close(self._pipe)
            self._pipe = None
        told, pipe = os.pipe()
        null = (os.POSIX_SPAWN_OPEN, os.devnull, os.O_WRONLY, 0)
        actions = [(os.POSIX_SPAWN_DUP2, told, 0), *((null[0], number, *null[1:]) for number in (1, 2))]
        words = ["-m", "breadcrumb_exporter_duckdb", "fold", "--store", str(self._store), "--follow"]
        with contextlib.suppress(OSError):
            self._pid = os.posix_spawn(
                sys.executable, [sys.executable, "-P", *words], os.environ, file_actions=actions, setsid=True
            )
            self._pipe = pipe
        os.close(told)


def spool_bytes(store: Path) -> int:
    """How much is not folded; 0 where that cannot be known."""
    from breadcrumb_exporter_duckdb.writing.spool import spool_files  # the launcher starts without it

    try:
        return sum(path.stat().st_size for path in spool_files(store))
    except (OSError, StoreError):
        return 0
