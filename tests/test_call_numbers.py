"""`F#n` is the n-th call of F in start order, in whatever pieces and order the calls came into the store."""

from __future__ import annotations

import contextlib
import json
import random
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb.base.location import DATABASE
from breadcrumb_exporter_duckdb.database import loading, pruning
from breadcrumb_exporter_duckdb.database.database import connect
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.database.statements import sql
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.reading.store import Reader, open_store
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

from breadcrumb.questions.call import numbered_call
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.call_numbers import call_numbers
from breadcrumb.questions.facts.calls.call_rows import read_calls
from breadcrumb.questions.facts.run.run_facts import find_run

if TYPE_CHECKING:
    from pathlib import Path

START = 1_700_000_000_000_000_000
RUN = "aaaa1111"
CODES = [
    ("code", json.dumps({"key": key, "module": "app", "qualname": name, "function": f"app.{name}"}))
    for key, name in ((1, "f"), (2, "g"))
]
NUMBERS = """select span_id, row_number() over (partition by function order by start_ns, ordinal, span_id)
    from base.call"""


def write(store: Path, chance: random.Random) -> list[SpoolWriter]:
    """Two processes whose calls end in an order of their own; one call of each is open."""
    writers = [SpoolWriter(store, run_id=RUN) for _ in range(2)]
    for writer in writers:
        writer.describe(command=["python", "app.py"], cwd="/srv", versions={}, recorder="c", scope={})
        writer.write(facts=CODES)
    span = 0
    for turn in range(16):
        rows = []
        for _ in range(chance.randrange(1, 6)):
            span += 1
            at = chance.randrange(60)
            rows.append({
                "trace_id": "ab" * 16, "span_id": span, "start_ns": START + at, "duration_ns": 100,
                "ran_ns": 5, "ordinal": span, "stack": 1, "code": chance.choice((1, 2)), "args": "{}",
            })  # fmt: skip
        writers[turn % 2].write(columns_from_rows(rows))
        if turn == 9:
            fold(store)
    for writer in writers:
        opened = {"key": f"{900 + writers.index(writer):016x}", "code": 1, "trace_id": "ab" * 16, "stack": 1}
        writer.write(
            facts=[("open", json.dumps({**opened, "start_ns": START + 30, "depth": 1, "ordinal": 0}))]
        )
    return writers


def numbers(reader: Reader) -> dict[int, int]:
    calls = read_calls(reader.connection, sql("run_id = {run}", run=RUN), limit=1000)
    return {int(span, 16): number for span, number in call_numbers(reader.connection, RUN, calls).items()}


@pytest.mark.parametrize("seed", range(6))
def test_numbers_are_those_of_the_start_order(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "STEP_ROWS", 4)
    store = tmp_path / "store"
    writers = write(store, random.Random(seed))
    with open_store(store, fold=False) as reader:
        found = numbers(reader)
        assert found == dict(reader.connection.execute(NUMBERS).fetchall())
        run = find_run(reader, Ask())
        for number in (1, 7):
            call = numbered_call(reader, run, Ask(), "app.f", number)
            assert found[int(call.span_id, 16)] == number == call.number
        with pytest.raises(NoAnswer, match="no call #1000"):
            numbered_call(reader, run, Ask(), "app.f", 1000)
    for writer in writers:
        writer.close()


def test_a_number_names_its_call_also_when_others_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "STEP_ROWS", 4)
    store = tmp_path / "store"
    for writer in write(store, random.Random(1)):
        writer.close()
    with open_store(store) as reader:
        before = numbers(reader)
    with contextlib.closing(connect(str(store / DATABASE), 1)) as connection:
        pruning.prune(connection, [pruning.Gone(RUN, 1, "retention.days", START + 130)])
    with open_store(store) as reader:
        left = numbers(reader)
        run = find_run(reader, Ask())
        calls = read_calls(reader.connection, sql("run_id = {run}", run=RUN), limit=1000)
        named = [
            numbered_call(reader, run, Ask(), call.function, left[int(call.span_id, 16)]) for call in calls
        ]
    assert 0 < len(left) == run.calls < len(before)
    assert [call.span_id for call in named] == [call.span_id for call in calls]
