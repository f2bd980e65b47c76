"""Compacting, clearing and verifying a store change and remove nothing but what they say."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import duckdb
import pytest
from breadcrumb_exporter_duckdb.base.location import DATABASE, UNFINISHED, StoreError, StoreMissing
from breadcrumb_exporter_duckdb.base.retention import Retention
from breadcrumb_exporter_duckdb.care import compaction
from breadcrumb_exporter_duckdb.care.clearing import clear
from breadcrumb_exporter_duckdb.care.compaction import compact
from breadcrumb_exporter_duckdb.care.verification import Finding, verify
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.database.leftovers import debris
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.reading.inventory import inventory
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter, spool_files

if TYPE_CHECKING:
    from pathlib import Path

WriteRun = Callable[..., SpoolWriter]


def change(store: Path, sql: str) -> None:
    with contextlib.closing(duckdb.connect(str(store / DATABASE))) as connection:
        connection.execute(sql)


def ask(store: Path, sql: str) -> list[tuple[object, ...]]:
    with contextlib.closing(duckdb.connect(str(store / DATABASE), read_only=True)) as connection:
        return connection.execute(sql).fetchall()


def filled(store: Path) -> None:
    """A store with a large run that is gone, and two that are there."""
    writer = SpoolWriter(store, run_id="gone")
    rows = [
        {
            "trace_id": f"{n:032x}",
            "span_id": n + 1,
            "start_ns": n,
            "args": f'{{"n": "{os.urandom(30).hex()}"}}',
        }
        for n in range(40_000)
    ]
    writer.write(columns_from_rows(rows))
    writer.close()
    fold(store, seconds=60)
    for table in ("call", "value", "fact"):
        change(store, f"DELETE FROM {table} WHERE run_id = 'gone'")


def test_compacting_gives_room_back_and_changes_nothing(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    filled(store)
    rows = ask(store, "FROM call ORDER BY span_id"), ask(store, "FROM fact ORDER BY kind, key")
    free = inventory(store).free
    before, after = compact(store)
    assert after < before * 0.6
    assert before - after > free / 2
    assert (ask(store, "FROM call ORDER BY span_id"), ask(store, "FROM fact ORDER BY kind, key")) == rows
    assert (store / DATABASE).stat().st_mode & 0o777 == 0o600
    assert not (store / UNFINISHED).exists()
    write_run(store, "later")
    assert fold(store).calls == 4


def test_a_full_disk_leaves_the_old_database(store: Path) -> None:
    filled(store)
    change(store, "INSERT INTO fact SELECT 'x', 1, 'k', uuid()::VARCHAR, NULL FROM range(60000)")
    change(store, "CHECKPOINT")
    before = (store / DATABASE).read_bytes()
    script = (
        "import resource, sys; from pathlib import Path\n"
        "from breadcrumb_exporter_duckdb.care.compaction import compact\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400000, -1))\n"
        "try: compact(Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", script, str(store)], capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("StoreError not compacted, nothing was changed"), done
    assert done.stdout.count("\n") == 1
    assert (store / DATABASE).read_bytes() == before
    assert not (store / UNFINISHED).exists()


def test_killing_a_compaction_leaves_a_whole_database(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    filled(store)
    script = (
        "import sys; from pathlib import Path\n"
        "from breadcrumb_exporter_duckdb.care.compaction import compact\n"
    )
    script += "print('begin', flush=True)\nwhile True: compact(Path(sys.argv[1]))\n"
    for hundredths in (1, 3, 6, 10, 15):
        command = [sys.executable, "-c", script, str(store)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None and process.stdout.readline()
            time.sleep(0.15 + hundredths / 100)
            process.send_signal(signal.SIGKILL)
        assert ask(store, "SELECT count(*) FROM call") == [(4,)]
    compact(store)
    assert ask(store, "SELECT count(*) FROM call") == [(4,)]


def test_a_copy_that_differs_is_not_taken(
    store: Path, write_run: WriteRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_run(store)
    fold(store)
    monkeypatch.setattr(compaction, "_counts", lambda _, name: [(name, 1)])
    with pytest.raises(StoreError, match="the copy differs"):
        compact(store)
    assert ask(store, "SELECT count(*) FROM call") == [(4,)]


def test_clearing_removes_what_was_recorded_and_nothing_else(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    fold(store)
    running = write_run(store, "bbbb2222", end=False)
    write_run(store, "cccc3333")
    (store / "config.toml").write_text("gaps = false\n")
    foreign = store / "spool" / "notes.spool"
    foreign.write_text("do not forget the milk")
    outside = store.parent / "precious"
    outside.write_bytes(b"\xff\xfeBCRUMB not yours")
    link = store / "spool" / "00-link.spool"
    link.symlink_to(outside)
    cleared = clear(store)
    assert cleared.files == 2
    assert set(cleared.foreign) == {"notes.spool", "00-link.spool"}
    assert len(cleared.written_to) == 1
    assert {path.name for path in store.iterdir()} == {
        ".gitignore",
        "config.toml",
        "lock",
        "made-here",
        "spool",
    }
    assert outside.exists() and foreign.exists() and link.is_symlink()
    link.unlink()
    running.close()
    assert fold(store).calls == 4
    assert ask(store, "SELECT DISTINCT run_id FROM call") == [("bbbb2222",)]


def test_clearing_follows_no_link_and_takes_no_other_directory(store: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreMissing):
        clear(store)
    other = tmp_path / "other"
    other.mkdir()
    (other / DATABASE).write_text("mine")
    with pytest.raises(StoreError, match="is not used"):
        clear(other)
    SpoolWriter(store, run_id="a").write()
    store.rename(tmp_path / "moved")
    store.symlink_to(tmp_path / "moved")
    with pytest.raises(StoreError, match="it is a link"):
        clear(store)
    store.unlink()
    (tmp_path / "moved").rename(store)
    (store / "spool").rename(tmp_path / "elsewhere")
    (store / "spool").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="spool is a link"):
        clear(store)
    assert list((tmp_path / "elsewhere").iterdir())
    assert (other / DATABASE).exists()


def test_a_sound_store_is_sound(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    assert verify(store) == []
    fold(store)
    write_run(store, "bbbb2222", end=False, start=1_800_000_000_000_000_000)
    assert [each.what for each in verify(store) if "span id" not in each.what] == []


@pytest.mark.parametrize(
    ("sql", "what"),
    [
        ("INSERT INTO call SELECT * FROM call WHERE span_id = 21", "calls with the span id of another"),
        (
            "DELETE FROM fact WHERE kind = 'drop'; DELETE FROM call WHERE span_id = 10",
            "a call that is missing",
        ),
        ("UPDATE call SET duration_ns = -5 WHERE span_id = 10", "ended before they began"),
        ("DELETE FROM fact WHERE kind = 'process'", "nothing was told about"),
        (
            "DELETE FROM fact WHERE kind = 'drop'; INSERT INTO fact SELECT run_id, process, 'count', '2',"
            ' \'{"key": 2, "calls": 9, "thinned": 5}\' FROM fact WHERE kind = \'end\'',
            "calls more or fewer than were counted",
        ),
    ],
)
def test_rows_that_contradict_each_other_are_found(
    store: Path, write_run: WriteRun, sql: str, what: str
) -> None:
    write_run(store)
    fold(store)
    change(store, sql)
    found = verify(store)
    assert {each.what for each in found} == {found[0].what}
    assert what in found[0].what
    assert "aaaa1111" in found[0].where and found[0].count > 0


def test_damaged_files_are_found_where_they_lie(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    write_run(store, "bbbb2222")
    first, second = spool_files(store)
    data = bytearray(first.read_bytes())
    data[100] ^= 0xFF
    first.write_bytes(data)
    os.truncate(second, second.stat().st_size - 3)
    (store / "spool" / "1-2-3.arena").write_bytes(b"\xff\xfeBC" + b"\0" * 100)
    foreign = store / "spool" / "notes.spool"
    foreign.write_text("milk")
    found = {each.where: each for each in verify(store)}
    assert set(found) == {first.name, second.name, "1-2-3.arena", foreign.name}
    assert "corrupt" in found[first.name].what and "torn" in found[second.name].what
    assert isinstance(found[foreign.name], Finding) and "not ours" in found[foreign.name].what
    fold(store)
    (second).write_bytes(b"")
    assert any("missing that were folded" in each.what for each in verify(store))


def test_what_nobody_can_read_goes_when_it_is_old(store: Path, write_run: WriteRun) -> None:
    write_run(store)
    (path,) = spool_files(store)
    os.truncate(path, path.stat().st_size - 3)
    fold(store)
    assert debris(store, Retention()) == []
    for each in (path, store / "spool" / "notes.spool"):
        each.touch()
        os.utime(each, (1, 1))
    (store / "spool" / "notes.spool").write_text("milk")
    os.utime(store / "spool" / "notes.spool", (1, 1))
    assert debris(store, Retention(days=0)) == []
    assert debris(store, Retention()) == [path]
    write_run(store, "bbbb2222")
    fold(store)
    assert [each.name for each in spool_files(store)] == ["notes.spool"]


def test_a_missing_or_busy_store_is_said_so(store: Path) -> None:
    for action in (compact, clear, verify, inventory):
        with pytest.raises(StoreMissing):
            action(store)
