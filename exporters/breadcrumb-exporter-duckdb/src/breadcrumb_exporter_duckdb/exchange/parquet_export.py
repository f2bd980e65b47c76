"""A run as a directory of Parquet files, written from the views, which change less than the tables.

run.json        what it is: format, version, run_id and the number of rows in each file
calls.parquet   the view `calls`, without calls that have not ended: those are facts
spans.parquet   the view `spans`
facts.parquet   the view `facts`
"""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.database.statements import Sql, literal, sql

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

FORMAT = "breadcrumb run"
VERSION = 1
MANIFEST = "run.json"
QUERIES = {
    "calls": """SELECT * FROM calls WHERE run_id = {run} AND status <> 'open'
        ORDER BY start_ns, ordinal, span_key""",
    "spans": "SELECT * FROM spans WHERE run_id = {run} ORDER BY start_ns, span_id",
    "facts": "SELECT * FROM facts WHERE run_id = {run} ORDER BY process, kind, key",
}


def write_parquet(connection: DuckDBPyConnection, run_id: str, folder: Path) -> dict[str, int]:
    """Write the run into the new directory `folder`, all or nothing; gives the rows of each file.

    Raises StoreError where it exists or cannot be written.
    """
    import duckdb

    if os.path.lexists(folder):
        raise StoreError(f"{folder} exists already", "name a directory that does not")
    partial = folder.with_name(f"{folder.name}.partial-{os.urandom(4).hex()}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial.mkdir(mode=0o700)
        rows = {
            name: _copy(connection, sql(text, run=run_id), partial / f"{name}.parquet")
            for name, text in QUERIES.items()
        }
        manifest = {"format": FORMAT, "version": VERSION, "run_id": run_id, "rows": rows}
        files.replace(partial / MANIFEST, (json.dumps(manifest, indent=1) + "\n").encode())
        for name in QUERIES:
            (partial / f"{name}.parquet").chmod(0o600)
        partial.rename(folder)  # in the place of an empty directory at most
    except (OSError, duckdb.IOException) as error:
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        raise StoreError(f"cannot write {folder}: {reason}", "name another place, or make room") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return rows


def _copy(connection: DuckDBPyConnection, rows: Sql, path: Path) -> int:
    """Write the rows of a query; how many they are."""
    copy = "COPY ({rows}) TO {path} (FORMAT parquet, COMPRESSION zstd)"
    return sql(copy, rows=rows, path=literal(path)).number(connection)
