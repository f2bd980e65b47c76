"""What a store holds and what it takes, read without folding it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import DATABASE, StoreBusy, StoreMissing
from breadcrumb_exporter_duckdb.base.lock import held
from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database import database, pruning
from breadcrumb_exporter_duckdb.database.exclusive import WAIT_SECONDS
from breadcrumb_exporter_duckdb.database.live_writers import Writer, writers
from breadcrumb_exporter_duckdb.database.loading import Entry, pending, read_ledger
from breadcrumb_exporter_duckdb.format.arena import arena_files
from breadcrumb_exporter_duckdb.writing.spool import spool_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class StoredRun:
    """A run in the database: its span in nanoseconds since 1970, its rows."""

    run_id: str
    start_ns: int
    last_ns: int
    calls: int
    pinned: bool
    pruned: bool
    """Whether its beginning is gone."""


@dataclass(frozen=True)
class Inventory:
    """A store's runs, the newest last, and its sizes in bytes."""

    runs: tuple[StoredRun, ...]
    database: int
    free: int
    """What of the database `compact` would give back."""
    spool: int
    unfolded: int
    writers: tuple[Writer, ...]


def inventory(store: Path) -> Inventory:
    """Take stock. Raises StoreMissing, StoreBusy, StoreTooNew or StoreError."""
    file = store / DATABASE
    if not file.is_file() and not spool_files(store):
        raise StoreMissing(f"there is no store at {store}", "run a program with `breadcrumb run` first")
    database.require()
    runs, free, ledger = _read(store, file) if file.is_file() else ((), 0, {})
    unfolded = sum(
        path.stat().st_size - ledger.get(path.name, Entry()).position for path in pending(store, ledger)
    )
    return Inventory(
        runs=runs,
        database=file.stat().st_size if file.is_file() else 0,
        free=free,
        spool=sum(path.stat().st_size for path in (*spool_files(store), *arena_files(store))),
        unfolded=unfolded,
        writers=tuple(writers(store)),
    )


@contextlib.contextmanager
def attached(store: Path) -> Iterator[DuckDBPyConnection]:
    """A connection that reads the database's own tables."""
    import duckdb

    with held(store, exclusive=False, wait=WAIT_SECONDS) as mine:
        if not mine:
            raise StoreBusy(f"the store {store} is being written by someone else", "try again")
        try:
            with contextlib.closing(database.connect(":memory:", 2)) as connection:
                database.attach(connection, store, "store")
                database.check_attached(connection, store, "store")
                connection.execute("USE store")
                yield connection
        except duckdb.Error as error:
            raise database.unreadable(store, error) from error


def _read(store: Path, file: Path) -> tuple[tuple[StoredRun, ...], int, dict[str, Entry]]:
    with attached(store) as connection:
        counted = dict(connection.execute("SELECT run_id, count(*) FROM call GROUP BY run_id").fetchall())
        sql = "SELECT DISTINCT run_id FROM fact WHERE kind = ?"
        pruned = {run_id for (run_id,) in connection.execute(sql, [pruning.PRUNED]).fetchall()}
        runs = tuple(
            StoredRun(
                run.run_id,
                run.start_ns,
                run.last_ns,
                counted.get(run.run_id, 0),
                run.pinned,
                run.run_id in pruned,
            )
            for run in pruning.stored_runs(connection)
        )
        used = pruning.used_bytes(connection)
        return runs, max(file.stat().st_size - used, 0), read_ledger(connection)
