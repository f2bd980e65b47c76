"""A spool that nobody folds stays within bounds, and answers say what went."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.lock import held
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.reading.store import open_store
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter, spool_files

if TYPE_CHECKING:
    from pathlib import Path

ROOM = 400_000
CODE = ("code", json.dumps({"key": 1, "module": "app", "function": "app.f", "qualname": "f"}))
COUNTED = "SELECT count(*), min((args->>'$.n')::INTEGER), max((args->>'$.n')::INTEGER) FROM calls"


def write_calls(writer: SpoolWriter, numbers: range) -> None:
    for number in numbers:
        row = {"trace_id": "ab" * 16, "span_id": number + 1, "code": 1, "start_ns": number, "duration_ns": 1}
        args = json.dumps({"n": number, "pad": "x" * 2000})
        writer.write(columns_from_rows([{**row, "args": args}]))


def size(store: Path) -> int:
    return sum(path.stat().st_size for path in spool_files(store))


def test_the_oldest_calls_go_and_are_counted(store: Path) -> None:
    writer = SpoolWriter(store, run_id="aaaa1111", room=ROOM)
    opened = {"code": 1, "trace_id": "ab" * 16, "start_ns": 0}
    gap = ("gap", json.dumps({"key": 1, "caller": "app.f", "callee": "round", "kind": "c", "count": 6}))
    first = [("open", json.dumps({"key": f"{key:016x}", **opened})) for key in (1, 10**6)]
    writer.write(facts=[CODE, gap, *first])
    write_calls(writer, range(1000))
    assert size(store) < ROOM * 1.3
    write_calls(writer, range(1000, 2000))
    assert size(store) < ROOM * 1.3
    writer.close()
    with open_store(store) as reader:
        ask = reader.connection.execute
        kept, least, most = ask(f"{COUNTED} WHERE status <> 'open'").fetchall()[0]
        assert (kept, most) == (2000 - least, 1999)
        assert ask("SELECT where_, count FROM drops").fetchall() == [("spool", least)]
        assert ask("SELECT callee, count FROM gaps").fetchall() == [("round", 6)]
        assert ask("SELECT DISTINCT function FROM calls").fetchall() == [("app.f",)]
        assert ask("SELECT span_id FROM calls WHERE status = 'open'").fetchall() == [(f"{10**6:016x}",)]
        assert ask("SELECT dropped, status FROM runs").fetchall() == [(least, "exited")]


def test_other_processes_files_give_way_first(store: Path) -> None:
    for number in range(3):
        writer = SpoolWriter(store, run_id=f"run{number}")
        write_calls(writer, range(100))
        writer.close()
    for path in spool_files(store):
        assert path.stat().st_size > ROOM / 2
    writer = SpoolWriter(store, run_id="last", room=ROOM)
    write_calls(writer, range(10))
    writer.close()
    assert size(store) < ROOM
    with open_store(store) as reader:
        counted = dict(
            reader.connection.execute("SELECT run_id, count(*) FROM calls GROUP BY ALL").fetchall()
        )
        dropped = dict(reader.connection.execute("SELECT run_id, dropped FROM runs").fetchall())
    assert counted == {"run2": 100, "last": 10}
    assert dropped == {"run0": 100, "run1": 100, "run2": 0, "last": 0}


def test_nothing_goes_while_somebody_reads(store: Path) -> None:
    writer = SpoolWriter(store, run_id="aaaa1111", room=ROOM)
    writer.write(facts=[CODE])
    with held(store, exclusive=False, wait=0):
        write_calls(writer, range(400))
        assert size(store) > ROOM * 2
    write_calls(writer, range(400, 800))
    assert size(store) < ROOM * 1.3
    writer.close()


def test_a_file_that_cannot_be_read_goes_too(store: Path) -> None:
    writer = SpoolWriter(store, run_id="aaaa1111", room=ROOM)
    writer.write(facts=[CODE])
    (store / "spool" / "00-1-x.spool").write_bytes(b"\xff\xfeBCRUMB torn" + b"\0" * ROOM)
    foreign = store / "spool" / "notes.spool"
    foreign.write_text("do not forget the milk")
    write_calls(writer, range(400))
    assert size(store) < ROOM * 1.3
    assert foreign.exists()
    writer.close()


def test_what_was_told_about_many_dead_processes_is_bounded_too(store: Path) -> None:
    for number in range(40):
        writer = SpoolWriter(store, run_id=f"run{number}", room=ROOM)
        writer.write(facts=[CODE, ("gap", json.dumps({"key": 1, "pad": "x" * 20_000}))])
        writer.close()
    assert size(store) < ROOM * 1.3


def test_what_was_folded_already_is_not_counted_as_gone(store: Path) -> None:
    writer = SpoolWriter(store, run_id="aaaa1111", room=ROOM)
    writer.write(facts=[CODE])
    for start in range(0, 1000, 100):
        write_calls(writer, range(start, start + 100))
        if start < 900:
            fold(store)
    writer.close()
    with open_store(store) as reader:
        ask = reader.connection.execute
        assert ask(COUNTED).fetchall() == [(1000, 0, 999)]
        assert ask("SELECT * FROM drops").fetchall() == []


def test_what_goes_between_folds_adds_up(store: Path) -> None:
    writer = SpoolWriter(store, run_id="aaaa1111", room=ROOM)
    writer.write(facts=[CODE])
    for start in (0, 1000, 2000):
        write_calls(writer, range(start, start + 1000))
        fold(store)
    writer.close()
    with open_store(store) as reader:
        kept, _, _ = reader.connection.execute(COUNTED).fetchall()[0]
        ((lost,),) = reader.connection.execute("SELECT sum(count)::BIGINT FROM drops").fetchall()
    assert kept + lost == 3000
    assert kept < 1000
