"""Moves whole frames from the spool into the database, under the lock, and removes what is done with."""

from __future__ import annotations

import contextlib
import json
import os
import time
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files, own_process
from breadcrumb_exporter_duckdb.base.files import UNBORN
from breadcrumb_exporter_duckdb.base.location import (
    SPOOL,
    StoreBusy,
    StoreError,
    StoreMissing,
    is_encrypted,
)
from breadcrumb_exporter_duckdb.base.lock import held, tell_nobody
from breadcrumb_exporter_duckdb.base.records import dataclass, field, replace
from breadcrumb_exporter_duckdb.database import database, pruning
from breadcrumb_exporter_duckdb.database.leftovers import debris
from breadcrumb_exporter_duckdb.database.live_writers import owners, writers
from breadcrumb_exporter_duckdb.database.loading import (
    Entry,
    Ledger,
    Progress,
    Step,
    load,
    load_once,
    load_step,
    pending,
    read_ledger,
    unloadable,
)
from breadcrumb_exporter_duckdb.format import arena
from breadcrumb_exporter_duckdb.format.arena import arena_files
from breadcrumb_exporter_duckdb.format.spool_file import FOLDED
from breadcrumb_exporter_duckdb.writing.spool import is_finished, spool_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from duckdb import DuckDBPyConnection

UNBORN_SECONDS = 60.0
MEMORY_MB = 80
"""What DuckDB may use while it folds, as long as that is enough: it keeps what it wrote up to there."""
LOG_MB = 64
"""What is added before the tables are written anew: with each time what they have last is packed again."""
THREADS = 1
"""A step is one row group of each table, which more threads do not share: they only take memory and time."""
ARENAS = 32
"""Files of processes that are gone that are loaded together, 2 MB each."""


def fold(
    store: Path,
    *,
    seconds: float = 2.0,
    wait: float = 2.0,
    prune: bool = True,
    tell: Callable[[str], None] = tell_nobody,
) -> Progress:
    """Fold for about `seconds`, after waiting up to `wait` seconds for whoever holds the store.

    `tell` hears who that is, where it takes long. When all is folded, what is beyond the limits of the
    retention goes, unless `prune` is false. Raises StoreMissing, StoreBusy,
    StoreTooNew or StoreError; what was folded by then stays folded.
    """
    database.require()
    if not store.is_dir():
        raise StoreMissing(f"there is no store at {store}", "run a program under breadcrumb first")
    if is_encrypted(store):
        raise StoreError(f"the store {store} is encrypted, so there is no database", "questions need none")
    with held(store, exclusive=True, wait=wait, tell=tell) as mine:
        if not mine:
            raise StoreBusy(f"the store {store} is held by someone else", "try again")
        return _fold(store, time.monotonic() + seconds, prune=prune)


def _fold(store: Path, until: float, *, prune: bool) -> Progress:
    own_process.lighten_duckdb()
    import duckdb

    try:
        with contextlib.closing(database.opened(store, THREADS, has_log=False)) as connection:
            connection.execute(f"SET memory_limit = '{MEMORY_MB}MB'; SET checkpoint_threshold = '{LOG_MB}MB'")
            ledger = _forget_removed(connection, store)
            progress = load(connection, store, ledger, until=until)
            recovered = _recover(connection, store, until)
            progress = replace(
                progress, calls=progress.calls + recovered.calls, unrecovered=recovered.files_left
            )
            _keep_for_good(connection)
            ledger = read_ledger(connection)
            if prune and (progress.calls or progress.spans):
                _prune(connection, store, ledger)
        database.closed(store)
    except duckdb.Error as error:
        raise database.unreadable(store, error) from error
    for path in recovered.files:
        path.unlink(missing_ok=True)
    _remove_finished(store, ledger)
    _tell_writers(store, ledger)
    return progress


def _keep_for_good(connection: DuckDBPyConnection) -> None:
    """Write all that was loaded to the file; within the bound for memory where that is enough.

    Without it DuckDB keeps what it packs again, which is more the more there was to load.
    """
    import duckdb

    with contextlib.suppress(duckdb.OutOfMemoryException):
        connection.execute("CHECKPOINT")
    connection.execute("RESET memory_limit")
    connection.execute("CHECKPOINT")


def _prune(connection: DuckDBPyConnection, store: Path, ledger: Ledger) -> None:
    """Let go of what is beyond the limits, but of no run from which more is to come."""
    alive = frozenset(each.run_id for each in (*writers(store), *owners(pending(store, ledger))))
    retention = pruning.in_force(connection)
    if going := pruning.plan(connection, retention, now_ns=time.time_ns(), alive=alive):
        pruning.prune(connection, going)
        connection.execute("CHECKPOINT")
    for path in debris(store, retention):
        _remove(path)


def _tell_writers(store: Path, ledger: Ledger) -> None:
    """Say how far the files still there were folded: whoever makes room counts only the rest as lost."""
    with contextlib.suppress(OSError):
        positions = {
            path.name: ledger[path.name].position for path in spool_files(store) if path.name in ledger
        }
        told = store / SPOOL / FOLDED
        if positions or os.path.lexists(told):
            files.replace(told, json.dumps(positions).encode())


@dataclass
class _Recovered:
    """What was taken from processes that are gone: calls, from files that can go, and files left."""

    calls: int = 0
    files: list[Path] = field(default_factory=list)
    files_left: int = 0


def _recover(connection: DuckDBPyConnection, store: Path, until: float) -> _Recovered:
    """Load what processes that are gone had recorded and not yet handed on.

    It is the turn of a process when all that it did hand on is loaded, so that nothing comes twice: it is
    seen to be gone first, then to have nothing pending. What cannot be read stays, and is told.
    """
    ledger = read_ledger(connection)
    gone = [path for path in arena_files(store) if path.name not in ledger and is_finished(path)]
    unread = {_pid(path) for path in pending(store, ledger)}
    ready = [path for path in gone if _pid(path) not in unread]
    recovered, done = _Recovered(), 0
    while done < len(ready) and (not done or time.monotonic() < until):
        _recover_these(connection, ready[done : done + ARENAS], recovered)
        done += ARENAS
    recovered.files_left = len(gone) - min(done, len(ready))
    return recovered


def _pid(path: Path) -> str:
    """The process that a file of the spool is named after."""
    return path.name.split("-")[1]


def _recover_these(connection: DuckDBPyConnection, paths: list[Path], recovered: _Recovered) -> None:
    try:
        frames = [frame for path in paths if (frame := arena.read(path)) is not None]
        recovered.calls += load_once(connection, frames) if frames else 0
    except unloadable():
        if len(paths) > 1:
            for path in paths:
                _recover_these(connection, [path], recovered)
        else:
            (path,) = paths
            load_step(connection, Step(entries={path.name: Entry(0, path.stat().st_size, "unreadable")}))
    else:
        recovered.files += paths


def _forget_removed(connection: DuckDBPyConnection, store: Path) -> Ledger:
    ledger = read_ledger(connection)
    there = {path.name for path in (*spool_files(store), *arena_files(store))}
    gone = [name for name in ledger if name not in there]
    if gone:
        connection.execute("DELETE FROM ledger WHERE spool IN (SELECT unnest(?))", [gone])
    return {name: entry for name, entry in ledger.items() if name in there}


def _remove_finished(store: Path, ledger: Ledger) -> None:
    """Remove files that are wholly folded, undamaged and written by nobody; called when that is on disk."""
    left = {path.name for path in pending(store, ledger)}
    for path in spool_files(store):
        if path.name not in left and not ledger.get(path.name, Entry()).damaged:
            _remove(path)
    for path in files.named(store / SPOOL, UNBORN):
        if time.time() - path.stat().st_mtime > UNBORN_SECONDS:
            _remove(path)


def _remove(path: Path) -> None:
    """Remove a file that nobody writes to and that did not grow since it was folded."""
    with contextlib.suppress(OSError):
        size = path.stat().st_size
        if is_finished(path) and path.stat().st_size == size:
            path.unlink()
