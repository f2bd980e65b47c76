"""The database, held alone and open for changes other than folding."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import DATABASE, StoreBusy, StoreMissing
from breadcrumb_exporter_duckdb.base.lock import held
from breadcrumb_exporter_duckdb.base.ownership import require_access
from breadcrumb_exporter_duckdb.database import database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

WAIT_SECONDS = 10.0


@contextlib.contextmanager
def alone(store: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold the store while nobody reads or folds it. Raises StoreBusy after `wait` seconds."""
    with held(store, exclusive=True, wait=wait) as mine:
        if not mine:
            raise StoreBusy(f"the store {store} is held by someone else, or not writable", "try again")
        yield


@contextlib.contextmanager
def changing(store: Path) -> Iterator[DuckDBPyConnection]:
    """A connection to the store's database. Raises StoreMissing, StoreBusy, StoreTooNew or StoreError."""
    database.require()
    import duckdb

    require_access(store, writing=True)
    if not (store / DATABASE).is_file():
        raise StoreMissing(f"there is no store at {store}", "run a program with `breadcrumb run` first")
    with alone(store):
        try:
            with contextlib.closing(database.connect(str(store / DATABASE), 2)) as connection:
                database.check(connection, store, database.NAME)
                yield connection
        except duckdb.Error as error:
            raise database.unreadable(store, error) from error
