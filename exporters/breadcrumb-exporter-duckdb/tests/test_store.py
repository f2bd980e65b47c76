from __future__ import annotations

import datetime
import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import duckdb
import pytest
from breadcrumb_exporter_duckdb.base.location import DATABASE
from breadcrumb_exporter_duckdb.database import loading
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.reading.store import StoreBusy, StoreError, StoreMissing, open_store
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter, spool_files
from store_rows import rows as ask

if TYPE_CHECKING:
    from pathlib import Path

WriteRun = Callable[..., SpoolWriter]
WriteEnd = Callable[..., None]
START = datetime.datetime(2023, 11, 14, 22, 13, 20)


@pytest.mark.parametrize("folded", [True, False])
def test_folded_and_unfolded_answer_alike(store: Path, write_run: WriteRun, folded: bool) -> None:
    write_run(store)
    if folded:
        fold(store)
    write_run(store, "bbbb2222")
    calls = (
        "SELECT function, status, self_ns, thread, args->>'$.acc.owner' FROM calls WHERE run_id = 'aaaa1111'"
    )
    assert ask(store, f"{calls} ORDER BY start_ns", fold=False) == [
        ("app.main", "ok", 3_000_000, "MainThread", None),
        ("app.withdraw", "ok", 500_000, "MainThread", "ada"),
        ("app.withdraw", "ok", 500_000, "MainThread", "ada"),
        ("app.parse", "error", 1_000_000, "MainThread", None),
    ]
    assert ask(store, "SELECT run_id, calls, errors, dropped FROM runs ORDER BY 1", fold=False) == [
        ("aaaa1111", 4, 1, 3),
        ("bbbb2222", 4, 1, 3),
    ]
    assert len(spool_files(store)) == 2 - folded


def test_a_query_shows_no_progress_of_its_own() -> None:
    script = (
        "from breadcrumb_exporter_duckdb.database.database import MEMORY, connect\n"
        "print(connect(MEMORY, 1).execute(\"SELECT current_setting('enable_progress_bar')\").fetchone())"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "(False,)\n"


def test_opening_folds(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    assert ask(store, "SELECT count(*) FROM calls") == [(4,)]
    assert spool_files(store) == []


def test_whoever_waits_for_a_long_fold_hears_how_much_is_left(
    store: Path, write_run: WriteRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "STEP_FRAMES", 1)
    monkeypatch.setattr("breadcrumb_exporter_duckdb.reading.store.TURN_SECONDS", 0.0)
    monkeypatch.setattr("breadcrumb_exporter_duckdb.reading.store.QUICKLY_READ_BYTES", 0)
    for number in range(3):
        write_run(store, f"aaaa000{number}")
    heard: list[int] = []
    with open_store(store, tell=heard.append) as reader:
        assert reader.connection.execute("SELECT count(*) FROM calls").fetchall() == [(12,)]
    assert len(heard) > 3
    assert heard == sorted(heard, reverse=True)
    assert heard[0] > 0 and heard[-1] == 0


def test_a_held_store_without_a_database_still_answers_after_its_holder(
    store: Path, write_run: WriteRun
) -> None:
    write_run(store)
    fold(store)
    write_run(store, "bbbb2222")
    with (store / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)  # another reader: nobody may fold, everybody may read
        assert ask(store, "SELECT count(*) FROM calls", wait=0.05) == [(8,)]
    assert len(spool_files(store)) == 1


def test_a_folder_that_holds_on_makes_the_store_busy(
    store: Path, write_run: WriteRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("breadcrumb_exporter_duckdb.reading.store.BUSY_SECONDS", 0.05)
    write_run(store)
    with (store / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StoreBusy, match="try again"):
            ask(store, "SELECT 1", wait=0.05)


def test_open_calls_are_calls(store: Path, write_run: WriteRun) -> None:
    writer = write_run(store, end=False)
    opened = (
        "SELECT function, status, duration_ns, parent_span_id, args->>'$.a' FROM calls WHERE status = 'open'"
    )
    assert ask(store, opened) == [("app.withdraw", "open", None, f"{10:016x}", "1")]
    assert ask(store, "SELECT status FROM traces") == [("open",)]
    writer.close()


def test_what_a_view_says_about_an_exception(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    sql = "SELECT function, type, message, raised_line, handled_by, first FROM exceptions"
    assert ask(store, sql) == [("app.parse", "ValueError", "bad qty -1", 31, "app.main", True)]


def test_an_exception_that_leaves_several_frames_is_first_in_one(store: Path, write_run: WriteRun) -> None:
    from breadcrumb_exporter_duckdb.format.columns import columns_from_rows

    writer = write_run(store, "bbbb2222", end=False)
    chain = [
        {
            "trace_id": "ab" * 16,
            "span_id": 50 + depth,
            "parent_id": 50 + depth - 1 if depth else 0,
            "code": 2 if depth else 1,
            "start_ns": depth,
            "outcome": 1 if depth else 0,
            "exception": '{"type": "KeyError", "id": "1f"}' if depth else None,
        }
        for depth in range(4)
    ]
    writer.write(columns_from_rows(chain))
    writer.close()
    sql = "SELECT span_id, first, handled_by FROM exceptions WHERE exception_id = '1f' ORDER BY start_ns"
    assert ask(store, sql) == [
        (f"{51:016x}", False, "app.main"),
        (f"{52:016x}", False, "app.main"),
        (f"{53:016x}", True, "app.main"),
    ]


def test_an_exception_is_handled_where_another_one_is_raised_instead(
    store: Path, write_run: WriteRun
) -> None:
    from breadcrumb_exporter_duckdb.format.columns import columns_from_rows

    writer = write_run(store, "bbbb2222", end=False)
    frames = [None, '{"type": "TypeError", "id": "2f"}', '{"type": "KeyError", "id": "1f"}']
    chain = [
        {
            "trace_id": "ab" * 16,
            "span_id": 50 + depth,
            "parent_id": 50 + depth - 1 if depth else 0,
            "code": 1 + depth,
            "start_ns": depth,
            "outcome": 0 if exception is None else 1,
            "exception": exception,
        }
        for depth, exception in enumerate(frames)
    ]
    writer.write(columns_from_rows(chain))
    writer.close()
    sql = "SELECT type, handled_by, first FROM exceptions WHERE exception_id IN ('1f', '2f')"
    assert sorted(ask(store, sql)) == [("KeyError", "app.withdraw", True), ("TypeError", "app.main", True)]


def test_traces_variables_and_events(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    sql = "SELECT function, timestamp, duration_ns, calls, has_exception, exception, status FROM traces"
    assert ask(store, sql) == [("app.main", START, 6_000_000, 4, True, "ValueError: bad qty -1", "ok")]
    amounts = "SELECT name, value::VARCHAR FROM variables WHERE function = 'app.withdraw' AND place = 'args'"
    assert ask(store, f"{amounts} AND name = 'amount'") == [("amount", "75")] * 2
    events = "SELECT event, function, line FROM trace_events ORDER BY time_ns, event"
    assert ask(store, events) == [
        ("call", "app.main", 10),
        ("call", "app.withdraw", 20),
        ("return", "app.withdraw", 20),
        ("call", "app.withdraw", 20),
        ("return", "app.withdraw", 20),
        ("call", "app.parse", 30),
        ("exception", "app.parse", 31),
        ("return", "app.main", 10),
    ]


@pytest.mark.parametrize(
    ("how", "exit_status", "status"),
    [("exit", 0, "exited"), ("exit", 3, "failed"), ("signal", None, "killed"), ("timeout", None, "timeout")],
)
def test_a_run_ends_as_the_launcher_says(
    store: Path, write_run: WriteRun, write_end: WriteEnd, how: str, exit_status: int | None, status: str
) -> None:
    write_run(store)
    write_end(store, "aaaa1111", how=how, exit_status=exit_status, end_ns=1_700_000_000_100_000_000)
    sql = "SELECT status, exit_status, command, duration_ns, processes FROM runs"
    assert ask(store, sql) == [(status, exit_status, "python app.py", 101_000_000, 1)]


def test_a_run_is_running_while_a_process_is(store: Path, write_run: WriteRun) -> None:
    writer = write_run(store, end=False)
    assert ask(store, "SELECT status, ended FROM runs") == [("running", None)]
    assert ask(store, "SELECT ended_how FROM processes") == [("running",)]
    writer.close()
    assert ask(store, "SELECT status FROM runs") == [("exited",)]


def test_a_process_killed_ends_without_goodbye(store: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path\n"
        "from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter\n"
        "SpoolWriter(Path(sys.argv[1]), run_id='run').write(); os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(store)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert ask(store, "SELECT status FROM runs") == [("ended without goodbye",)]
    assert ask(store, "SELECT ended_how FROM processes") == [("ended without goodbye",)]


def test_damage_is_noted(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    (path,) = spool_files(store)
    os.truncate(path, path.stat().st_size - 1)
    (store / "spool" / "x.spool").write_text("foreign")
    for folds in (False, True):
        with open_store(store, fold=folds) as reader:
            assert sorted(note.partition(": ")[2] for note in reader.notes if "torn" in note) != []
            assert any("not ours" in note for note in reader.notes)


def test_the_database_cannot_be_written_by_a_reader(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    with open_store(store) as reader, pytest.raises(Exception, match="read-only"):
        reader.connection.execute("DELETE FROM store.call")


def test_another_programs_hold_on_the_file_is_said_so(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    fold(store)
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(store / DATABASE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None and shell.stdout.readline() == b"held\n"
        with pytest.raises(StoreBusy, match="another program holds"):
            ask(store, "SELECT 1")
        shell.communicate()


def test_a_full_disk_stops_folding_but_not_the_answer(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from breadcrumb_exporter_duckdb.reading.store import open_store\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, -1))\n"
        "with open_store(Path(sys.argv[1])) as reader:\n"
        "    print(reader.connection.execute('SELECT count(*) FROM calls').fetchall(), reader.notes)\n"
    )
    command = [sys.executable, "-c", script, str(store)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "[(4,)] ['nothing could be folded" in done.stdout, done.stderr


def test_a_database_that_changed_is_looked_at_again(store: Path, write_run: WriteRun) -> None:
    write_run(store).close()
    for _ in range(2):
        assert len(ask(store, "SELECT * FROM calls")) == 4
    with duckdb.connect(str(store / DATABASE)) as somebody:
        somebody.execute("CREATE VIEW mine AS SELECT 1")
    with pytest.raises(StoreError, match="holds a view mine"):
        ask(store, "SELECT * FROM calls", fold=False)


def test_a_log_beside_a_database_is_looked_at_again(store: Path, write_run: WriteRun) -> None:
    write_run(store).close()
    assert len(ask(store, "SELECT * FROM calls")) == 4
    script = (
        "import duckdb, os, sys; c = duckdb.connect(sys.argv[1]); c.execute('CREATE VIEW mine AS SELECT 1');"
        "os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(store / DATABASE)], check=True)
    assert (store / f"{DATABASE}.wal").exists()
    with pytest.raises(StoreError, match="holds a view mine"):
        ask(store, "SELECT * FROM calls", fold=False)


def test_a_process_of_ours_takes_another_duckdb_as_it_is(store: Path, write_run: WriteRun) -> None:
    write_run(store).close()
    script = (
        "import sys; from pathlib import Path; import _duckdb; _duckdb.__version__ = '2.7.1'\n"
        "from breadcrumb_exporter_duckdb.base import own_process; own_process.begin()\n"
        "from breadcrumb_exporter_duckdb.reading.store import open_store\n"
        "with open_store(Path(sys.argv[1])) as reader:\n"
        "    print(reader.connection.sql('SELECT count(*) FROM calls').fetchall())\n"
        "own_process.leave(3)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(store)], capture_output=True, text=True, check=False
    )
    assert (ran.stdout, ran.stderr, ran.returncode) == ("[(4,)]\n", "", 3)


def test_no_store_is_said_so(store: Path) -> None:
    with pytest.raises(StoreMissing, match="there is no store"):
        ask(store, "SELECT 1")


def test_a_damaged_database_is_one_clear_line(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    (store / DATABASE).write_bytes(b"nonsense" * 2000)
    (store / DATABASE).chmod(0o600)
    with pytest.raises(StoreError, match="cannot use") as caught:
        ask(store, "SELECT 1")
    assert "\n" not in str(caught.value)


def test_a_fault_of_whoever_reads_is_not_told_as_one_of_the_store(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    with pytest.raises(TypeError), open_store(store):
        raise TypeError
