"""Values of a frame: each text is written once, and calls refer to it by number.

    values   ("U", number of values, [None, offsets int64, UTF-8 data])       each the JSON text of a value
    args     ("+l:I", rows, [None, offsets int32 (rows + 1), refs uint32])    one for each parameter, in order
    return   ("I", rows, [None, refs uint32])

A reference is 0 where there is no value; null, true and false are 1, 2 and 3; from FIRST on it is the number
of a value of the same frame; from INTEGERS on it says a small integer. In the frames of earlier versions
`args` and `return` are texts themselves, all arguments of a call in one object.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.format.frame import VALUES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.format.frame import Buffers, Columns

REFS = "+l:I"
NOTHING = 0
CONSTANTS = {"null": 1, "true": 2, "false": 3}
FIRST = 4
INTEGERS = 1 << 31
MOST = 1 << 30
"""Of the integers: from -MOST on, up to but without MOST."""
ZERO = INTEGERS + MOST
_DIGITS = len(str(-MOST))


class Values:
    """Gathers the values of one frame. A text is that of one JSON value."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def ref(self, text: str | None) -> int:
        """The reference to a value; None is none."""
        if text is None:
            return NOTHING
        if text in CONSTANTS:
            return CONSTANTS[text]
        if _is_small(text):
            return ZERO + int(text)
        return FIRST + self._places.setdefault(text, len(self._places))

    def column(self) -> tuple[str, int, Buffers]:
        """The column `values`."""
        offsets, data = [0], bytearray()
        for text in self._places:
            data += text.encode()
            offsets.append(len(data))
        return "U", len(self._places), [None, struct.pack(f"<{len(offsets)}q", *offsets), bytes(data)]


def value_columns(args: Sequence[Sequence[str | None]], results: Sequence[str | None]) -> Columns:
    """The columns `values`, `args` and `return`, of the texts of each call's arguments and return value."""
    values = Values()
    refs = [[values.ref(text) for text in each] for each in args]
    flat = [ref for each in refs for ref in each]
    ends = [0]
    for each in refs:
        ends.append(ends[-1] + len(each))
    returned = [values.ref(text) for text in results]
    return {
        VALUES: values.column(),
        "args": (REFS, len(args), [None, struct.pack(f"<{len(ends)}i", *ends), _uints(flat)]),
        "return": ("I", len(args), [None, _uints(returned)]),
    }


def _is_small(text: str) -> bool:
    digits = text.removeprefix("-")
    return (
        len(text) <= _DIGITS and digits.isdecimal() and str(int(text)) == text and -MOST <= int(text) < MOST
    )


def _uints(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)
