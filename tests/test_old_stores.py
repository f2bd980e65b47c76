"""Stores of each earlier schema answer as they did then.

`tests/stores/version_N.tar.xz` is a store that the code of that schema wrote: one run of `examples/bank.py`
folded, a second one still in the spool. `version_N.json` is what that code answered, by run and question.
"""

from __future__ import annotations

import json
import os
import tarfile
from pathlib import Path

import duckdb
import pytest
from breadcrumb_exporter_duckdb.base.location import DATABASE
from breadcrumb_exporter_duckdb.base.ownership import adopt, prepare
from breadcrumb_exporter_duckdb.database.database import SCHEMA_VERSION
from breadcrumb_exporter_duckdb.reading.store import StoreError, StoreTooNew, open_store

from breadcrumb import questions
from breadcrumb.questions.facts.ask import Ask
from breadcrumb.render.text import text

STORES = Path(__file__).parent / "stores"
VERSIONS = range(1, SCHEMA_VERSION)


def unpacked(version: int, folder: Path) -> Path:
    with tarfile.open(STORES / f"version_{version}.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    store = folder / "store"
    for path, mode in ((store, 0o700), (store / "spool", 0o700), (store / DATABASE, 0o600)):
        path.chmod(mode)
    assert adopt(store)
    return store


def answers(store: Path, asked: list[str]) -> dict[str, str]:
    """The answers to `RUN QUESTION WORD...`; the program's files are named as from beside them."""
    given = {}
    with open_store(store) as reader:
        for question in asked:
            run, name, *words = question.split(" ") if " " in question else ("last", question)
            given[question] = text(questions.find(name)(reader, Ask(run=run), *words)).replace(
                "/srv/app/", ""
            )
    return given


def schema(store: Path) -> dict[str, list[tuple[str, str]]]:
    """The columns of each table, with their types."""
    with duckdb.connect(str(store / DATABASE), read_only=True) as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal"
        ).fetchall()
    return {table: [row[1:] for row in rows if row[0] == table] for table, _, _ in rows}


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_store_answers_as_it_did_then(version: int, tmp_path: Path) -> None:
    expected = json.loads((STORES / f"version_{version}.json").read_text())
    assert answers(unpacked(version, tmp_path), list(expected)) == expected


@pytest.mark.parametrize("version", VERSIONS)
def test_an_old_store_becomes_like_a_new_one(version: int, tmp_path: Path) -> None:
    old = unpacked(version, tmp_path)
    new = tmp_path / "new"
    prepare(new)
    for path in (old / "spool").iterdir():
        (new / "spool" / path.name).write_bytes(path.read_bytes())
    for store in (old, new):
        with open_store(store):
            pass
    assert schema(old) == schema(new)
    with duckdb.connect(str(old / DATABASE), read_only=True) as connection:
        assert connection.execute("FROM meta").fetchall() == [("schema_version", str(SCHEMA_VERSION))]


@pytest.mark.parametrize("version", range(1, 4))
def test_an_old_store_keeps_every_value(version: int, tmp_path: Path) -> None:
    """As long as its calls held the texts themselves."""
    store = unpacked(version, tmp_path)
    sql = 'SELECT span_{}, args::VARCHAR, "return"::VARCHAR FROM {} WHERE run_id = ? ORDER BY 1'
    with duckdb.connect(str(store / DATABASE), read_only=True) as connection:
        ((run_id,),) = connection.execute("SELECT DISTINCT run_id FROM call").fetchall()
        before = connection.execute(sql.format("id", "call"), [run_id]).fetchall()
    with open_store(store) as reader:
        after = reader.connection.execute(sql.format("key", "calls"), [run_id]).fetchall()
    assert before == after and len(before) == 11


def test_an_old_store_that_cannot_be_written_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = unpacked(1, tmp_path)
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)  # root may write wherever it likes
    with (
        pytest.raises(StoreError, match=r"older Breadcrumb wrote .* cannot be written; copy it"),
        open_store(store),
    ):
        pass


def test_a_newer_store_says_what_to_do(tmp_path: Path) -> None:
    store = unpacked(1, tmp_path)
    with duckdb.connect(str(store / DATABASE)) as connection:
        connection.execute("UPDATE meta SET value = '1000'")
    with pytest.raises(StoreTooNew, match="update breadcrumb"), open_store(store):
        pass
