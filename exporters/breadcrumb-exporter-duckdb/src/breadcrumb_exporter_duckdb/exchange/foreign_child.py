"""The child process that import_store starts: writes each run of a copy; says null, or what is wrong."""

from __future__ import annotations

import contextlib
import json
import resource
import sys
from pathlib import Path

import duckdb

from breadcrumb_exporter_duckdb.base.location import DATABASE, StoreError
from breadcrumb_exporter_duckdb.database import database
from breadcrumb_exporter_duckdb.database.shape import beside_tables, tables_of, unlike_ours
from breadcrumb_exporter_duckdb.database.statements import joined, literal, sql
from breadcrumb_exporter_duckdb.exchange.parquet_export import write_parquet
from breadcrumb_exporter_duckdb.format.damage import DamageError
from breadcrumb_exporter_duckdb.reading.store import open_store

MEMORY_BYTES = 4 << 30
CPU_SECONDS = 600
FILE_BYTES = 64 << 30


def main(copy: Path, runs: Path) -> None:
    """Answer on stdout; never raises."""
    for limit, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, FILE_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS
            resource.setrlimit(limit, (most, most))
    said = None
    try:
        _require_ours(copy)
        _write(copy, runs)
    except StoreError as error:
        said = error.message
    except (duckdb.Error, MemoryError, OSError, DamageError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
    json.dump(said, sys.stdout)


def _require_ours(copy: Path) -> None:
    """StoreError where its database holds anything but our tables: nothing has been read from it yet."""
    if not (copy / DATABASE).is_file():
        return
    with contextlib.closing(database.connect(database.MEMORY, 1)) as connection:
        database.attach(connection, copy, "store")
        found = beside_tables(connection, "store", foreign=True)
        if found := found or unlike_ours(tables_of(connection, "store")):
            raise StoreError(f"its database holds {found}, which none of ours does")


def _write(copy: Path, runs: Path) -> None:
    with open_store(copy) as reader:
        connection = reader.connection
        allowed = joined(", ", (literal(runs), literal(copy)))
        sql("SET allowed_directories = [{allowed}]", allowed=allowed).execute(connection)
        connection.execute("SET enable_external_access = false; SET lock_configuration = true")
        found = connection.execute("SELECT run_id FROM runs ORDER BY started, run_id").fetchall()
        for number, (run_id,) in enumerate(found):
            write_parquet(connection, run_id, runs / f"{number:06d}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
