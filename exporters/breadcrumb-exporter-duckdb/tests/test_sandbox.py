from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb.base.location import StoreMissing
from breadcrumb_exporter_duckdb.reading.sandbox import SqlError, SqlFailed, SqlRefused, SqlTimeout, run_sql
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

if TYPE_CHECKING:
    from pathlib import Path

WriteRun = Callable[..., SpoolWriter]

REFUSED = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM glob('/etc/*')",
    "SELECT * FROM 'https://example.com/x.csv'",
    "COPY (SELECT 1) TO '{tmp}/out.csv'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{tmp}/out.csv'",
    "EXPLAIN DELETE FROM store.call",
    "ATTACH '{tmp}/other.duckdb'",
    "SET threads = 1",
    "SET enable_external_access = true",
    "INSTALL httpfs",
    "LOAD httpfs",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "SELECT 1; SELECT 2",
    "",
    "CREATE TABLE x (i INTEGER)",
    "DELETE FROM store.call",
    "EXPORT DATABASE '{tmp}/out'",
    "CREATE SECRET (TYPE http)",
]
FAILED = [
    "SELECT getenv('HOME')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM request",
    "SELECT * FROM nowhere",
    "SELEC 1",
    "SELECT repeat('x', 3000000000)",
    "SELECT list(i || repeat('x', 1000)) FROM range(100000000) t(i)",
]


def raised(store: Path, sql: str, seconds: float = 10) -> SqlError:
    with pytest.raises(SqlError) as caught:
        run_sql(store, sql, limit=5, seconds=seconds, memory_bytes=1 << 30)
    assert "\n" not in str(caught.value) and caught.value.hint
    return caught.value


@pytest.mark.parametrize("sql", REFUSED)
def test_what_reaches_beyond_the_store_is_refused(filled: Path, sql: str, tmp_path: Path) -> None:
    assert isinstance(raised(filled, sql.format(tmp=tmp_path)), SqlRefused)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("sql", FAILED)
def test_what_cannot_be_run_fails_with_a_reason(filled: Path, sql: str) -> None:
    assert isinstance(raised(filled, sql), SqlFailed)


def test_what_never_ends_is_stopped(filled: Path) -> None:
    endless = "WITH RECURSIVE t AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM t) SELECT count(*) FROM t"
    assert isinstance(raised(filled, endless, seconds=1), SqlTimeout)


def test_settings_are_locked(filled: Path) -> None:
    sql = (
        "SELECT name, value FROM duckdb_settings()"
        " WHERE name IN ('enable_external_access', 'lock_configuration')"
    )
    assert sorted(run_sql(filled, sql, limit=5).rows) == [
        ["enable_external_access", "false"],
        ["lock_configuration", "true"],
    ]


def test_an_answer_is_plain_and_cut(filled: Path) -> None:
    result = run_sql(filled, "SELECT function, start, args FROM calls ORDER BY start_ns", limit=2)
    assert result.columns == ["function", "start", "args"]
    assert result.types == ["VARCHAR", "TIMESTAMP", "JSON"]
    assert result.rows[0] == ["app.main", "2023-11-14T22:13:20", "{}"]
    assert len(result.rows) == 2 and result.truncated
    assert not run_sql(filled, "SELECT 1", limit=1).truncated


def test_every_type_can_be_said_in_json(filled: Path) -> None:
    sql = (
        "SELECT 'a'::BLOB, 1.5::DECIMAL(5, 2), [1, 2], {'a': 1}, 'nan'::FLOAT,"
        " 170141183460469231731687303715884105727, DATE '2026-01-02', NULL, true"
    )
    (row,) = run_sql(filled, sql, limit=1).rows
    assert row == [
        "YQ==",
        1.5,
        [1, 2],
        {"a": 1},
        "nan",
        "170141183460469231731687303715884105727",
        "2026-01-02",
        None,
        True,
    ]


def test_explain_is_allowed(filled: Path) -> None:
    assert run_sql(filled, "EXPLAIN SELECT * FROM calls", limit=5).rows
    assert run_sql(filled, "explain analyze select 1", limit=5).rows


def test_what_is_not_folded_is_read(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    assert run_sql(store, "SELECT count(*) FROM calls", limit=1).rows == [[4]]


def test_no_store_is_said_so(store: Path) -> None:
    with pytest.raises(StoreMissing):
        run_sql(store, "SELECT 1", limit=1)
