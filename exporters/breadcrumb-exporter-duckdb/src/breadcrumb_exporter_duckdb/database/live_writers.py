"""Who writes to a store now: the processes whose spool files are locked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.format.encryption import seal_of
from breadcrumb_exporter_duckdb.format.frame import scan
from breadcrumb_exporter_duckdb.writing.spool import is_finished, spool_files

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True)
class Writer:
    """A process that writes, or wrote, as the first frame of its file says."""

    path: Path
    run_id: str
    process: str
    pid: int


def writers(store: Path) -> list[Writer]:
    """Everyone whose file holds a frame already."""
    return owners(path for path in spool_files(store) if not is_finished(path))


def owners(paths: Iterable[Path]) -> list[Writer]:
    """Who wrote these spool files; those without a frame are left out."""
    found = []
    for path in paths:
        with files.reading(path) as file:
            first = next(scan(file, seal=seal_of(path)), None)
        if first is not None and first.frame is not None:
            frame = first.frame
            found.append(Writer(path, frame.run_id, frame.process, frame.pid))
    return found
