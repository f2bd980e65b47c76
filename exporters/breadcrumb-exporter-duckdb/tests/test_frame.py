from __future__ import annotations

import io
import itertools
import json
import struct
import zlib
from typing import TYPE_CHECKING

import pyarrow  # type: ignore[import-untyped]  # it ships no types
import pytest
from breadcrumb_exporter_duckdb.base import json_text
from breadcrumb_exporter_duckdb.database.arrow.unpacking import unpacked
from breadcrumb_exporter_duckdb.format.frame import (
    LENGTHS,
    MAGIC,
    PREFIX,
    VERSION,
    Columns,
    Found,
    Frame,
    encode,
    pieces,
    scan,
)
from breadcrumb_exporter_duckdb.format.narrow import WIDTHS
from hypothesis import example, given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: Columns = {
    "span_id": ("L", 1, [None, b"\1" + bytes(7)]),
    "values": ("U", 2, [None, bytes(8) + b"\2" + bytes(7) + b"\4" + bytes(7), b"[][]"]),
    "refs_of_tomorrow": ("+l:I", 1, [None, bytes(4) + b"\1" + bytes(3), b"\4" + bytes(3)]),
    "args": ("U", 1, [b"\1", bytes(8) + b"\2" + bytes(7), b"{}"]),
    "of_tomorrow": ("C", 1, [None, b"\7"]),
}
FRAMES = [
    Frame("00000000000000aa", "run1", 1, COLUMNS, [("code", '{"key": 1}')], []),
    Frame("00000000000000aa", "run1", 1, {}, [("later", '{"key": "\u00e9"}')], [{"name": "GET /"}]),
    Frame("00000000000000aa", "run1", 1, COLUMNS, [], []),
]
WHOLE = b"".join(encode(frame) for frame in FRAMES)
ENDS = [sum(len(encode(frame)) for frame in FRAMES[: n + 1]) for n in range(len(FRAMES))]

words = st.text(st.characters(exclude_categories=["Cs"]))
facts = st.dictionaries(words, words | st.integers() | st.none()).map(json_text.dumps)
"""Facts as the tracer hands them on."""


def found(data: bytes, start: int = 0) -> list[Found]:
    return list(scan(io.BytesIO(data), start, unpack=unpacked))


def frames(data: bytes) -> list[Frame]:
    return [each.frame for each in found(data) if each.frame is not None]


@given(st.lists(st.tuples(words, facts)), st.binary(), st.integers(0, 2**31))
@example([("", json_text.dumps({"file": "\\udc80"}))], b"", 0)
def test_what_was_encoded_is_read(told: list[tuple[str, str]], data: bytes, pid: int) -> None:
    frame = Frame("ab", "run", pid, {"x": ("C", len(data), [None, data])}, told, [])
    assert frames(encode(frame)) == [frame]


def test_frames_follow_one_another() -> None:
    assert frames(WHOLE) == FRAMES
    assert [each.end for each in found(WHOLE)] == ENDS
    assert [each.frame for each in found(WHOLE, ENDS[0])] == FRAMES[1:]


def test_a_file_cut_at_any_byte_gives_the_whole_frames_and_a_torn_tail() -> None:
    for cut in range(len(WHOLE)):
        seen = found(WHOLE[:cut])
        whole = sum(end <= cut for end in ENDS)
        assert [each.frame for each in seen[:whole]] == FRAMES[:whole]
        rest = seen[whole:]
        assert [(each.start, each.end, each.problem) for each in rest] == (
            [] if cut in (0, *ENDS) else [(ENDS[whole - 1] if whole else 0, cut, "torn")]
        )


def test_any_changed_byte_costs_only_its_own_frame() -> None:
    for at in range(ENDS[0], ENDS[1]):
        data = bytearray(WHOLE)
        data[at] ^= 0x41
        assert frames(bytes(data))[:1] == FRAMES[:1]
        if at not in (ENDS[0] + 8, ENDS[0] + 9):  # a newer version stops the reader instead
            assert FRAMES[2] in frames(bytes(data))


def test_nothing_between_problems_and_frames_is_left_unsaid() -> None:
    data = WHOLE[: ENDS[0]] + b"garbage" + WHOLE[ENDS[0] :]
    seen = found(data)
    assert [each.problem for each in seen] == [None, "corrupt", None, None]
    assert [each.start for each in seen[1:]] == [each.end for each in seen[:-1]]


def test_a_frame_of_a_newer_version_is_left_alone() -> None:
    data = bytearray(WHOLE)
    data[ENDS[0] + 8] = 9
    assert [each.problem for each in found(bytes(data))] == [None, "newer"]


@pytest.mark.parametrize("data", [b"hello, world\n" * 50, bytes(500), b"\xff\xfeB" * 40])
def test_a_foreign_file_is_told_from_ours(data: bytes) -> None:
    assert [each.problem for each in found(data)] == ["foreign"]


@given(st.binary(max_size=400))
def test_no_bytes_upset_the_reader(data: bytes) -> None:
    for content in (data, MAGIC + data, WHOLE + MAGIC + data, WHOLE[:-3] + data):
        assert sum(each.end - each.start for each in found(content)) == len(content)


def test_recorded_data_never_looks_like_a_frame() -> None:
    inner = encode(FRAMES[0]).decode("latin-1")
    outer = bytearray(encode(Frame("aa", "run", 1, {}, [("code", inner)], [])))
    outer[PREFIX.size + 20] ^= 1
    assert frames(bytes(outer)) == []


def test_a_file_larger_than_a_piece_is_searched_whole(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * ((1 << 20) - 3) + WHOLE)
    with path.open("rb") as file:
        assert [each.problem for each in scan(file)] == ["foreign", None, None, None]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
COLUMN = st.tuples(
    st.sampled_from(["span_id", "start_ns", "args", "values", "x"]) | JSON,
    st.sampled_from(["L", "l", "U", "+l:I", "w:16", "Q!"]) | JSON,
    st.integers(-1, 2**70) | JSON,
    st.lists(st.none() | st.integers(-9, 2**40), max_size=3) | JSON,
)
HEADER = st.fixed_dictionaries(
    {},
    optional={
        "process": st.sampled_from(["aa", "zz", "f" * 40]) | JSON,
        "run_id": st.text(max_size=3) | JSON,
        "pid": st.integers() | JSON,
        "columns": st.lists(COLUMN, max_size=3) | JSON,
        "facts": st.lists(st.tuples(st.text(max_size=3), st.text(max_size=9)), max_size=3) | JSON,
        "spans": st.lists(st.dictionaries(st.text(max_size=3), JSON, max_size=3), max_size=3) | JSON,
    },
)


@example(said={}, rest=MAGIC, length=None)
@given(HEADER | JSON, st.binary(max_size=64), st.integers(0, 2**32 - 1) | st.none())
def test_whatever_a_header_says_it_is_a_frame_or_damage(
    said: object, rest: bytes, length: int | None
) -> None:
    header = json.dumps(said).encode()
    payload = LENGTHS.pack(len(header) if length is None else length, 0) + header + rest
    data = PREFIX.pack(MAGIC, 1, 0, zlib.crc32(payload), len(payload)) + payload
    (first, *others) = found(data + WHOLE)
    assert (first.frame is None) == (first.problem is not None)
    assert [each.frame for each in others] == FRAMES


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=9)), max_size=4))
def test_changed_bytes_are_damage_and_hide_nothing_behind_them(changes: list[tuple[int, bytes]]) -> None:
    data = bytearray(WHOLE)
    for at, new in changes:
        data[at : at + len(new)] = new
    seen = found(bytes(data) + WHOLE)
    assert [each.frame for each in seen if each.frame is not None][-len(FRAMES) :] == FRAMES or any(
        each.problem == "newer" for each in seen
    )
    assert all(one.end == other.start for one, other in itertools.pairwise(seen))


def test_damage_that_looks_like_a_newer_frame_hides_none_after_it() -> None:
    seen = found(WHOLE + b"?" + MAGIC + b"\xff" * 40 + WHOLE)
    assert [each.frame for each in seen] == [*FRAMES, None, *FRAMES]
    assert seen[len(FRAMES)].problem == "corrupt"


NUMBERS = st.sampled_from(["L", "l", "I", "C", "w:16"]).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.binary(min_size=WIDTHS[kind], max_size=WIDTHS[kind]),
        st.lists(st.binary(max_size=WIDTHS[kind]), min_size=1, max_size=20),
    )
)


@given(NUMBERS)
def test_columns_of_numbers_that_share_bytes_are_the_same_when_read(
    made: tuple[str, bytes, list[bytes]],
) -> None:
    kind, first, low = made
    data = b"".join(each + first[len(each) :] for each in low)
    ids = struct.pack(f"<{len(low)}Q", *range(len(low)))
    columns: Columns = {"span_id": ("L", len(low), [None, ids]), "x": (kind, len(low), [None, data])}
    frame = Frame("aa", "run", 1, columns, [], [])
    assert frames(encode(frame)) == [frame]


def test_bytes_that_all_numbers_of_a_column_share_are_written_once() -> None:
    rows = 1000
    same, ids = (struct.pack(f"<{rows}Q", *numbers) for numbers in ([7] * rows, range(rows)))
    columns: Columns = {
        name: ("L", rows, [None, data])
        for name, data in {"span_id": ids, "thread": same, "ordinal": ids}.items()
    }
    assert 12 * rows < len(encode(Frame("aa", "run", 1, columns))) < 12 * rows + 500


@pytest.mark.parametrize("above", ["00" * 3, "00" * 9, "zz", 7])
def test_a_column_of_another_width_than_it_says_is_no_frame(above: object) -> None:
    header = {
        "process": "aa", "run_id": "run", "pid": 1, "facts": [], "spans": [],
        "columns": [["thread", "L", 9, [None, 36], above]],
    }  # fmt: skip
    text = json.dumps(header).encode()
    payload = LENGTHS.pack(len(text), 0) + text + bytes(-len(text) % 8) + bytes(40)
    data = PREFIX.pack(MAGIC, VERSION, 0, zlib.crc32(payload), len(payload)) + payload
    assert [(each.frame, each.problem) for each in found(data)] == [(None, "corrupt")]


def pack(data: bytes | memoryview) -> bytes | None:
    """As the C recorder does."""
    block: bytes = pyarrow.compress(data, codec="lz4_raw", asbytes=True)
    return block if len(block) < len(data) else None


def packed(frame: Frame) -> bytes:
    return b"".join(pieces(frame, pack))


def test_what_was_made_small_is_read_and_its_ids_without_anybody_who_knows_how() -> None:
    rows = 500
    columns: Columns = {
        "span_id": ("L", rows, [None, bytes(8 * rows)]),
        "ordinal": ("L", rows, [None, struct.pack(f"<{rows}Q", *range(0, 3 * rows, 3))]),
        "duration_ns": ("L", rows, [None, struct.pack(f"<{rows}Q", *([1 << 40, 7] * (rows // 2)))]),
        "extra": ("U", rows, [None, bytes(8 * rows) + (2000).to_bytes(8, "little"), b"abcd" * 500]),
        "outcome": ("C", rows, [None, bytes(range(250)) * 2]),
    }
    frame = Frame("aa", "run", 1, columns, [("code", '{"key": 1}')], [])
    assert frames(packed(frame)) == [frame]
    assert len(packed(frame)) < len(encode(frame)) / 2
    (part,) = [each.frame for each in scan(io.BytesIO(packed(frame)))]
    assert part is not None
    assert part.columns["span_id"] == columns["span_id"]
    assert (part.rows, part.facts, "extra" in part.columns) == (rows, frame.facts, False)


@pytest.mark.parametrize("size", [0, -1, 99, 1 << 40, "x", None])
@pytest.mark.parametrize("block", [pack(b"a" * 100), b"\xff" * 10, b""])
def test_a_buffer_that_is_another_than_it_says_is_no_frame(block: bytes, size: object) -> None:
    header = {
        "process": "aa", "run_id": "run", "pid": 1, "facts": [], "spans": [],
        "columns": [["x", "C", 1, [None, [len(block), size]]]],
    }  # fmt: skip
    text = json.dumps(header).encode()
    payload = LENGTHS.pack(len(text), 0) + text + bytes(-len(text) % 8) + block + bytes(40)
    data = PREFIX.pack(MAGIC, VERSION, 0, zlib.crc32(payload), len(payload)) + payload
    assert [(each.frame, each.problem) for each in found(data)] == [(None, "corrupt")]


def test_frames_of_the_version_before_are_read() -> None:
    data = bytearray(WHOLE)
    for start in [0, *ENDS[:-1]]:
        data[start + 8] = VERSION - 2
    assert frames(bytes(data)) == FRAMES


def test_a_fault_of_the_readers_own_is_not_told_as_damage() -> None:
    def unpack(part: bytes | memoryview, size: int) -> bytes:
        raise AttributeError(size)

    columns: Columns = {"x": ("C", 500, [None, bytes(500)])}
    data = packed(Frame("aa", "run", 1, columns))
    with pytest.raises(AttributeError):
        list(scan(io.BytesIO(data), unpack=unpack))
