"""Finished calls as rows, which turn into Arrow columns."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Protocol, cast

from breadcrumb_instrumentation_calls.base.originals import sys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from breadcrumb_instrumentation_calls.capture.calls import Record

Column = tuple[str, int, list[bytes | memoryview | None]]
"""(Arrow format, length, [validity or None, buffer, ...]), little-endian."""


class Rows(Protocol):
    """Finished calls, in the order in which they ended."""

    @property
    def pack(self) -> Callable[[bytes | memoryview], bytes | None] | None:
        """Makes bytes small, as an LZ4 block; None where it hardly would, or where nobody can."""
        ...

    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Record: ...
    def __iter__(self) -> Iterator[Record]: ...
    def columns(self) -> dict[str, Column]:
        """The columns of the batch contract; those of texts that no call has are left out."""
        ...


_NUMBERS = (
    ("span_id", "L"),
    ("parent_id", "L"),
    ("code", "I"),
    ("depth", "I"),
    ("suspensions", "I"),
    ("start_ns", "l"),
    ("duration_ns", "l"),
    ("child_ns", "l"),
    ("ran_ns", "l"),
    ("stack", "L"),
    ("ordinal", "L"),
    ("last_ordinal", "L"),
    ("thread", "L"),
    ("task", "L"),
    ("outcome", "C"),
    ("called_line", "I"),
    ("ended_line", "I"),
)
"""The fixed-width columns in the order of a Record's fields after the trace id."""

_ARRAY_CODES = {"L": "Q", "I": "I", "l": "q", "C": "B"}


class RecordRows(list["Record"]):
    """Rows that Python recorded."""

    pack = None

    def columns(self) -> dict[str, Column]:
        """The columns of the batch contract; those of texts that no call has are left out."""
        n = len(self)
        columns: dict[str, Column] = {
            "trace_id": ("w:16", n, [None, b"".join(r.trace_id.to_bytes(16, "big") for r in self)])
        }
        for position, (name, code) in enumerate(_NUMBERS, start=1):
            columns[name] = (
                code,
                n,
                [None, _numbers(_ARRAY_CODES[code], [cast("int", record[position]) for record in self])],
            )
        texts: dict[str, list[str | None]] = {
            "exception": [r.exception for r in self],
            "extra": [r.extra for r in self],
        }
        given = {name: values for name, values in texts.items() if any(value is not None for value in values)}
        columns |= {name: ("U", n, _texts(values)) for name, values in given.items()}
        return columns | _values(self)


_SCALARS = {None: 0, "null": 1, "true": 2, "false": 3}
_TEXTS = 4
"""The reference to the first text."""
_ZERO = 3 << 30
"""The reference to the integer 0; those to others lie around it."""
_MOST_DIGITS = 10


def _values(records: list[Record]) -> dict[str, Column]:
    """References to arguments and results, and the texts that they refer to, each once."""
    numbers: dict[str, int] = {}
    ends, args, results = [0], [], []
    for record in records:
        args += [_reference(text, numbers) for text in record.args]
        ends.append(len(args))
        results.append(_reference(record.result, numbers))
    return {
        "args": ("+l:I", len(records), [None, _numbers("i", ends), _numbers("I", args)]),
        "return": ("I", len(records), [None, _numbers("I", results)]),
        "values": ("U", len(numbers), _texts(list(numbers))),
    }


def _reference(text: str | None, numbers: dict[str, int]) -> int:
    """The number that stands for a text: a scalar's own, or its place among the texts."""
    scalar = _SCALARS.get(text)
    if scalar is not None or text is None:
        return scalar or 0
    if len(text) <= _MOST_DIGITS and text.lstrip("-").isdecimal() and abs(int(text)) < 1 << 30:
        return _ZERO + int(text)
    return numbers.setdefault(text, _TEXTS + len(numbers))


def _numbers(code: str, values: list[int]) -> bytes:
    numbers = array(code, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _texts(values: Sequence[str | None]) -> list[bytes | memoryview | None]:
    """[validity, 64-bit offsets, data] of nullable UTF-8 text."""
    encoded = [b"" if value is None else value.encode() for value in values]
    offsets = [0]
    for text in encoded:
        offsets.append(offsets[-1] + len(text))
    return [_validity(values), _numbers("q", offsets), b"".join(encoded)]


def _validity(values: Sequence[str | None]) -> bytes | None:
    if None not in values:
        return None
    bits = bytearray((len(values) + 7) // 8)
    for index, value in enumerate(values):
        if value is not None:
            bits[index // 8] |= 1 << (index % 8)
    return bytes(bits)
