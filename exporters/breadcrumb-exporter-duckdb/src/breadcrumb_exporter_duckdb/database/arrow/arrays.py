"""Arrow arrays made of buffers, those of frames among them.

To make one of Python's values, or even a scalar, pyarrow imports pandas where there is one, which takes
longer than all the rest of a fold.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise, repeat
from typing import TYPE_CHECKING, Literal

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.format.damage import DamageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breadcrumb_exporter_duckdb.format.frame import Buffers

pa.set_memory_pool(pa.system_memory_pool())  # its own keeps what was given back, a step's worth and more

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


def optional(kind: Kind, values: Sequence[int | None]) -> pa.Array:
    """Integers, of which some may be none."""
    filled = numbers(kind, [number or 0 for number in values]).buffers()[1]
    return pa.Array.from_buffers(FORMATS[kind], len(values), [_valid(values), filled])


def texts(values: Sequence[bytes | None]) -> pa.Array:
    """Each a text in UTF-8, or none."""
    ends = array("q", accumulate((len(text or b"") for text in values), initial=0))
    data = b"".join(filter(None, values))
    buffers = [_valid(values), pa.py_buffer(ends), pa.py_buffer(data)]
    return pa.Array.from_buffers(pa.large_utf8(), len(values), buffers)


def _valid(values: Sequence[object]) -> pa.Buffer:
    bits = bytearray((len(values) + 7) // 8)
    for at, value in enumerate(values):
        bits[at >> 3] |= (value is not None) << (at & 7)
    return pa.py_buffer(bits)


def made(kind: str, length: int, parts: Buffers) -> pa.Array:
    """A frame's column as an array. Raises DamageError or ArrowException where it is broken."""
    if kind not in FORMATS or len(parts) != FORMATS[kind].num_buffers:
        raise DamageError(f"a column of the format {kind} in {len(parts)} parts")
    buffers = [None if part is None else pa.py_buffer(part) for part in parts]
    array = pa.Array.from_buffers(FORMATS[kind], length, buffers)
    array.validate(full=True)
    return array


class Texts(Sequence["memoryview | None"]):
    """The texts of an array, where they lie; None for one that is none."""

    def __init__(self, values: pa.Array) -> None:
        _, ends, data = values.buffers()
        self._ends = memoryview(ends).cast("q")[values.offset :] if ends else memoryview(b"")
        self._data = memoryview(data) if data else memoryview(b"")
        self._valid = values.is_valid().to_pylist() if values.null_count else None
        self._length = len(values)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, at: int) -> memoryview | None:  # type: ignore[override]  # no slices
        if not 0 <= at < self._length:
            raise IndexError(at)
        if self._valid is not None and not self._valid[at]:
            return None
        return self._data[self._ends[at] : self._ends[at + 1]]

    def __iter__(self) -> Iterator[memoryview | None]:
        """Give them all, in a third of the time that asking for each takes."""
        valid = self._valid or repeat(True)
        ends = self._ends[: self._length + 1]
        for (begin, end), is_valid in zip(pairwise(ends), valid, strict=False):
            yield self._data[begin:end] if is_valid else None
