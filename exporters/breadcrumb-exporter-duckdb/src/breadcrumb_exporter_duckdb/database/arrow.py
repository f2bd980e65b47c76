"""Turns frames into two Arrow tables, calls and values, whose buffers are those of the frames."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.database.arrays import FORMATS, constant, made, numbers, repeated
from breadcrumb_exporter_duckdb.database.arrow_values import shared_values
from breadcrumb_exporter_duckdb.format.frame import VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from breadcrumb_exporter_duckdb.format.frame import Buffers, Frame

COLUMNS = {
    "trace_id": "w:16",
    **dict.fromkeys(("span_id", "parent_id", "stack", "ordinal", "last_ordinal", "thread", "task"), "L"),
    **dict.fromkeys(("code", "depth", "suspensions", "called_line", "ended_line"), "I"),
    **dict.fromkeys(("start_ns", "duration_ns", "child_ns", "ran_ns"), "l"),
    "outcome": "C",
    **dict.fromkeys(("args", "return", "exception", "extra"), "U"),
}
"""The columns of a frame of texts, with their Arrow formats; what we do not know is kept under `more`."""


def tables(frames: Sequence[Frame]) -> tuple[pa.Table, pa.Table]:
    """The calls of all frames, and their values.

    Calls have run_id, process and pid before and `more` behind the known columns; `args` are references,
    and `return` is one. `position` tells them apart, whatever their ids. `first` is the place of their
    frame's first value among all of them, `count` how many it has. KeyError, ValueError or ArrowException
    where a frame's columns are of no format that we know, or broken.
    """
    calls, values = [], []
    position = first = 0
    for frame in frames:
        shared = shared_values(frame)
        texts, count = shared["values"], len(shared["values"])
        calls.append(
            _rows(frame, shared)
            .append_column("position", numbers("I", range(position, position + frame.rows)))
            .append_column("first", constant("l", first, frame.rows))
            .append_column("count", constant("l", count, frame.rows))
        )
        place = numbers("l", range(first, first + count))
        values.append(pa.table({"run_id": repeated(frame.run_id, count), "place": place, "text": texts}))
        position += frame.rows
        first += count
    return pa.concat_tables(calls), pa.concat_tables(values)


def _rows(frame: Frame, shared: Mapping[str, pa.Array]) -> pa.Table:
    rows = frame.rows
    arrays: dict[str, pa.Array] = {
        "run_id": repeated(frame.run_id, rows),
        "process": constant("L", int(frame.process, 16), rows),
        "pid": constant("l", frame.pid, rows),
    }
    for name, kind in COLUMNS.items():
        given = frame.columns.get(name)
        if given and kind == "l":
            _require_times(given)
        if name in shared:
            arrays[name] = shared[name]
        else:
            arrays[name] = made(*given) if given else pa.nulls(rows, FORMATS[kind])
    arrays["whole"] = shared["whole"]
    arrays["more"] = _more(frame)
    return pa.table(arrays)


def _require_times(given: tuple[str, int, Buffers]) -> None:
    """ValueError for times that could not be added: 2^62 nanoseconds after 1970 is the year 2116."""
    kind, length, parts = given
    times = memoryview(parts[1] or b"")[: 8 * length].cast("q") if kind == "l" else memoryview(b"")
    if len(times) and not -(1 << 62) < min(times) <= max(times) < 1 << 62:
        raise ValueError("times beyond all bounds")


def _more(frame: Frame) -> pa.Array:
    unknown = {
        name: made(*given).to_pylist()
        for name, given in frame.columns.items()
        if name not in COLUMNS and name != VALUES
    }
    if not unknown:
        return pa.nulls(frame.rows, pa.large_utf8())
    values: Iterable[tuple[object, ...]] = zip(*unknown.values(), strict=True)
    texts = [json.dumps(dict(zip(unknown, row, strict=True)), default=repr) for row in values]
    return pa.array(texts, pa.large_utf8())
