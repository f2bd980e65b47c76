"""Bytes that the C recorder makes small are read by pyarrow, whatever they are."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

with pytest.MonkeyPatch.context() as patch:
    patch.setitem(sys.modules, "numpy", None)  # it leaves memory behind, of which the sanitizer tells
    pyarrow = pytest.importorskip("pyarrow")
recorder = pytest.importorskip("breadcrumb_instrumentation_calls.native._recorder")

PIECES = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=6)


def read(block: bytes, size: int) -> bytes:
    data: bytes = pyarrow.decompress(block, decompressed_size=size, codec="lz4_raw", asbytes=True)
    return data


@given(PIECES, st.lists(st.tuples(st.integers(0, 5), st.integers(1, 300)), min_size=5, max_size=40))
@example([b"\0"], [(0, 300)] * 5)
@example([bytes(range(40)), b"x"], [(0, 7), (1, 13)] * 20)
def test_what_is_made_small_is_the_same_when_read(pieces: list[bytes], order: list[tuple[int, int]]) -> None:
    data = b"".join(pieces[at % len(pieces)] * times for at, times in order)
    block = recorder.pack(memoryview(data))
    assert block is None or (len(block) < len(data) and read(block, len(data)) == data)


@pytest.mark.parametrize("size", [255, 256, 268, 65_535, 65_536 + 12, 200_000])
def test_what_comes_again_is_told_by_reference_and_what_does_not_is_left(size: int) -> None:
    noise = random.Random(size).randbytes(size)
    assert recorder.pack(noise) is None
    for far in (77, 4_000, 60_000, 70_000):
        data = (noise[:far] * (size // min(far, size) + 1))[:size]
        block = recorder.pack(data)
        assert block is None or read(block, size) == data
        if 4 * far < size and far < 65_536:
            assert block is not None
            assert len(block) < size / 2
