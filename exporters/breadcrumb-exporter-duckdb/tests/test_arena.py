"""Whatever lies in an arena, it is read as a frame or known as none."""

from __future__ import annotations

import contextlib
import json
import struct
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb.format import arena
from breadcrumb_exporter_duckdb.format.damage import DamageError
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = st.integers(-2, 80) | st.integers(-(2**64), 2**64) | st.none() | st.text(max_size=3)
PLACES = st.lists(st.lists(st.just("span_id") | NUMBER, max_size=6), max_size=3)
LAYOUT = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("rows", "noted", "notes", "open", "width", "trace_id", "args", "room"), NUMBER),
        **dict.fromkeys(("columns", "texts", "refs", "numbers"), PLACES),
        "values": st.lists(NUMBER, max_size=4),
    },
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("arena") / "1.arena"


@given(LAYOUT, st.binary(max_size=200), st.integers(0, 2**32 - 1) | st.none())
def test_any_layout_is_a_frame_or_none(path: Path, layout: object, memory: bytes, length: int | None) -> None:
    header = json.dumps({"process": "aa", "run_id": "r", "pid": 1, "layout": layout}).encode()
    head = struct.pack("<8sII", arena.MAGIC, len(header) if length is None else length, 0) + header
    path.write_bytes(head.ljust(arena.HEAD, b"\0") + memory)
    with contextlib.suppress(DamageError):
        found = arena.read(path)
        assert found is None or found.process == "aa"
