"""Builds a batch's columns from plain rows, for whoever writes calls without a recorder's arena."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, cast

from breadcrumb_exporter_duckdb.format.values import value_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breadcrumb_exporter_duckdb.format.frame import Buffers, Columns

PACKED = {"L": "Q", "I": "I", "l": "q", "C": "B"}
NUMBERS = {
    **dict.fromkeys(("span_id", "parent_id", "stack", "ordinal", "last_ordinal", "thread", "task"), "L"),
    **dict.fromkeys(("code", "depth", "suspensions", "called_line", "ended_line"), "I"),
    **dict.fromkeys(("start_ns", "duration_ns", "child_ns", "ran_ns"), "l"),
    "outcome": "C",
}
"""Columns of a frame that are numbers, with their Arrow formats."""


def columns_from_rows(rows: Sequence[Mapping[str, object]]) -> Columns:
    """The batch contract's columns; a row gives trace_id in hex, JSON as text, and may leave out zeros.

    Where rows give `args` as a sequence, a text (or None) for each parameter, values are written once.
    """
    ids = b"".join(bytes.fromhex(str(row["trace_id"])) for row in rows)
    columns: dict[str, tuple[str, int, Buffers]] = {"trace_id": ("w:16", len(rows), [None, ids])}
    for name, kind in NUMBERS.items():
        values = [row.get(name, 0) for row in rows]
        columns[name] = (kind, len(rows), [None, struct.pack(f"<{len(rows)}{PACKED[kind]}", *values)])
    texts = {name: [row.get(name) for row in rows] for name in ("args", "return", "exception", "extra")}
    if any(isinstance(args, list | tuple) for args in texts["args"]):
        columns.update(value_columns(cast("Any", texts.pop("args")), cast("Any", texts.pop("return"))))
    return columns | {name: ("U", len(rows), _texts(each)) for name, each in texts.items()}


def _texts(values: Sequence[object]) -> Buffers:
    validity = bytearray((len(values) + 7) // 8)
    offsets, data = [0], bytearray()
    for index, value in enumerate(values):
        if value is not None:
            validity[index // 8] |= 1 << index % 8
            data += str(value).encode()
        offsets.append(len(data))
    return [bytes(validity), struct.pack(f"<{len(offsets)}q", *offsets), bytes(data)]
