"""Opens and checks the database file; the one place that knows its schema's version."""

from __future__ import annotations

import contextlib
import importlib.util
import os
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import stopping
from breadcrumb_exporter_duckdb.base.location import (
    DATABASE,
    UNFINISHED,
    QueryMissing,
    StoreBusy,
    StoreError,
    StoreForeign,
    StoreTooNew,
)
from breadcrumb_exporter_duckdb.base.ownership import SPILL
from breadcrumb_exporter_duckdb.database.shape import beside_tables, tables_of, unlike_newest, unlike_ours
from breadcrumb_exporter_duckdb.database.statements import Sql, identifier, literal, sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = ":memory:"
NAME = DATABASE.split(".")[0]
"""Of the database, where it is the one that is changed."""
SCHEMA_VERSION = 5
"""What schema.sql makes; each version has a file in `migrations` that makes it of the one before."""
MOST_DIGITS = 9
"""Of a schema's number; one that is longer is newer."""
ROW_GROUP = 40_960
"""Rows that are made small together, a multiple of 2,048: of fewer than DuckDB's own 122,880 less waits in
memory, more often whole ones are added, which are not written anew, and a search by place reads less.
"""
SETTINGS: dict[str, str | int | bool] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_enable_replacements": False,
    "preserve_insertion_order": False,
}
"""What every connection of ours is opened with: nothing is fetched, nothing is read by accident."""


def require() -> None:
    """QueryMissing where duckdb or pyarrow is not installed."""
    for name in ("duckdb", "pyarrow"):
        if importlib.util.find_spec(name) is None:
            raise QueryMissing(
                f"reading the store needs {name}, which is not installed here",
                "install the extra `query`, here or where you ask with --store",
            )


def connect(path: str, threads: int) -> DuckDBPyConnection:
    """A connection to a database file or to `:memory:`, which writes nothing beside it."""
    import duckdb

    settings = SETTINGS if path != MEMORY else {**SETTINGS, "temp_directory": ""}
    connection = duckdb.connect(path, config={**settings, "threads": threads})
    connection.execute("SET enable_progress_bar = false")  # else `python -c` gets one on its standard output
    stopping.add(connection.interrupt)
    return connection


def attach(connection: DuckDBPyConnection, store: Path, name: str) -> None:
    """Attach the store's database, to be read; what does not fit into memory goes into the store."""
    file, name_there = literal(store / DATABASE), identifier(name)
    sql("ATTACH {file} AS {name} (READ_ONLY)", file=file, name=name_there).execute(connection)
    if os.access(store, os.W_OK):
        _spill_into(connection, store)


def opened(store: Path, threads: int, *, has_log: bool = True) -> DuckDBPyConnection:
    """A connection to the store's database, to be changed: made where there is none, else up to date.

    Without a log nothing is there for good before a CHECKPOINT, and what is added is written once.
    StoreTooNew as of `check`.
    """
    connection = connect(MEMORY, threads)
    try:
        is_new = not (store / DATABASE).exists()
        if is_new:
            _create_file(connection, store)
        _use(connection, store / DATABASE, has_log=has_log)
        _spill_into(connection, store)
        if not is_new:
            _bring_up_to_date(connection, store)
    except BaseException:
        connection.close()
        raise
    return connection


def _use(connection: DuckDBPyConnection, file: Path, *, has_log: bool = True) -> None:
    query = sql(
        "ATTACH {file} AS {name} (RECOVERY_MODE {mode}, ROW_GROUP_SIZE {rows}); USE {name}",
        file=literal(file),
        name=identifier(NAME),
        mode=literal("DEFAULT" if has_log else "NO_WAL_WRITES"),
        rows=Sql(str(ROW_GROUP)),
    )
    query.execute(connection)


def _spill_into(connection: DuckDBPyConnection, store: Path) -> None:
    sql("SET temp_directory = {spill}", spill=literal(store / SPILL)).execute(connection)


def script(name: str) -> str:
    """The text of one of the package's SQL files."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


def create(connection: DuckDBPyConnection) -> None:
    """Make the tables, all or none."""
    connection.execute(f"BEGIN; {script('schema.sql')}; COMMIT")
    connection.execute("INSERT INTO meta VALUES ('schema_version', ?)", [str(SCHEMA_VERSION)])


def create_file(store: Path) -> None:
    """Make the database file, whole or not at all: a full disk must leave none that cannot be opened."""
    with contextlib.closing(connect(MEMORY, 1)) as connection:
        _create_file(connection, store)


def _create_file(connection: DuckDBPyConnection, store: Path) -> None:
    unfinished = store / UNFINISHED
    unfinished.unlink(missing_ok=True)
    _use(connection, unfinished)
    create(connection)
    sql("USE memory; DETACH {name}", name=identifier(NAME)).execute(connection)
    unfinished.chmod(0o600)
    unfinished.replace(store / DATABASE)


_checked: dict[Path, tuple[int, ...]] = {}
"""Stores whose database, as it is now, this process has found to be ours and up to date."""


def closed(store: Path) -> None:
    """A connection of `opened` is closed, and nobody else has had the store since."""
    _checked[store] = _as_it_is(store)


def check_attached(connection: DuckDBPyConnection, store: Path, schema: str) -> int | None:
    """As `check`, of a database that is attached to be read: once as long as its file does not change."""
    found_there = _as_it_is(store)
    if _checked.get(store) == found_there:
        return SCHEMA_VERSION
    version = check(connection, store, schema)
    if version == SCHEMA_VERSION:
        _checked[store] = found_there
    return version


def _as_it_is(store: Path) -> tuple[int, ...]:
    found = (store / DATABASE).stat()
    has_log = (store / f"{DATABASE}.wal").exists()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns, has_log


def check(connection: DuckDBPyConnection, store: Path, schema: str) -> int | None:
    """The version of the tables in the database `schema`, None where there are none yet.

    StoreTooNew where a newer Breadcrumb made them.
    """
    import duckdb

    _require_nothing_else(store, beside_tables(connection, schema))
    tables = tables_of(connection, schema)
    _require_nothing_else(store, unlike_ours(tables))
    query = sql(
        "SELECT value FROM {schema}.main.meta WHERE name = 'schema_version'", schema=identifier(schema)
    )
    try:
        row = query.execute(connection).fetchone()
    except duckdb.CatalogException:
        return None
    if row is not None and not str(row[0]).isdecimal():
        raise StoreForeign(f"{store / DATABASE} is not read: it says no version", "move it aside")
    if row is not None and len(str(row[0])) < MOST_DIGITS and int(row[0]) == SCHEMA_VERSION:
        _require_nothing_else(store, unlike_newest(tables))
    elif row is not None and (len(str(row[0])) >= MOST_DIGITS or int(row[0]) > SCHEMA_VERSION):
        raise StoreTooNew(
            f"a newer Breadcrumb wrote {store / DATABASE} (schema {row[0]}, this one knows {SCHEMA_VERSION})",
            "update breadcrumb, or name another directory with --store",
        )
    return None if row is None else int(row[0])


def _require_nothing_else(store: Path, found: str | None) -> None:
    """StoreForeign where anything else is in the database: reading it might run what somebody else wrote."""
    if found:
        raise StoreForeign(
            f"{store / DATABASE} is not read: it holds {found}, which none of ours does",
            "move it aside: what the spool holds is kept",
        )


def _bring_up_to_date(connection: DuckDBPyConnection, store: Path) -> None:
    """Make the tables those of this version, all or none; StoreTooNew as of `check`."""
    found = check(connection, store, NAME)
    steps = range((found or SCHEMA_VERSION) + 1, SCHEMA_VERSION + 1)
    if not steps:
        return
    connection.begin()
    try:
        for step in steps:
            connection.execute(script(f"migrations/to_{step}.sql"))
        connection.execute("UPDATE meta SET value = ? WHERE name = 'schema_version'", [str(SCHEMA_VERSION)])
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def unreadable(store: Path, error: Exception) -> StoreError:
    """The error for a database file that DuckDB cannot open or write."""
    first = str(error).splitlines()[0]
    if "lock on file" in first:
        return StoreBusy(f"another program holds {store / DATABASE}", "close it and try again")
    return StoreError(
        f"cannot use {store / DATABASE}: {first}",
        "if it is damaged, move it aside: what the spool holds is kept",
    )
