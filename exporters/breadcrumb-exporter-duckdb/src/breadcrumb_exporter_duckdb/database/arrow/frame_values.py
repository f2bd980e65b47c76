"""The values of a frame, and which of them its calls refer to.

A frame of an earlier version holds the texts of all arguments of a call as one object: each is a value then,
and its calls have their arguments whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.arrow import compute as pc
from breadcrumb_exporter_duckdb.database.arrow.arrays import FORMATS, constant, made, numbers
from breadcrumb_exporter_duckdb.format.damage import DamageError
from breadcrumb_exporter_duckdb.format.frame import VALUES
from breadcrumb_exporter_duckdb.format.values import FIRST, REFS

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.format.frame import Buffers, Columns, Frame

_TEXTS = FORMATS["U"]
_REFS = pa.list_(FORMATS["I"])
_LIST_PARTS = 3
"""Which rows are there, where each list ends, and what is in them."""


@dataclass
class FrameValues:
    """Texts, and references to them: of each call's arguments, and of what it returned."""

    run_id: str
    texts: pa.Array
    args: pa.ListArray
    result: pa.Array
    whole: bool

    def rows_beyond(self, given: int) -> list[int]:
        """The calls that have more arguments than that, where each is one."""
        if self.whole:
            return []
        lengths = pc.list_value_length(self.args)
        rows: list[int] = pc.indices_nonzero(
            pc.greater(lengths, constant("i", given, len(lengths)))
        ).to_pylist()
        return rows


def values_of(frame: Frame) -> FrameValues:
    """The values of a frame; errors as of `arrays.made`."""
    kinds = {frame.columns[name][0] for name in ("args", "return") if name in frame.columns}
    if VALUES not in frame.columns and kinds <= {"U"}:
        return _of_texts(frame)
    return _of_references(frame, frame.columns)


def _of_references(frame: Frame, columns: Columns) -> FrameValues:
    values, result = columns.get(VALUES), columns.get("return")
    if (values and values[0] != "U") or (result and result[0] != "I"):
        raise DamageError("values, or references to them, of another format")
    return FrameValues(
        frame.run_id,
        texts=made(*values) if values else pa.nulls(0, _TEXTS),
        args=_lists(*columns["args"]) if "args" in columns else pa.nulls(frame.rows, _REFS),
        result=made(*result) if result else pa.nulls(frame.rows, FORMATS["I"]),
        whole=False,
    )


def _lists(kind: str, rows: int, parts: Buffers) -> pa.ListArray:
    if kind != REFS or len(parts) != _LIST_PARTS:
        raise DamageError(f"references of the format {kind} in {len(parts)} parts")
    valid, ends, refs = (None if part is None else pa.py_buffer(part) for part in parts)
    count = 0 if refs is None else refs.size // 4
    inner = pa.Array.from_buffers(FORMATS["I"], count, [None, refs])
    array = pa.Array.from_buffers(_REFS, rows, [valid, ends], children=[inner])
    array.validate(full=True)
    return array


def _of_texts(frame: Frame) -> FrameValues:
    columns, rows = frame.columns, frame.rows
    args, result = (
        made(*columns[name]) if name in columns else pa.nulls(rows, _TEXTS) for name in ("args", "return")
    )
    ends, refs = numbers("i", range(rows + 1)), numbers("I", range(FIRST, FIRST + rows))
    return FrameValues(
        frame.run_id,
        texts=pa.concat_arrays([args, result]),
        args=pa.ListArray.from_arrays(ends, refs),
        result=numbers("I", range(FIRST + rows, FIRST + 2 * rows)),
        whole=True,
    )
