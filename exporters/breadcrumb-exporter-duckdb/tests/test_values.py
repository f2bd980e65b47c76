"""A value is kept once in a run, and reads as if each call had it."""

from __future__ import annotations

import contextlib
import json
import struct
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_exporter_duckdb.database import database, loading, pruning, references
from breadcrumb_exporter_duckdb.database import fold as folding
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.format import arena
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.format.frame import Columns, Frame
from breadcrumb_exporter_duckdb.format.values import ZERO, value_columns
from breadcrumb_exporter_duckdb.reading.store import open_store
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

TRACE = "ab" * 16
BIG = json.dumps({"@": "app.Account", "@id": "7f3a", "owner": "ada" * 9})
Rows = list[tuple[object, object, object]]


def code(*parameters: object) -> tuple[str, str]:
    return "code", json.dumps({"key": 1, "function": "app.f", "module": "app", "parameters": parameters})


def calls(*args: object, results: Any = None, first: int = 1) -> Columns:
    """Calls with these arguments, which returned null or these."""
    return columns_from_rows(
        [
            {"trace_id": TRACE, "span_id": first + number, "code": 1, "args": each, "return": returned}
            for number, (each, returned) in enumerate(zip(args, results or ["null"] * len(args), strict=True))
        ]
    )


def written(store: Path, *frames: Columns, run_id: str = "aaaa1111", names: Any = ("self", "x")) -> None:
    writer = SpoolWriter(store, run_id=run_id)
    writer.write(facts=[code(*names)])
    for each in frames:
        writer.write(each)
    writer.close()


def told(store: Path, *, fold: bool = True) -> Rows:
    with open_store(store, fold=fold) as reader:
        sql = 'SELECT span_key, args::VARCHAR, "return"::VARCHAR FROM calls ORDER BY run_id, span_key'
        return reader.connection.execute(sql).fetchall()


def kept(store: Path, *, fold: bool = True) -> list[tuple[object, ...]]:
    with open_store(store, fold=fold) as reader:
        return reader.connection.execute(
            "SELECT run_id, text::VARCHAR FROM base.value ORDER BY ALL"
        ).fetchall()


def loaded(*steps: list[Frame]) -> Rows:
    """What frames read as, loaded into a database in memory."""
    sql = f"""SELECT c.span_id, {references.args("c").text}, {references.result("c").text}
        FROM call c {references.joins("c", "value").text} ORDER BY c.span_id"""
    with contextlib.closing(database.connect(database.MEMORY, 1)) as connection:
        database.create(connection)
        for frames in steps:
            loading.load_once(connection, frames)
        return connection.execute(sql).fetchall()


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=4,
).map(json.dumps)
CALLS = st.lists(TEXTS, max_size=7, unique=True).flatmap(
    lambda names: st.tuples(
        st.just(names),
        st.lists(
            st.tuples(st.tuples(*[JSON | st.none() for _ in names]), JSON | st.none()), min_size=1, max_size=9
        ),
    )
)


def whole_text(names: list[str], args: tuple[str | None, ...]) -> str:
    """The arguments as one object, as earlier versions wrote them."""
    given = [(name, text) for name, text in zip(names, args, strict=True) if text is not None]
    return f"{{{', '.join(f'{json.dumps(name)}: {text}' for name, text in given)}}}"


def test_values_that_do_not_fit_into_the_memory_of_a_fold_are_folded_all_the_same(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "MEMORY_MB", 1)
    large = [json.dumps(f"{number}" * 900_000) for number in range(9)]
    written(store, calls(*([text, "1"] for text in large)))
    progress = fold(store)
    assert (progress.calls, progress.remaining) == (9, 0)
    assert [text for _, text in kept(store)] == sorted(large)


@settings(max_examples=20, deadline=None)
@example((list("abcde"), [(("1", "2", "3", "4", None), None)]))
@given(CALLS)
def test_values_that_are_written_once_read_as_texts(
    made: tuple[list[str], list[tuple[tuple[str | None, ...], str | None]]],
) -> None:
    names, rows = made
    shared = calls(*(args for args, _ in rows), results=[result for _, result in rows])
    objects = [whole_text(names, args) for args, _ in rows]
    whole = calls(*objects, results=[result for _, result in rows])
    one, other = (loaded([Frame("aa", "run", 1, columns, [code(*names)])]) for columns in (shared, whole))
    assert [json.loads(str(args)) for _, args, _ in one] == [json.loads(text) for text in objects]
    assert [row[1] for row in other] == objects
    assert [row[2] for row in one] == [row[2] for row in other] == [result for _, result in rows]


@pytest.mark.parametrize("folded", [True, False])
def test_a_value_is_kept_once_in_a_run_and_not_with_another(store: Path, folded: bool) -> None:
    for run_id in ("aaaa1111", "bbbb2222"):
        written(store, calls([BIG, "1"], [BIG, "2"]), calls([BIG, '"y"'], first=3), run_id=run_id)
    assert kept(store, fold=folded) == [
        (run_id, text) for run_id in ("aaaa1111", "bbbb2222") for text in ('"y"', BIG)
    ]


def test_values_that_are_not_folded_are_not_taken_for_those_that_are(store: Path) -> None:
    written(store, calls([BIG, '"one"'], results=[BIG]))
    fold(store)
    written(store, calls([BIG, '"two"'], ['"three"', "7"], first=2))
    written(store, calls([BIG, '"one"'], first=9), run_id="bbbb2222")
    expected = [
        (1, f'{{"self": {BIG}, "x": "one"}}', BIG),
        (2, f'{{"self": {BIG}, "x": "two"}}', "null"),
        (3, '{"self": "three", "x": 7}', "null"),
        (9, f'{{"self": {BIG}, "x": "one"}}', "null"),
    ]
    assert told(store, fold=False) == expected
    assert told(store) == expected


def test_steps_of_a_fold_share_values(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "STEP_FRAMES", 1)
    written(store, calls([BIG, "1"]), calls([BIG, "2"], first=2))
    assert told(store) == [(n, f'{{"self": {BIG}, "x": {n}}}', "null") for n in (1, 2)]
    assert len(kept(store)) == 1


def test_what_is_loaded_twice_is_there_once() -> None:
    frame = Frame("aa", "run", 1, calls([BIG, "1"]), [code("self", "x")])
    again = Frame("aa", "run", 1, calls([BIG, "1"], ['"new"', "2"]), [code("self", "x")])
    both = [*loaded([frame]), (2, '{"self": "new", "x": 2}', "null")]
    assert loaded([frame], [again]) == both


def test_values_go_with_the_calls_that_have_them(store: Path) -> None:
    for run_id in ("aaaa1111", "bbbb2222"):
        written(store, calls([BIG, '"early"']), calls([BIG, '"late"'], first=2), run_id=run_id)
    fold(store, prune=False)
    with contextlib.closing(database.connect(str(store / "traces.duckdb"), 1)) as connection:
        connection.execute("UPDATE call SET start_ns = span_id * 100")
        pruning.prune(connection, [pruning.Gone("aaaa1111", 2, "x"), pruning.Gone("bbbb2222", 1, "x", 150)])
    assert kept(store) == [("bbbb2222", '"late"'), ("bbbb2222", BIG)]
    assert told(store) == [(2, f'{{"self": {BIG}, "x": "late"}}', "null")]


def replaced(columns: Columns, **others: object) -> Columns:
    return {**columns, **others}  # type: ignore[dict-item]  # what a test spoils need not be a column


def uints(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


ONE = calls([BIG, '"x"'], results=['"y"'])
WITHOUT_VALUES = {name: column for name, column in ONE.items() if name != "values"}
MISSING = '{"@missing": true}'


def test_references_to_nothing_say_that_something_is_missing(store: Path) -> None:
    beyond = replaced(ONE, args=("+l:I", 1, [None, struct.pack("<2i", 0, 2), uints(4, 77)]))
    written(store, beyond, {**WITHOUT_VALUES, **calls_ids(2)}, calls([BIG, "null"], first=3))
    assert told(store) == [
        (1, f'{{"self": {BIG}, "x": {MISSING}}}', '"y"'),
        (2, f'{{"self": {MISSING}, "x": {MISSING}}}', MISSING),
        (3, f'{{"self": {BIG}, "x": null}}', "null"),
    ]


def calls_ids(first: int) -> Columns:
    return {"span_id": calls([], first=first)["span_id"]}


@pytest.mark.parametrize("names", [(), ("self",), ("self", "x", "y", "z", "more"), None])
def test_arguments_are_read_also_where_the_names_are_others(store: Path, names: Any) -> None:
    known = names or ()
    texts = ["1", "true", '"a"', "[2]", "null", "0"]
    writer = SpoolWriter(store, run_id="aaaa1111")
    writer.write(calls(texts), [] if names is None else [code(*names)])
    writer.close()
    expected = [known[at] if at < len(known) else f"?{at + 1}" for at in range(len(texts))]
    ((_, args, _),) = told(store)
    assert json.loads(str(args)) == dict(zip(expected, map(json.loads, texts), strict=True))


BAD = {
    "offsets that go back": replaced(ONE, values=("U", 2, [None, struct.pack("<3q", 0, 9, 4), b'"x"'])),
    "offsets beyond the data": replaced(ONE, values=("U", 1, [None, struct.pack("<2q", 0, 99), b'"x"'])),
    "no JSON": replaced(ONE, values=("U", 1, [None, struct.pack("<2q", 0, 3), b"{x}"])),
    "no UTF-8": replaced(ONE, values=("U", 1, [None, struct.pack("<2q", 0, 3), b'"\xff"'])),
    "values of another format": replaced(ONE, values=("L", 1, [None, bytes(8)])),
    "texts beside references": replaced(ONE, args=("U", 1, [None, struct.pack("<2q", 0, 2), b"{}"])),
    "references that go back": replaced(ONE, args=("+l:I", 1, [None, struct.pack("<2i", 2, 0), uints(4, 4)])),
    "references beyond the data": replaced(ONE, args=("+l:I", 1, [None, struct.pack("<2i", 0, 9), uints(4)])),
    "no references": replaced(ONE, args=("+l:I", 1, [None])),
    "a list of returns": replaced(ONE, **{"return": ("+l:I", 1, [None, struct.pack("<2i", 0, 1), uints(4)])}),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_frame_whose_values_are_damaged_costs_only_itself(store: Path, bad: Columns) -> None:
    written(store, bad, calls([BIG, "5"], first=7))
    assert told(store) == [(7, f'{{"self": {BIG}, "x": 5}}', "null")]
    with open_store(store) as reader:
        assert any("unreadable" in note for note in reader.notes)


def test_an_arena_gives_its_values(tmp_path: Path) -> None:
    """As one that a process left: three values begun, two of them whole; two calls, a third one begun."""
    texts = [BIG.encode(), b'"x"']
    ends = struct.pack("<3q", 0, len(texts[0]), len(texts[0]) + len(texts[1]))
    parts = {
        "rows": struct.pack("<Q", 2),
        "count": struct.pack("<Q", 2),
        "noted": struct.pack("<Q", 0),
        "span_id": struct.pack("<3Q", 1, 2, 3),
        "code": struct.pack("<4I", 1, 1, 1, 0),
        "trace_id": bytes.fromhex(TRACE) * 3,
        "ends": struct.pack("<4i", 0, 2, 4, 0),
        "args": uints(4, 5, 5, 6),
        "return": uints(ZERO - 3, 0, 0, 0),
        "offsets": ends + bytes(8),
        "data": b"".join(texts) + bytes(-sum(map(len, texts)) % 8),
    }
    at, memory = {}, b""
    for name, part in parts.items():
        at[name] = len(memory)
        memory += part
    layout = {
        "rows": at["rows"],
        "noted": at["noted"],
        "notes": len(memory),
        "columns": [
            ["span_id", "L", 8, at["span_id"]],
            ["code", "I", 4, at["code"]],
            ["trace_id", "w:16", 16, at["trace_id"]],
        ],
        "texts": [],
        "refs": [["args", at["ends"], at["args"]], ["return", at["return"]]],
        "values": [at["offsets"], at["data"], at["count"]],
    }
    header = {"process": "aa", "run_id": "run", "pid": 1, "layout": layout}
    path = tmp_path / "1.arena"
    head = json.dumps(header).encode()
    prefix = struct.pack("<8sII", arena.MAGIC, len(head), 0) + head
    path.write_bytes(prefix.ljust(arena.HEAD, b"\0") + memory)
    frame = arena.read(path)
    assert frame is not None and frame.rows == 2
    assert loaded([Frame("aa", "run", 1, {}, [code("self", "x")]), frame]) == [
        (1, f'{{"self": {BIG}, "x": "x"}}', "-3"),
        (2, f'{{"self": "x", "x": {MISSING}}}', None),
    ]


@given(st.lists(st.lists(JSON | st.none(), max_size=3), max_size=5))
def test_a_frame_has_a_value_once(args: list[list[str | None]]) -> None:
    _, count, _ = value_columns(args, [None] * len(args))["values"]
    assert count <= len({text for each in args for text in each if text is not None})
