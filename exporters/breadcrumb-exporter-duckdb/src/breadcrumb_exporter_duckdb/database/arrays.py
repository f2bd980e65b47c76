"""Arrow arrays made of buffers, those of frames among them.

To make one of Python's values, or even a scalar, pyarrow imports pandas where there is one, which takes
longer than all the rest of a fold.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Literal

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breadcrumb_exporter_duckdb.format.frame import Buffers

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


_CODES = {"I": "I", "i": "i", "l": "q", "L": "Q"}
Kind = Literal["I", "i", "l", "L"]


def numbers(kind: Kind, values: Iterable[int]) -> pa.Array:
    """An array of integers; OverflowError or TypeError for what is none of the kind."""
    return _packed(kind, array(_CODES[kind], values))


def constant(kind: Kind, value: int, rows: int) -> pa.Array:
    """The same integer in each row; errors as of `numbers`."""
    return _packed(kind, array(_CODES[kind], [value]) * rows)


def _packed(kind: Kind, numbers: array[int]) -> pa.Array:
    return pa.Array.from_buffers(FORMATS[kind], len(numbers), [None, pa.py_buffer(numbers)])


def repeated(text: str, rows: int) -> pa.Array:
    """The same text in each row."""
    data = text.encode()
    ends = array("q", [row * len(data) for row in range(rows + 1)])
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(data * rows)]
    return pa.Array.from_buffers(pa.large_utf8(), rows, buffers)


def made(kind: str, length: int, parts: Buffers) -> pa.Array:
    """A frame's column as an array; KeyError, ValueError or ArrowException where it is broken."""
    buffers = [None if part is None else pa.py_buffer(part) for part in parts]
    array = pa.Array.from_buffers(FORMATS[kind], length, buffers)
    array.validate(full=True)
    return array


def flags(rows: int, *, value: bool) -> pa.Array:
    """The same truth in each row."""
    bits = (b"\xff" if value else b"\0") * ((rows + 7) // 8)
    return pa.Array.from_buffers(pa.bool_(), rows, [None, pa.py_buffer(bits)])
