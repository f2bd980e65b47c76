"""Removes what was recorded, and nothing else: no link is followed, no foreign file and no setting removed.

What running processes write to stays; readers and folders are waited for.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.files import UNBORN, is_file
from breadcrumb_exporter_duckdb.base.location import (
    DATABASE,
    MARKER,
    SPOOL,
    UNFINISHED,
    StoreError,
    StoreMissing,
)
from breadcrumb_exporter_duckdb.base.ownership import is_signed, require_access
from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.exclusive import alone
from breadcrumb_exporter_duckdb.format.arena import SUFFIX as ARENA
from breadcrumb_exporter_duckdb.format.spool_file import FOLDED, begins_as_ours
from breadcrumb_exporter_duckdb.writing.spool import SUFFIX, is_finished

if TYPE_CHECKING:
    from pathlib import Path

DATABASE_FILES = (DATABASE, f"{DATABASE}.wal", UNFINISHED, f"{UNFINISHED}.wal")


@dataclass(frozen=True)
class Cleared:
    """What went, in files and bytes, and what stayed in the spool."""

    files: int
    size: int
    written_to: tuple[str, ...]
    """Files that a running process writes to."""
    foreign: tuple[str, ...]
    """What is not ours, or a link."""


def clear(store: Path) -> Cleared:
    """Remove every run. Raises StoreMissing, StoreBusy or StoreError."""
    check(store)
    written_to, foreign, going = [], [], []
    with alone(store):
        for path in _candidates(store):
            in_spool = path.parent.name == SPOOL and path.name != FOLDED
            if not is_file(path) or (in_spool and not begins_as_ours(path)):
                foreign.append(path.name)
            elif in_spool and not is_finished(path):
                written_to.append(path.name)
            else:
                going.append(path)
        if not written_to and is_file(store / MARKER):
            going.append(store / MARKER)
        size = sum(path.stat().st_size for path in going)
        try:
            for path in going:
                path.unlink()
        except OSError as error:
            raise StoreError(f"cannot remove {path}: {error.strerror}", "nothing else is wrong") from error
    return Cleared(len(going), size, tuple(written_to), tuple(foreign))


def check(store: Path) -> None:
    """StoreError unless the directory is a store of ours."""
    if not os.path.lexists(store):
        raise StoreMissing(f"there is no store at {store}", "nothing is to be removed")
    require_access(store)
    if not is_signed(store):
        raise StoreError(f"{store} is no store of ours", "nothing was removed")
    if not os.access(store, os.W_OK | os.X_OK):
        raise StoreError(f"the store {store} is not writable", "nothing was removed")


def _candidates(store: Path) -> list[Path]:
    found = [store / name for name in DATABASE_FILES if os.path.lexists(store / name)]
    spool = store / SPOOL
    if spool.is_dir() and not spool.is_symlink():
        endings = (SUFFIX, ARENA, SUFFIX + UNBORN, ARENA + UNBORN)
        found += sorted(path for path in spool.iterdir() if path.name.endswith(endings))
        found += [spool / FOLDED] if os.path.lexists(spool / FOLDED) else []
    return found
