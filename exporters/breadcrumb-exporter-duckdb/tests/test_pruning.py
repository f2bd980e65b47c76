"""The oldest goes when a limit is reached: runs first, calls of what cannot go whole after that."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import duckdb
import pytest
from breadcrumb_exporter_duckdb.base.location import DATABASE
from breadcrumb_exporter_duckdb.base.retention import Retention
from breadcrumb_exporter_duckdb.database import pruning
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.reading.store import open_store
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

WriteRun = Callable[..., SpoolWriter]
DAY = pruning.DAY_NS
NONE = Retention(0, 0, 0)
CODE = ("code", json.dumps({"key": 1, "module": "app", "function": "app.f", "qualname": "f"}))


@contextlib.contextmanager
def opened(store: Path) -> Iterator[DuckDBPyConnection]:
    with contextlib.closing(duckdb.connect(str(store / DATABASE))) as connection:
        yield connection


def write(
    store: Path, run_id: str, *, days: float = 0, calls: int = 1, end: bool = True, pad: int = 0
) -> SpoolWriter:
    """A run whose calls ended `days` ago, each a millisecond after the one before."""
    last = time.time_ns() - int(days * DAY)
    writer = SpoolWriter(store, run_id=run_id)
    writer.describe(start_ns=last - calls * 10**6, retention={"days": 0, "megabytes": 0, "runs": 0})
    rows = [
        {
            "trace_id": "ab" * 16, "span_id": hash((run_id, number)) % 2**63 + 1, "code": 1,
            "duration_ns": 1000,
            "start_ns": last - (calls - number) * 10**6, "ordinal": number, "thread": number,
            "args": json.dumps({"n": number, "pad": f"{hash((run_id, number)):x}" * pad}),
        }
        for number in range(calls)
    ]  # fmt: skip
    writer.write(columns_from_rows(rows), [CODE])
    if end:
        writer.write(facts=[("end", json.dumps({"key": "", "how": "exit", "end_ns": last}))])
        writer.close(None)
    return writer


def kept(store: Path, retention: Retention, *alive: str) -> list[tuple[str, int]]:
    """What is left after pruning: runs with their calls."""
    fold(store, seconds=60)
    with opened(store) as connection:
        going = pruning.plan(connection, retention, now_ns=time.time_ns(), alive=frozenset(alive))
        pruning.prune(connection, going)
        return connection.execute("SELECT run_id, count(*) FROM call GROUP BY ALL ORDER BY 1").fetchall()


def test_old_runs_go(store: Path) -> None:
    for number, days in enumerate((40, 31, 29, 1)):
        write(store, f"run{number}", days=days)
    assert kept(store, Retention(days=30)) == [("run2", 1), ("run3", 1)]
    with opened(store) as connection:
        for table in ("fact", "call"):
            assert connection.execute(f"SELECT count(DISTINCT run_id) FROM {table}").fetchall() == [(2,)]


def test_no_limit_keeps_everything(store: Path) -> None:
    for number, days in enumerate((4000, 31, 1)):
        write(store, f"run{number}", days=days)
    assert len(kept(store, NONE)) == 3


def test_runs_beyond_the_number_go_oldest_first(store: Path) -> None:
    for number in range(5):
        write(store, f"run{number}", days=5 - number)
    assert [run for run, _ in kept(store, Retention(runs=2))] == ["run3", "run4"]


def test_pinned_running_and_newest_runs_stay(store: Path) -> None:
    for name, days in (("pinned", 99), ("running", 98), ("old", 97), ("newest", 96)):
        write(store, name, days=days)
    fold(store)
    with opened(store) as connection:
        pruning.pin(connection, "pinned")
    left = [run for run, _ in kept(store, Retention(days=30, runs=1), "running")]
    assert left == ["newest", "pinned"]  # of the running one all calls had ended long before
    with opened(store) as connection:
        assert connection.execute("SELECT count(*) FROM fact WHERE run_id = 'running'").fetchone() != (0,)
        pruning.unpin(connection, "pinned")
    assert [run for run, _ in kept(store, Retention(days=30, runs=1), "running")] == ["newest"]


def test_a_run_without_an_end_lives_until_its_last_call(store: Path) -> None:
    writer = write(store, "killed", days=10, end=False)
    writer.describe(start_ns=1)
    writer.write(facts=[("process", json.dumps({"key": "", "start_ns": 1}))])
    writer.close(None)
    write(store, "newest")
    assert len(kept(store, Retention(days=30))) == 2
    assert len(kept(store, Retention(days=5))) == 1


def test_a_run_that_never_ends_loses_its_oldest_calls(store: Path) -> None:
    writer = write(store, "server", days=0, calls=200, end=False)
    old = {"trace_id": "ab" * 16, "code": 1, "start_ns": time.time_ns() - 40 * DAY, "depth": 1, "args": "{}"}
    outer = {**old, "span_id": 1, "depth": 0, "duration_ns": 40 * DAY - 1}
    inner = [{**old, "span_id": number, "parent_id": 1, "duration_ns": 5} for number in range(2, 12)]
    writer.write(columns_from_rows([*inner, outer]))
    writer.write(facts=[("process", json.dumps({"key": "", "start_ns": time.time_ns() - 41 * DAY}))])
    assert kept(store, Retention(days=30), "server") == [("server", 201)]
    assert kept(store, Retention(days=30), "server") == [("server", 201)]
    writer.close()
    with opened(store) as connection:
        (value,) = connection.execute("SELECT value FROM fact WHERE kind = 'pruned'").fetchone() or ("",)
    assert json.loads(value)["rows"] == 10
    assert json.loads(value)["reason"] == "retention.days"


def test_size_takes_runs_and_then_calls(store: Path) -> None:
    for number in range(4):
        write(store, f"run{number}", days=4 - number, calls=6000, pad=15)
        fold(store)
    with opened(store) as connection:
        used = pruning.used_bytes(connection)
        assert used > 3_000_000
        pruning.pin(connection, "run0")
    left = kept(store, Retention(megabytes=3))
    assert ("run0", 6000) in left and left[-1][0] == "run3"
    assert [run for run, _ in left] in (["run0", "run2", "run3"], ["run0", "run3"])
    with opened(store) as connection:
        assert pruning.used_bytes(connection) < used
    left = kept(store, Retention(megabytes=1))
    assert left[0] == ("run0", 6000)
    with open_store(store) as reader:
        sql = "SELECT min(ordinal), max(ordinal), count(*) FROM calls WHERE run_id = 'run3'"
        least, most, count = reader.connection.execute(sql).fetchall()[0]
    if count:
        assert (most, count) == (5999, 6000 - least)


def test_names_of_tasks_that_are_over_go_with_their_calls(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "NEWEST_TASKS", 5)
    writer = write(store, "server", days=31, calls=100, end=False)
    threads = [("thread", json.dumps({"key": number, "name": f"T-{number}"})) for number in range(100)]
    writer.write(facts=threads)
    assert kept(store, Retention(days=30), "server") == []
    with opened(store) as connection:
        assert connection.execute("SELECT count(*) FROM fact WHERE kind = 'thread'").fetchone() == (6,)
    writer.close()


def test_folding_prunes_by_what_the_newest_process_said(store: Path) -> None:
    for number in range(4):
        write(store, f"run{number}", days=4 - number)
    fold(store)
    writer = SpoolWriter(store, run_id="last")
    writer.describe(retention={"days": 0, "megabytes": 0, "runs": 2, "of tomorrow": 1})
    writer.write(columns_from_rows([{"trace_id": "ab" * 16, "span_id": 1, "code": 1}]), [CODE])
    writer.close()
    fold(store, prune=False)
    with opened(store) as connection:
        assert connection.execute("SELECT count(DISTINCT run_id) FROM fact").fetchone() == (5,)
    write(store, "later", days=0.001)
    with opened(store) as connection:
        assert pruning.in_force(connection) == Retention(0, 0, 2)
    fold(store)
    with opened(store) as connection:
        assert connection.execute("SELECT DISTINCT run_id FROM fact ORDER BY 1").fetchall() == [
            ("last",),
            ("later",),
        ]


def test_clocks_that_jump_take_nothing_but_what_is_old(store: Path) -> None:
    write(store, "future", days=-4000)
    write(store, "now")
    assert [run for run, _ in kept(store, Retention())] == ["future", "now"]


def test_a_killed_prune_leaves_all_or_nothing(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        write(store, f"run{number}", days=40)
    fold(store)

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(pruning, "_cut", fail)
    with opened(store) as connection, pytest.raises(KeyboardInterrupt):
        pruning.prune(connection, [pruning.Gone("run0", 1, "x"), pruning.Gone("run1", 1, "x", 5)])
    with opened(store) as connection:
        assert connection.execute("SELECT count(DISTINCT run_id) FROM call").fetchone() == (3,)
