"""The values of a frame, and which of them its calls refer to, as Arrow arrays.

A frame of an earlier version holds the texts of all arguments of a call as one object: each is a value then,
and the call is marked as one that has its arguments whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.database.arrays import FORMATS, flags, made, numbers
from breadcrumb_exporter_duckdb.format.frame import VALUES
from breadcrumb_exporter_duckdb.format.values import FIRST, REFS

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.format.frame import Buffers, Columns, Frame

_TEXTS = FORMATS["U"]
_REFS = pa.list_(FORMATS["I"])


def shared_values(frame: Frame) -> dict[str, pa.Array]:
    """The texts as `values`, and `args`, `return` and `whole` of each call; errors as of `arrays.made`."""
    kinds = {frame.columns[name][0] for name in ("args", "return") if name in frame.columns}
    if VALUES not in frame.columns and kinds <= {"U"}:
        return _of_texts(frame.columns, frame.rows)
    return _of_references(frame.columns, frame.rows)


def _of_references(columns: Columns, rows: int) -> dict[str, pa.Array]:
    values, result = columns.get(VALUES), columns.get("return")
    if (values and values[0] != "U") or (result and result[0] != "I"):
        raise ValueError("values, or references to them, of another format")
    return {
        "values": made(*values) if values else pa.nulls(0, _TEXTS),
        "args": _lists(*columns["args"]) if "args" in columns else pa.nulls(rows, _REFS),
        "return": made(*result) if result else pa.nulls(rows, FORMATS["I"]),
        "whole": flags(rows, value=False),
    }


def _lists(kind: str, rows: int, parts: Buffers) -> pa.Array:
    if kind != REFS:
        raise ValueError(f"references of the format {kind}")
    valid, ends, refs = (None if part is None else pa.py_buffer(part) for part in parts)
    count = 0 if refs is None else refs.size // 4
    inner = pa.Array.from_buffers(FORMATS["I"], count, [None, refs])
    array = pa.Array.from_buffers(_REFS, rows, [valid, ends], children=[inner])
    array.validate(full=True)
    return array


def _of_texts(columns: Columns, rows: int) -> dict[str, pa.Array]:
    args, result = (
        made(*columns[name]) if name in columns else pa.nulls(rows, _TEXTS) for name in ("args", "return")
    )
    ends, refs = numbers("i", range(rows + 1)), numbers("I", range(FIRST, FIRST + rows))
    return {
        "values": pa.concat_arrays([args, result]),
        "args": pa.ListArray.from_arrays(ends, refs),
        "return": numbers("I", range(FIRST + rows, FIRST + 2 * rows)),
        "whole": flags(rows, value=True),
    }
