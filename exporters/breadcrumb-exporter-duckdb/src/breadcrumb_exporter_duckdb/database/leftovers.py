"""Finds what dead processes left in the spool and nobody can read, once it is as old as a run may get."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.format.arena import arena_files
from breadcrumb_exporter_duckdb.format.spool_file import begins_as_ours
from breadcrumb_exporter_duckdb.writing.spool import is_finished, spool_files

if TYPE_CHECKING:
    from pathlib import Path

    from breadcrumb_exporter_duckdb.base.retention import Retention

DAY_SECONDS = 86_400


def debris(store: Path, retention: Retention) -> list[Path]:
    """The files that go; asked by whoever holds the store, when all that can be read is folded."""
    if not retention.days:
        return []
    oldest = time.time() - retention.days * DAY_SECONDS
    return [
        path
        for path in (*spool_files(store), *arena_files(store))
        if not path.is_symlink()
        and path.stat().st_mtime < oldest
        and begins_as_ours(path)
        and is_finished(path)
    ]
