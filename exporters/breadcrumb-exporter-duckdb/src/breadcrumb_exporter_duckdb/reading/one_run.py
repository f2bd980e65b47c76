"""Shows the rows of one run alone under the names of the views, as every question is about one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import identifier, literal, sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_VIEWS = """SELECT view_name FROM duckdb_views()
    WHERE NOT internal AND database_name = current_database() AND schema_name = 'main'
        AND view_name <> 'runs'"""


def show_only(connection: DuckDBPyConnection, run_id: str) -> None:
    """Put views of the same names before those of all runs; `runs` goes on to list every run."""
    views = [name for (name,) in connection.execute(_VIEWS).fetchall()]
    connection.execute("CREATE SCHEMA asked")
    for name in map(identifier, views):
        view = "CREATE VIEW asked.{name} AS FROM main.{name} WHERE run_id = {run}"
        sql(view, name=name, run=literal(run_id)).execute(connection)
    connection.execute("SET search_path = 'asked,main'")
