"""Appends frames to a process's spool file: one write() each, so that a frame is kept as soon as it returns.

A file is locked (flock, shared) for as long as its process writes to it; readers take a file whose lock they
get for finished. Every file stands for itself: it opens with all facts that its rows may refer to.
Standard library only: the launcher writes through this as well.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files, system_errors
from breadcrumb_exporter_duckdb.base.location import SPOOL, StoreError, is_encrypted
from breadcrumb_exporter_duckdb.base.originals import _thread, fcntl, json, os, sys, time
from breadcrumb_exporter_duckdb.base.ownership import prepare
from breadcrumb_exporter_duckdb.format import arena, encryption
from breadcrumb_exporter_duckdb.format.frame import MERGED, Columns, Frame, Pack, pieces, sealed
from breadcrumb_exporter_duckdb.format.spool_file import SpoolFile
from breadcrumb_exporter_duckdb.writing import fork
from breadcrumb_exporter_duckdb.writing.spool_limit import make_room

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


Fact = tuple[str, str]
SUFFIX = ".spool"
REPEATED = frozenset({"process", "code", "thread", "task"})
PASSING = frozenset({"thread", "task"})
"""Kinds of facts that grow without end while a process runs for weeks: only the newest are repeated."""
MOST_PASSING = 2_000
ROTATE_BYTES = 64 << 20
ROTATE_SECONDS = 300.0
FILES = 4
"""So many files at least fit into the spool's room."""
_PYTHON = sys.version.split()[0]


class SpoolWriter:
    """Writes one process's frames; safe for threads and across fork: the child starts a file of its own.

    With `traced=False` (the launcher) no `process` and `end` facts are written. Where the spool takes more
    than `room` bytes (0: no limit) when a file begins, the oldest calls go. A failed write raises OSError or
    StoreError; what it carried is lost, the next one starts a new file that repeats the facts.
    """

    def __init__(
        self,
        store: Path,
        *,
        run_id: str,
        resource: Mapping[str, object] | None = None,
        traced: bool = True,
        fsync: bool = False,
        room: int = 0,
        rotate_bytes: int = ROTATE_BYTES,
        rotate_seconds: float = ROTATE_SECONDS,
    ) -> None:
        self.store = store
        self.run_id = run_id
        self._traced = traced
        self._fsync = fsync
        self._room = room
        self._rotate_bytes = min(rotate_bytes, room // FILES) if room else rotate_bytes
        self._rotate_seconds = rotate_seconds
        self._facts: dict[tuple[str, str | int], dict[str, object]] = {}
        self._crowded = MOST_PASSING
        self._begin(os.getppid())
        self.describe(resource=dict(resource or {}))
        fork.writers.add(self)

    def describe(self, **members: object) -> None:
        """Add members to the `process` fact; they are written at the head of the next file."""
        if self._traced:
            self._facts.setdefault(("process", ""), {"key": ""}).update(members)

    def write(
        self,
        columns: Columns | None = None,
        facts: Sequence[Fact] = (),
        spans: Sequence[Mapping[str, object]] = (),
        pack: Pack | None = None,
    ) -> None:
        """Append one frame, its texts made small where somebody knows how."""
        with self._lock:
            for kind, text in facts:
                self._remember(kind, text)
            file = self._file
            if file is None or self._is_worn(file):
                facts = [*self._head(), *(fact for fact in facts if fact[0] not in REPEATED)]
                file = self._open()
            frame = Frame(self.process_id, self.run_id, os.getpid(), columns or {}, facts, spans)
            try:
                file.append(sealed(pieces(frame, pack), self._seal, file.size), fsync=self._fsync)
            except OSError:
                self._drop()
                raise

    def lend(self, size: int, layout: str) -> tuple[int, int] | None:
        """A file with `size` bytes of memory that outlives the process: its descriptor, and where they begin.

        `layout` (JSON) says what will lie where. None where there is no room, no lock that lasts, or
        where the store is encrypted.
        """
        if sys.platform != "linux" or os.getpid() != self._pid:
            return None
        path = self.store / SPOOL / self._name(arena.SUFFIX)
        owner = {"process": self.process_id, "run_id": self.run_id, "pid": self._pid}
        try:
            prepare(self.store)
            encryption.prepare(self.store)
            if is_encrypted(self.store):
                return None
            file = arena.make(path, size, {**owner, "layout": json.loads(layout)})
        except (OSError, StoreError, ValueError) as error:
            system_errors.pass_on(error)
            return None
        self._arenas.append(path)
        return file, arena.HEAD

    def close(self, how: str | None = "exit") -> None:
        """Write the `end` fact (unless nothing was ever written, or `how` is None) and let go of the file."""
        if self._traced and how is not None and self._file is not None:
            end = {"key": "", "how": how, "end_ns": time.time_ns()}
            self.write(facts=[("end", json.dumps(end))])
        with self._lock:
            self._drop()
        for path in self._arenas:
            with contextlib.suppress(OSError):
                os.unlink(path)
        self._arenas.clear()

    def _begin(self, parent_pid: int) -> None:
        """Take on the identity of a new process."""
        self._lock = _thread.RLock()
        """Re-entrant: a signal handler of the program may flush while its thread writes."""
        self._file: SpoolFile | None = None
        self._seal: encryption.Seal | None = None
        self.process_id = os.urandom(8).hex()
        self._pid = os.getpid()
        self._named_ns = 0
        self._arenas: list[Path] = []
        """Memory that was lent; what is in it was written in frames when the writer is closed."""
        self.describe(
            pid=os.getpid(),
            parent_pid=parent_pid,
            run_id=self.run_id,
            start_ns=time.time_ns(),
            python=_PYTHON,
            executable=sys.executable,
        )

    def after_fork_in_child(self) -> None:
        """Leave the parent's file alone, and begin another with the next frame."""
        self._drop()
        self._begin(os.getppid())

    def _remember(self, kind: str, text: str) -> None:
        if kind in REPEATED:
            fact = json.loads(text)
            known = self._facts.get((kind, fact["key"]), {}) if kind in MERGED else {}
            self._facts[kind, fact["key"]] = {**known, **fact}
            if len(self._facts) >= self._crowded:
                self._forget_passing()

    def _forget_passing(self) -> None:
        """Drop the facts of threads and tasks that have probably ended: earlier files hold them."""
        passing = [key for key in self._facts if key[0] in PASSING]
        for key in passing[: -MOST_PASSING // 2]:
            del self._facts[key]
        self._crowded = len(self._facts) + MOST_PASSING

    def _head(self) -> list[Fact]:
        return [(kind, json.dumps(fact)) for (kind, _), fact in self._facts.items()]

    def _is_worn(self, file: SpoolFile) -> bool:
        """Whether the next frame goes into a new file."""
        age = time.monotonic() - file.opened
        return file.size >= self._rotate_bytes or age >= self._rotate_seconds or not file.is_ours()

    def _open(self) -> SpoolFile:
        prepare(self.store)
        encryption.prepare(self.store)
        path = self.store / SPOOL / self._name(SUFFIX)
        self._seal = encryption.seal_of(path)
        file = SpoolFile(path)
        self._drop()
        self._file = file
        if self._room:
            with contextlib.suppress(
                OSError, StoreError, ValueError, KeyError, TypeError
            ):  # unread: it stays
                make_room(self.store, spool_files(self.store), self._room, is_finished)
        return file

    def _name(self, suffix: str) -> str:
        """A name that sorts after earlier ones even where the clock was set back: of facts the last wins."""
        self._named_ns = max(time.time_ns(), self._named_ns + 1)
        return f"{self._named_ns:020d}-{os.getpid()}-{os.urandom(4).hex()}{suffix}"

    def _drop(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            file.close()


def is_finished(path: Path) -> bool:
    """Whether no process writes to that spool file any more."""
    file = files.opened(path)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(file)
    return True


def spool_files(store: Path) -> list[Path]:
    """The store's spool files, oldest first."""
    return files.named(store / SPOOL, SUFFIX)
