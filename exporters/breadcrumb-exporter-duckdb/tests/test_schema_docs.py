"""docs/schema.md says what is: every view and column, and queries that run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb.reading.sandbox import run_sql
from breadcrumb_exporter_duckdb.reading.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

PAGE = (Path(__file__).parents[3] / "docs" / "schema.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("sql", QUERIES)
def test_every_query_of_the_page_finds_something(filled: Path, sql: str) -> None:
    rows = run_sql(filled, sql, limit=10).rows
    assert rows or "handled_by IS NULL" in sql


def test_the_balance_goes_below_zero(store: Path, write_run: Callable[..., SpoolWriter]) -> None:
    write_run(store)
    (by_path,) = (sql for sql in QUERIES if "acc.balance" in sql)
    assert [row[2] for row in run_sql(store, by_path, limit=10).rows] == ["25.0", "-50.0"]


def test_every_view_and_column_is_described(store: Path, write_run: Callable[..., SpoolWriter]) -> None:
    write_run(store)
    described = {
        title: re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        for title, section in re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", PAGE, re.DOTALL | re.MULTILINE)
    }
    with open_store(store) as reader:
        found: dict[str, list[str]] = {}
        for view, column in reader.connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns()"
            " JOIN duckdb_views() ON view_name = table_name"
            " WHERE duckdb_columns.schema_name = 'main' AND NOT duckdb_columns.internal"
            " AND duckdb_views.schema_name = 'main' ORDER BY table_name, column_index"
        ).fetchall():
            found.setdefault(view, []).append(column)
    assert described == found
