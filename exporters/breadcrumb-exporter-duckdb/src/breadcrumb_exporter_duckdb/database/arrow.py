"""Turns the columns of frames into one Arrow table whose buffers are those of the frames.

Arrays are made of buffers: to make one of Python's values, or even a scalar, pyarrow imports pandas where
there is one, which takes longer than all the rest of a fold.
"""

from __future__ import annotations

import json
from array import array
from typing import TYPE_CHECKING, Literal

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from breadcrumb_exporter_duckdb.format.frame import Buffers, Frame

FORMATS: dict[str, pa.DataType] = {
    "w:16": pa.binary(16),
    "c": pa.int8(),
    "C": pa.uint8(),
    "s": pa.int16(),
    "S": pa.uint16(),
    "i": pa.int32(),
    "I": pa.uint32(),
    "l": pa.int64(),
    "L": pa.uint64(),
    "f": pa.float32(),
    "g": pa.float64(),
    "u": pa.utf8(),
    "U": pa.large_utf8(),
}
COLUMNS = {
    "trace_id": "w:16",
    **dict.fromkeys(("span_id", "parent_id", "stack", "ordinal", "last_ordinal", "thread", "task"), "L"),
    **dict.fromkeys(("code", "depth", "suspensions"), "I"),
    **dict.fromkeys(("start_ns", "duration_ns", "child_ns", "ran_ns"), "l"),
    "outcome": "C",
    **dict.fromkeys(("args", "return", "exception", "extra"), "U"),
}
"""The columns that we know, with their Arrow formats; others are kept as JSON under `more`."""


def table(frames: Sequence[Frame]) -> pa.Table:
    """The rows of all frames, with run_id, process and pid before and `more` behind the known columns.

    KeyError, ValueError or ArrowException where a frame's columns are of no format that we know, or broken.
    """
    return pa.concat_tables([_rows(frame) for frame in frames])


def _rows(frame: Frame) -> pa.Table:
    rows = frame.rows
    arrays: dict[str, pa.Array] = {
        "run_id": _repeated(frame.run_id, rows),
        "process": numbers("L", [int(frame.process, 16)] * rows),
        "pid": numbers("l", [frame.pid] * rows),
    }
    for name, kind in COLUMNS.items():
        given = frame.columns.get(name)
        if given and kind == "l":
            _require_times(given)
        arrays[name] = _array(*given) if given else pa.nulls(rows, FORMATS[kind])
    arrays["more"] = _more(frame)
    return pa.table(arrays)


def numbers(kind: Literal["I", "l", "L"], values: Iterable[int]) -> pa.Array:
    """An array of integers; OverflowError or TypeError for what is none of the kind."""
    made = array({"l": "q", "L": "Q"}.get(kind, kind), values)
    return pa.Array.from_buffers(FORMATS[kind], len(made), [None, pa.py_buffer(made)])


def _repeated(text: str, rows: int) -> pa.Array:
    data = text.encode()
    ends = array("q", [row * len(data) for row in range(rows + 1)])
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(data * rows)]
    return pa.Array.from_buffers(pa.large_utf8(), rows, buffers)


def _array(kind: str, length: int, parts: Buffers) -> pa.Array:
    buffers = [None if part is None else pa.py_buffer(part) for part in parts]
    made = pa.Array.from_buffers(FORMATS[kind], length, buffers)
    made.validate(full=True)
    return made


def _require_times(given: tuple[str, int, Buffers]) -> None:
    """ValueError for times that could not be added: 2^62 nanoseconds after 1970 is the year 2116."""
    kind, length, parts = given
    times = memoryview(parts[1] or b"")[: 8 * length].cast("q") if kind == "l" else memoryview(b"")
    if len(times) and not -(1 << 62) < min(times) <= max(times) < 1 << 62:
        raise ValueError("times beyond all bounds")


def _more(frame: Frame) -> pa.Array:
    unknown = {
        name: _array(*given).to_pylist() for name, given in frame.columns.items() if name not in COLUMNS
    }
    if not unknown:
        return pa.nulls(frame.rows, pa.large_utf8())
    values: Iterable[tuple[object, ...]] = zip(*unknown.values(), strict=True)
    texts = [json.dumps(dict(zip(unknown, row, strict=True)), default=repr) for row in values]
    return pa.array(texts, pa.large_utf8())
