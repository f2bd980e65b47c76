"""What a database of ours holds: tables, and nothing that would run when they are read."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import identifier, joined, sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    Tables = Mapping[str, list[tuple[str, str]]]

_NEVER = {
    "a view": "SELECT view_name FROM duckdb_views() WHERE NOT internal AND database_name = {database}",
    "a trigger": "SELECT trigger_name FROM duckdb_triggers() WHERE database_name = {database}",
    "a computed column": """SELECT table_name FROM duckdb_tables()
        WHERE database_name = {database}
            AND (temporary OR sql ILIKE '%GENERATED%' OR sql ILIKE '% DEFAULT%')""",
    "a constraint": "SELECT table_name FROM duckdb_constraints() WHERE database_name = {database}",
    "a type": "SELECT type_name FROM duckdb_types() WHERE NOT internal AND database_name = {database}",
    "a sequence": "SELECT sequence_name FROM duckdb_sequences() WHERE database_name = {database}",
    "an index": "SELECT index_name FROM duckdb_indexes() WHERE database_name = {database}",
    "a schema": """SELECT schema_name FROM duckdb_schemas() WHERE NOT internal AND database_name = {database}
        AND schema_name <> 'main'""",
}
_WHERE_NAMES_ARE_LOOKED_UP = {
    "a macro": """SELECT function_name FROM duckdb_functions()
        WHERE NOT internal AND database_name = {database}""",
}
"""In a database that is opened by itself a macro `max` takes the place of DuckDB's, in one that is
attached none does; to ask takes DuckDB some 40 ms.
"""
_TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = $1"
_COLUMNS = "SELECT name, type FROM pragma_table_info($1)"
"""Of one table: `duckdb_columns()` reads DuckDB's own views as well, in each new connection, some 10 ms."""


def beside_tables(connection: DuckDBPyConnection, database: str, *, foreign: bool = False) -> str | None:
    """What an attached database holds beside tables: none of ours does.

    To be asked before anything else is; `foreign` where somebody else may have made it.
    """
    (opened,) = connection.execute("SELECT current_database()").fetchone() or ("",)
    looked_up = _WHERE_NAMES_ARE_LOOKED_UP if foreign or opened == database else {}
    asked = {**_NEVER, **looked_up}
    first_of_each = (
        sql("(SELECT {what}, * FROM ({found}) LIMIT 1)", what=what, found=sql(text, database=database))
        for what, text in asked.items()
    )
    found = joined(" UNION ALL ", first_of_each).execute(connection).fetchone()
    return None if found is None else " ".join(found)


def tables_of(connection: DuckDBPyConnection, database: str) -> Tables:
    """The tables of a database that holds nothing beside them; of one that none of ours has no columns."""
    names = [name for (name,) in connection.execute(_TABLES, [database]).fetchall()]
    return {name: _columns(connection, database, name) if name in known_tables() else [] for name in names}


def _columns(connection: DuckDBPyConnection, database: str, table: str) -> list[tuple[str, str]]:
    place = sql("{database}.main.{table}", database=identifier(database), table=identifier(table))
    return connection.execute(_COLUMNS, [place.text]).fetchall()


def unlike_ours(tables: Tables) -> str | None:
    """Which of a database's tables none of ours has."""
    other = [name for name in tables if name not in known_tables()]
    return f"another table {other[0]}" if other else None


def unlike_newest(tables: Tables) -> str | None:
    """Which of a database's tables is not as the newest version makes it."""
    known = known_tables()
    other = [name for name in tables.keys() | known if tables.get(name) != known.get(name)]
    return f"another table {min(other)}" if other else None


@functools.cache
def known_tables() -> dict[str, list[tuple[str, str]]]:
    """The columns of our tables, as `schema.sql` makes them."""
    text = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    tables = {}
    for statement in filter(None, map(str.strip, text.split(";"))):
        head, _, columns = statement.removesuffix(")").partition("(")
        pairs = (column.split() for column in columns.split(","))
        tables[head.split()[-1]] = [(name.strip('"'), kind) for name, kind in pairs]
    return tables
