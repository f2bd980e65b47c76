from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb.base import originals
from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.format.frame import Frame, scan
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter, is_finished, spool_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CODE = ("code", '{"key": 1, "function": "app.f"}')


def frames(path: Path) -> list[Frame]:
    with path.open("rb") as file:
        found = list(scan(file))
    assert all(each.problem is None for each in found)
    return [each.frame for each in found if each.frame is not None]


def kinds(frame: Frame) -> list[str]:
    return [kind for kind, _ in frame.facts]


def test_nothing_is_opened_before_the_first_write(store: Path) -> None:
    SpoolWriter(store, run_id="run").close()
    assert not store.exists()


def test_every_file_repeats_what_its_rows_refer_to(store: Path) -> None:
    writer = SpoolWriter(store, run_id="run", rotate_bytes=1)
    writer.write(facts=[CODE, ("gap", '{"key": 1}')])
    writer.write(facts=[("process", '{"key": "", "cwd": "/srv"}')])
    writer.close()
    first, second, last = spool_files(store)
    assert kinds(frames(first)[0]) == ["process", "code", "gap"]
    assert kinds(frames(second)[0]) == ["process", "code"]
    assert kinds(frames(last)[0]) == ["process", "code", "end"]
    process = json.loads(frames(second)[0].facts[0][1])
    assert process["cwd"] == "/srv" and process["pid"] == os.getpid()


def test_a_file_repeats_only_the_newest_threads_and_tasks(store: Path) -> None:
    writer = SpoolWriter(store, run_id="run")
    writer.write(facts=[CODE])
    for key in range(20_000):
        writer.write(facts=[("task", f'{{"key": {key}, "name": "Task-{key}"}}')])
    writer._rotate_bytes = 1
    writer.write()
    head = frames(spool_files(store)[-1])[0].facts
    tasks = [json.loads(text)["key"] for kind, text in head if kind == "task"]
    assert CODE[0] in {kind for kind, _ in head}
    assert len(tasks) <= 4_000
    assert tasks == list(range(20_000 - len(tasks), 20_000))


def test_files_keep_their_order_though_the_clock_is_set_back(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = SpoolWriter(store, run_id="run", rotate_bytes=1)
    for hour in (3, 2, 1, 0):
        monkeypatch.setattr(originals.time, "time_ns", (3600 * 10**9 * hour).__int__)
        writer.write(facts=[("count", json.dumps({"key": 1, "calls": 4 - hour}))])
    last = [
        json.loads(text)["calls"]
        for path in spool_files(store)
        for kind, text in frames(path)[0].facts
        if kind == "count"
    ]
    assert last == [1, 2, 3, 4]


def test_files_rotate_by_age(store: Path) -> None:
    writer = SpoolWriter(store, run_id="run", rotate_seconds=0)
    writer.write()
    writer.write()
    assert len(spool_files(store)) == 2


def test_a_file_is_finished_when_its_writer_is(store: Path) -> None:
    writer = SpoolWriter(store, run_id="run")
    writer.write(facts=[CODE])
    (path,) = spool_files(store)
    assert not is_finished(path)
    writer.close()
    assert is_finished(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_forked_child_writes_a_file_of_its_own(store: Path) -> None:
    writer = SpoolWriter(store, run_id="run")
    writer.write(facts=[CODE])
    child = os.fork()
    if child == 0:
        try:
            writer.write(facts=[("gap", '{"key": 1}')])
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    writer.close()
    parents, childs = (frames(path) for path in spool_files(store))
    assert kinds(childs[0]) == ["process", "code", "gap"]
    assert childs[0].process != parents[0].process
    assert json.loads(childs[0].facts[0][1])["parent_pid"] == os.getpid() == parents[0].pid


def test_a_childs_death_does_not_keep_the_parents_file_open(store: Path) -> None:
    """A lock is shared by everyone who inherited the file: a child must let go of it."""
    script = (
        "import os, sys, time; from pathlib import Path\n"
        "from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter\n"
        "writer = SpoolWriter(Path(sys.argv[1]), run_id='run'); writer.write()\n"
        "pid = os.fork()\n"
        "if pid == 0: os.close(1); time.sleep(1_000); os._exit(0)\n"
        "print(pid, flush=True); os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, store], stdout=subprocess.PIPE, check=False)
    try:
        assert is_finished(spool_files(store)[0])
    finally:
        os.kill(int(done.stdout), signal.SIGKILL)


def test_a_full_disk_is_an_error_and_the_next_frame_is_readable(store: Path) -> None:
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter\n"
        "writer = SpoolWriter(Path(sys.argv[1]), run_id='run')\n"
        "writer.write(facts=[('code', '{\"key\": 1}')])\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, -1))\n"
        "try: writer.write(facts=[('gap', '{\"key\": \"' + 'x' * 9000 + '\"}')])\n"
        "except OSError as error: print('refused')\n"
        "writer.write(facts=[('gap', '{\"key\": 2}')])\n"
        "writer.close()\n"
    )
    command = [sys.executable, "-c", script, str(store)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == "refused\n"
    first, second = spool_files(store)
    assert [kinds(frame) for frame in frames(first)] == [["process", "code"]]
    assert [kinds(frame) for frame in frames(second)] == [["process", "code", "gap"], ["end"]]


def test_no_place_for_a_store_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        SpoolWriter(tmp_path / "file", run_id="run").write()


def test_the_launcher_needs_only_the_standard_library(store: Path, write_end: Callable[..., None]) -> None:
    script = (
        "import sys; before = set(sys.modules); import breadcrumb_exporter_duckdb.writing.spool\n"
        "print([name for name in sys.modules if name.partition('.')[0] in "
        "('opentelemetry', 'duckdb', 'pyarrow', 'breadcrumb_redaction') "
        "and name.removeprefix('breadcrumb_redaction').strip('.') not in ('', 'lazy', 'named_tuple')])"
    )
    done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == "[]\n"
    write_end(store, "run", how="exit", exit_status=0, end_ns=1)
    assert kinds(frames(spool_files(store)[0])[0]) == ["run"]


TAKEN_OVER = """
import os, sys
from pathlib import Path
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter
writer = SpoolWriter(Path("store"), run_id="run")
writer.write(facts=[("code", '{"key": 1}')])
mine = os.open("mine.txt", os.O_RDWR | os.O_CREAT)
numbers = [int(name) for name in os.listdir("/dev/fd") if name.isdigit() and int(name) > 2]
for number in numbers:
    if number != mine:
        {steal}
for _ in range(3):
    writer.write(facts=[("gap", '{"key": 1}')])
writer.close()
os.fstat(mine)
print(os.path.getsize("mine.txt"))
"""


@pytest.mark.parametrize("steal", ["os.close(number)", "os.dup2(mine, number)"])
def test_a_descriptor_that_the_program_takes_over_is_the_programs(tmp_path: Path, steal: str) -> None:
    program = TAKEN_OVER.replace(
        "{steal}",
        f"""
        try:
            {steal}
        except OSError:
            pass
        """,
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ended.stdout, ended.returncode) == ("0\n", 0), ended.stderr
    first, second = spool_files(tmp_path / "store")
    assert [kind for frame in frames(first) for kind in kinds(frame)] == ["process", "code"]
    written = [kind for frame in frames(second) for kind in kinds(frame)]
    assert written == ["process", "code", "gap", "gap", "gap", "end"]


def test_a_file_that_vanished_is_followed_by_a_new_one(store: Path) -> None:
    writer = SpoolWriter(store, run_id="run")
    writer.write(facts=[CODE])
    shutil.rmtree(store)
    writer.write(facts=[("gap", '{"key": 1}')])
    writer.close()
    (file,) = spool_files(store)
    assert kinds(frames(file)[0]) == ["process", "code", "gap"]


def test_the_programs_own_descriptors_keep_their_numbers(store: Path, tmp_path: Path) -> None:
    with (tmp_path / "probe").open("w") as probe:
        free = probe.fileno()
    writer = SpoolWriter(store, run_id="run")
    writer.write(facts=[CODE])
    with (tmp_path / "probe").open("w") as probe:
        assert probe.fileno() == free
    writer.close()
