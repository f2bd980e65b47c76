"""Takes a run into a store that does not hold it: as a spool file that appears whole, folded as any other."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.files import UNBORN
from breadcrumb_exporter_duckdb.base.location import SPOOL
from breadcrumb_exporter_duckdb.base.ownership import prepare, require_access
from breadcrumb_exporter_duckdb.database.exclusive import changing
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.format import encryption
from breadcrumb_exporter_duckdb.writing.spool import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLD_SECONDS = 3600.0


def take_in(store: Path, run_id: str, write: Callable[[Path], object]) -> bool:
    """Let `write` make the spool file of a run; False where the store holds it already. Raises StoreError."""
    require_access(store, writing=True)
    prepare(store)
    encryption.prepare(store)
    fold(store, seconds=FOLD_SECONDS, prune=False)
    name = f"{time.time_ns():020d}-{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"
    unborn = store / SPOOL / (name + UNBORN)
    try:
        with changing(store) as connection:
            if connection.execute("SELECT 1 FROM fact WHERE run_id = ? LIMIT 1", [run_id]).fetchone():
                return False
            write(unborn)
            unborn.rename(store / SPOOL / name)
    finally:
        unborn.unlink(missing_ok=True)
    fold(store, seconds=FOLD_SECONDS)
    return True
