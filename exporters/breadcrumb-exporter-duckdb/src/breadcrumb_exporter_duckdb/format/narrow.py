"""Columns of numbers in a frame without the bytes that are the same in every row.

Where all numbers are equal none is kept, where only their lower halves differ, these; what stands above is
told once. Most columns are like that in a frame: one thread, no task, durations of less than four seconds.
"""

from __future__ import annotations

from array import array

from breadcrumb_exporter_duckdb.format.damage import DamageError

WIDTHS = {"w:16": 16, "L": 8, "l": 8, "I": 4, "i": 4, "C": 1}
"""Bytes of a number of each format that is made narrow."""
_HALF = 4
"""Bytes that are kept of numbers of 8. Of narrower ones half would save less than it costs."""


def narrowed(kind: str, part: bytes | memoryview) -> tuple[bytes | memoryview, bytes]:
    """The low bytes of each number, together, and those above, which all of them share."""
    data, width = bytes(part), WIDTHS[kind]
    if data == data[:width] * (len(data) // width):
        return b"", data[:width]
    if width == 2 * _HALF and data[_HALF:width] == data[-_HALF:]:
        halves = array("I", data)
        above = data[_HALF:width]
        if halves[1::2].tobytes() == above * (len(data) // width):
            return halves[::2].tobytes(), above
    return part, b""


def widened(kind: str, rows: int, part: bytes | memoryview, above: bytes) -> bytes:
    """The numbers that were made narrow. Raises DamageError where they are none."""
    width = WIDTHS.get(kind, 0)
    kept = width - len(above)
    if kept not in (0, _HALF * (width == 2 * _HALF)) or len(part) != kept * rows:
        raise DamageError("a column of another width than it says")
    numbers = (bytes(kept) + above) * rows
    if not kept:
        return numbers
    halves = array("I", numbers)
    halves[::2] = array("I", bytes(part))
    return halves.tobytes()
