"""What a database of ours holds: tables, and nothing that would run when they are read."""

from __future__ import annotations

import functools
from importlib import resources
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import joined, sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

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
_TABLES = """
SELECT table_name, list((column_name, data_type) ORDER BY column_index) FROM duckdb_columns()
WHERE NOT internal AND database_name = $1 GROUP BY table_name
"""


def unlike_ours(connection: DuckDBPyConnection, database: str, *, foreign: bool = False) -> str | None:
    """What an attached database holds that none of ours does.

    To be asked before anything is read from it; `foreign` where somebody else may have made it.
    """
    (opened,) = connection.execute("SELECT current_database()").fetchone() or ("",)
    looked_up = _WHERE_NAMES_ARE_LOOKED_UP if foreign or opened == database else {}
    asked = {**_NEVER, **looked_up}
    first_of_each = (
        sql("(SELECT {what}, * FROM ({found}) LIMIT 1)", what=what, found=sql(text, database=database))
        for what, text in asked.items()
    )
    found = joined(" UNION ALL ", first_of_each).execute(connection).fetchone()
    if found is not None:
        return " ".join(found)
    other = [name for name in _tables(connection, database) if name not in known_tables()]
    return f"another table {other[0]}" if other else None


def unlike_newest(connection: DuckDBPyConnection, database: str) -> str | None:
    """Which table of a database is not as the newest version makes it."""
    tables, known = _tables(connection, database), known_tables()
    other = [name for name in tables.keys() | known if tables.get(name) != known.get(name)]
    return f"another table {min(other)}" if other else None


def _tables(connection: DuckDBPyConnection, database: str) -> dict[str, list[tuple[str, str]]]:
    return dict(connection.execute(_TABLES, [database]).fetchall())


@functools.cache
def known_tables() -> dict[str, list[tuple[str, str]]]:
    """The columns of our tables, as `schema.sql` makes them."""
    text = resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")
    tables = {}
    for statement in filter(None, map(str.strip, text.split(";"))):
        head, _, columns = statement.removesuffix(")").partition("(")
        pairs = (column.split() for column in columns.split(","))
        tables[head.split()[-1]] = [(name.strip('"'), kind) for name, kind in pairs]
    return tables
