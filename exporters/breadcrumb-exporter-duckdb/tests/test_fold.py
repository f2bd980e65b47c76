from __future__ import annotations

import contextlib
import fcntl
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import duckdb
import pytest
from breadcrumb_exporter_duckdb.base.location import DATABASE, StoreBusy, StoreMissing, StoreTooNew
from breadcrumb_exporter_duckdb.database import loading
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.format.frame import scan
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter, spool_files
from patience import HANGS

if TYPE_CHECKING:
    from pathlib import Path

WriteRun = Callable[..., SpoolWriter]
FOLD = [sys.executable, "-m", "breadcrumb_exporter_duckdb", "fold", "--store"]


def ask(store: Path, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(duckdb.connect(str(store / DATABASE), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


def test_rows_get_their_names_and_finished_files_go(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    assert fold(store).calls == 4
    assert spool_files(store) == []
    assert ask(store, "SELECT function, line, thread, pid FROM call ORDER BY start_ns") == [
        ("app.main", 10, "MainThread", os.getpid()),
        ("app.withdraw", 20, "MainThread", os.getpid()),
        ("app.withdraw", 20, "MainThread", os.getpid()),
        ("app.parse", 30, "MainThread", os.getpid()),
    ]
    assert ask(store, "SELECT value->>'$.what' FROM fact WHERE kind = 'later'") == [("a kind of tomorrow",)]


def test_folding_again_changes_nothing(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    fold(store)
    write_run(store, "bbbb2222")
    fold(store)
    assert fold(store).calls == 0
    assert ask(store, "SELECT run_id, count(*) FROM call GROUP BY ALL ORDER BY 1") == [
        ("aaaa1111", 4),
        ("bbbb2222", 4),
    ]


def test_a_running_process_is_folded_up_to_its_last_whole_frame(store: Path, write_run: WriteRun) -> None:
    writer = write_run(store, end=False)
    (path,) = spool_files(store)
    assert fold(store).calls == 4
    with path.open("ab") as file:
        file.write(b"\xff\xfeBCRUMB half a frame")
    assert fold(store).calls == 0
    assert spool_files(store) == [path]
    assert ask(store, "SELECT damaged FROM ledger") == [(0,)]
    writer.close(None)


def test_the_torn_tail_of_a_dead_process_is_noted_and_kept(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    (path,) = spool_files(store)
    size = path.stat().st_size
    os.truncate(path, size - 5)
    assert fold(store).calls == 4
    assert spool_files(store) == [path]
    ((damaged, problem),) = ask(store, "SELECT damaged, problem FROM ledger")
    assert isinstance(damaged, int) and damaged > 0 and problem == "torn"
    assert fold(store).remaining == 0


def test_a_file_cut_at_any_byte_is_folded_up_to_its_last_whole_frame(store: Path) -> None:
    writer = SpoolWriter(store, run_id="aaaa1111")
    for number in (1, 2):
        writer.write(columns_from_rows([{"trace_id": "1" * 32, "span_id": number}]), [])
    writer.close()
    (path,) = spool_files(store)
    data = path.read_bytes()
    path.unlink()
    ends = [found.end for found in scan(io.BytesIO(data))]
    whole = {cut: [end for end in ends if end <= cut] for cut in range(len(data))}
    for cut in whole:
        path.with_name(f"{cut:020d}-1-cut.spool").write_bytes(data[:cut])
    assert fold(store, seconds=60).calls == sum(min(len(kept), 2) for kept in whole.values())
    torn = {cut: cut - max(kept, default=0) for cut, kept in whole.items() if cut not in (0, *ends)}
    assert {int(path.name.partition("-")[0]) for path in spool_files(store)} == set(torn)
    damaged = ask(store, "SELECT split_part(spool, '-', 1)::INTEGER, damaged FROM ledger WHERE damaged > 0")
    assert sorted(damaged) == sorted(torn.items())


def test_a_foreign_file_in_the_spool_is_left_alone(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    foreign = store / "spool" / "notes.spool"
    foreign.write_text("do not forget the milk")
    assert fold(store).calls == 4
    assert spool_files(store) == [foreign]


def test_an_unloadable_frame_costs_only_itself(store: Path, write_run: WriteRun) -> None:
    writer = write_run(store, end=False)
    bad = dict(columns_from_rows([{"trace_id": "ab" * 16, "args": "{not json"}]))
    writer.write(bad)
    writer.write({**bad, "args": ("of tomorrow", 1, [None, b""])})
    writer.write(columns_from_rows([{"trace_id": "ab" * 16, "code": 1, "args": "{}"}]))
    writer.close()
    assert fold(store).calls == 5
    ((problem,),) = ask(store, "SELECT problem FROM ledger")
    assert problem == "unreadable"


def test_an_unloadable_frame_among_many_steps_costs_only_itself(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "STEP_FRAMES", 1)
    writer = SpoolWriter(store, run_id="aaaa1111")
    numbers = range(1, 5)
    for number in numbers:
        args = "{}" if number != 3 else "{not json"
        writer.write(columns_from_rows([{"trace_id": "1" * 32, "span_id": number, "args": args}]))
    writer.close()
    assert fold(store, seconds=60).calls == len(numbers) - 1
    there = ask(store, "SELECT span_id FROM call ORDER BY 1")
    assert [number for (number,) in there] == [each for each in numbers if each != 3]
    assert ask(store, "SELECT problem FROM ledger") == [("unreadable",)]


def test_what_cannot_be_written_stays_in_the_spool(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    fold(store)
    write_run(store, "bbbb2222")
    files, size = spool_files(store), (store / DATABASE).stat().st_size
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}));"
        "from breadcrumb_exporter_duckdb.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", program, *FOLD[3:], str(store)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=HANGS)
    assert ended.returncode == 1 and ended.stderr.startswith("breadcrumb: cannot use"), ended
    assert spool_files(store) == files
    assert fold(store).calls == 4
    assert ask(store, "SELECT run_id, count(*) FROM call GROUP BY ALL ORDER BY 1") == [
        ("aaaa1111", 4),
        ("bbbb2222", 4),
    ]


def test_columns_of_tomorrow_are_kept(store: Path, write_run: WriteRun) -> None:
    writer = write_run(store, end=False)
    columns = dict(columns_from_rows([{"trace_id": "ab" * 16, "code": 1}]))
    writer.write({**columns, "cpu": ("C", 1, [None, b"\7"])})
    writer.close()
    fold(store)
    assert ask(store, "SELECT more->>'$.cpu' FROM call WHERE more IS NOT NULL") == [("7",)]


def test_facts_are_replaced_and_those_of_the_process_merged(store: Path, write_run: WriteRun) -> None:
    writer = write_run(store, end=False)
    fold(store)
    later = {"key": 1, "caller": "app.main", "callee": "round", "count": 7}
    writer.write(facts=[("gap", json.dumps(later)), ("process", '{"key": "", "recorder": "c"}')])
    writer.close()
    fold(store)
    assert ask(store, "SELECT value->>'$.count' FROM fact WHERE kind = 'gap'") == [("7",)]
    merged = "SELECT value->>'$.recorder', value->>'$.cwd' FROM fact WHERE kind = 'process'"
    assert ask(store, merged) == [("c", "/srv")]


def test_an_open_call_gives_way_to_its_row(store: Path, write_run: WriteRun) -> None:
    writer = write_run(store, end=False)
    fold(store)
    assert ask(store, "SELECT count(*) FROM fact WHERE kind = 'open'") == [(1,)]
    writer.write(columns_from_rows([{"trace_id": "ab" * 16, "span_id": 99, "code": 2}]))
    writer.close()
    fold(store)
    assert ask(store, "SELECT count(*) FROM fact WHERE kind = 'open'") == [(0,)]


def test_a_store_of_a_newer_version_is_not_touched(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    fold(store)
    with contextlib.closing(duckdb.connect(str(store / DATABASE))) as connection:
        connection.execute("UPDATE meta SET value = '99'")
    write_run(store)
    before = (store / DATABASE).read_bytes()
    with pytest.raises(StoreTooNew, match="update breadcrumb"):
        fold(store)
    assert (store / DATABASE).read_bytes() == before
    assert len(spool_files(store)) == 1


def test_a_held_store_is_busy(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    with (store / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with pytest.raises(StoreBusy):
            fold(store, wait=0.05)


def test_no_store_is_said_so(store: Path) -> None:
    with pytest.raises(StoreMissing):
        fold(store)


def test_many_folders_at_once_fold_each_row_once(store: Path, write_run: WriteRun) -> None:
    for number in range(12):
        write_run(store, f"run{number}")
    folders = [subprocess.Popen([*FOLD, str(store)], stdout=subprocess.PIPE, text=True) for _ in range(3)]
    outputs = [folder.communicate()[0] for folder in folders]
    assert any(folder.returncode == 0 for folder in folders), outputs  # where it is slow, one may give up
    assert ask(store, "SELECT count(*), count(DISTINCT run_id) FROM call") == [(48, 12)]


def test_killing_folders_loses_and_doubles_nothing(store: Path, write_run: WriteRun) -> None:
    for number in range(200):
        write_run(store, f"run{number}")
    for tenths in range(2, 8):
        folder = subprocess.Popen([*FOLD, str(store)], stdout=subprocess.DEVNULL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            folder.wait(tenths / 10)
        folder.kill()
        folder.wait()
    fold(store, seconds=HANGS)
    assert ask(store, "SELECT count(*), count(DISTINCT run_id) FROM call") == [(800, 200)]
    assert spool_files(store) == []


def test_the_command_says_what_it_folded(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    done = subprocess.run([*FOLD, str(store)], capture_output=True, text=True, check=True)
    assert done.stdout == "folded 4 calls and 0 spans; nothing remains\n"
    missing = subprocess.run([*FOLD, str(store / "none")], capture_output=True, text=True, check=False)
    assert missing.returncode == 1 and missing.stderr.count("\n") == 1 and "no store at" in missing.stderr


def test_nobody_else_can_read_the_database(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    fold(store)
    assert (store / "traces.duckdb").stat().st_mode & 0o777 == 0o600


LONG_RUN = """
import json, random, sys
from pathlib import Path
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

chance = random.Random(7)
writer = SpoolWriter(Path(sys.argv[1]), run_id="aaaa1111")
writer.write(facts=[("code", json.dumps({"key": 1, "module": "app", "function": "app.f"}))])
for first in range(1, 275_001, 2_500):
    writer.write(columns_from_rows([
        {"trace_id": "ab" * 16, "span_id": number, "code": 1, "start_ns": number, "duration_ns": 5,
         "args": json.dumps({"text": chance.randbytes(150).hex()})}
        for number in range(first, first + 2_500)
    ]))
writer.close()
"""
MEMORY = """
import sys
from pathlib import Path
from breadcrumb_exporter_duckdb.base import own_process
own_process.begin()
from breadcrumb_exporter_duckdb.database.fold import fold
assert fold(Path(sys.argv[1]), seconds=3600.0).calls == 275_000
print(next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the most memory that there was")
def test_a_long_run_takes_no_more_memory_than_the_bound(store: Path) -> None:
    subprocess.run([sys.executable, "-c", LONG_RUN, str(store)], check=True)
    said = subprocess.run(
        [sys.executable, "-c", MEMORY, str(store)], check=True, capture_output=True, text=True
    )
    assert int(said.stdout) < 300 << 10
