"""Writes the database anew without what is free in it; a crash leaves the old file or the new one, whole."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import DATABASE, UNFINISHED, StoreError
from breadcrumb_exporter_duckdb.database import database
from breadcrumb_exporter_duckdb.database.exclusive import alone, changing
from breadcrumb_exporter_duckdb.database.statements import Sql, identifier, literal, sql

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection


def compact(store: Path) -> tuple[int, int]:
    """The database's size in bytes before and after. Raises StoreError where nothing was changed."""
    import duckdb

    with changing(store) as connection:
        connection.execute("CHECKPOINT")  # what the log holds goes into the file that is copied
    file, fresh = store / DATABASE, store / UNFINISHED
    with alone(store):
        before = file.stat().st_size
        try:
            fresh.unlink(missing_ok=True)
            _copy(file, fresh)
            fresh.chmod(0o600)
            _sync(fresh)
        except (OSError, duckdb.Error) as error:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            reason = str(error).splitlines()[0]
            raise StoreError(
                f"not compacted, nothing was changed: {reason}", "make room and try again"
            ) from error
        fresh.replace(file)
        _sync(store)
        return before, file.stat().st_size


def _copy(file: Path, fresh: Path) -> None:
    with contextlib.closing(database.connect(":memory:", 1)) as connection:
        connection.execute("SET preserve_insertion_order = true")
        sql("ATTACH {file} AS store (READ_ONLY)", file=literal(file)).execute(connection)
        sql("ATTACH {fresh} AS fresh", fresh=literal(fresh)).execute(connection)
        connection.execute("COPY FROM DATABASE store TO fresh")
        if _counts(connection, "store") != _counts(connection, "fresh"):
            raise OSError("the copy differs from the original")
        connection.execute("CHECKPOINT fresh; DETACH fresh; DETACH store")


def _counts(connection: DuckDBPyConnection, name: str) -> list[tuple[str, int]]:
    tables = sql(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = {name} ORDER BY table_name", name=name
    ).column(connection)
    return [(table, _count(connection, identifier(name), identifier(table))) for table in tables]


def _count(connection: DuckDBPyConnection, name: Sql, table: Sql) -> int:
    return sql("SELECT count(*) FROM {name}.{table}", name=name, table=table).number(connection)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
