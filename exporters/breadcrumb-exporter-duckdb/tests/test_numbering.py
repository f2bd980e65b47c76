"""Calls are numbered in start order, however they came into the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database import loading
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.reading.store import open_store
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

START = 1_700_000_000_000_000_000


def row(number: int, start: int) -> dict[str, object]:
    return {
        "trace_id": "ab" * 16, "span_id": number, "start_ns": START + start, "duration_ns": 5, "ran_ns": 5,
        "ordinal": start, "stack": 1, "code": 1,
    }  # fmt: skip


def test_what_chunks_add_up_to_is_what_calls_are(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "STEP_ROWS", 3)
    writers = [SpoolWriter(store, run_id="aaaa1111") for _ in range(2)]
    for turn in range(12):
        rows = [row(100 * turn + k + 1, (37 * (3 * turn + k)) % 101) for k in range(3)]
        writers[turn % 2].write(columns_from_rows(rows))
        if turn == 7:
            fold(store)
    with open_store(store, fold=False) as reader:  # the rest is read beside what is folded
        sums = reader.connection.execute(
            "SELECT count(*), sum(calls)::BIGINT, sum(numbers)::BIGINT, sum(total_ns)::BIGINT FROM base.tally"
        ).fetchall()
        kept = reader.connection.execute(
            "SELECT chunk, list(number ORDER BY start_ns) FROM base.call GROUP BY chunk"
        ).fetchall()
    for writer in writers:
        writer.close()
    assert sums == [(12, 36, 36, 180)]
    assert [numbers for _, numbers in kept] == [[1, 2, 3]] * 12
