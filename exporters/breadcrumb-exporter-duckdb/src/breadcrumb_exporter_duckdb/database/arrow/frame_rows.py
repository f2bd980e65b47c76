"""Turns the calls of frames into Arrow tables, whose buffers are those of the frames."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.database.arrow import compute as pc
from breadcrumb_exporter_duckdb.database.arrow.arrays import FORMATS, constant, made
from breadcrumb_exporter_duckdb.format.columns import NUMBERS
from breadcrumb_exporter_duckdb.format.damage import DamageError
from breadcrumb_exporter_duckdb.format.frame import VALUES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from breadcrumb_exporter_duckdb.format.frame import Frame

COLUMNS = {"trace_id": "w:16", **NUMBERS, "exception": "U", "extra": "U"}
"""The columns of a frame beside values and references, with their Arrow formats; what we do not know is kept
under `more`."""
_REFERENCES = frozenset({"args", "return", VALUES})
_ORDER = ("run", "start_ns", "ordinal", "span_id")
_MOST_NS = 1 << 62
"""Nanoseconds after 1970 that can be added: those of the year 2116."""


def calls(frames: Sequence[Frame]) -> list[pa.Table]:
    """The calls of each frame.

    `run` says which of the frames' runs they are of, `process` and `pid` who wrote them. Raises DamageError
    or ArrowException where a frame's columns are of no format that we know, or broken.
    """
    runs = {run: at for at, run in enumerate(dict.fromkeys(frame.run_id for frame in frames))}
    return [_rows(frame, runs[frame.run_id]) for frame in frames]


def in_order(calls: pa.Table) -> pa.Table:
    """The calls in the order in which they started, by run."""
    return pc.take(calls, pc.sort_indices(calls, _ORDER))


def _rows(frame: Frame, run: int) -> pa.Table:
    arrays = {
        "run": constant("i", run, frame.rows),
        "process": constant("L", int(frame.process, 16), frame.rows),
        "pid": constant("l", frame.pid, frame.rows),
    }
    for name, kind in COLUMNS.items():
        given = frame.columns.get(name)
        arrays[name] = made(*given) if given else pa.nulls(frame.rows, FORMATS[kind])
        if kind == "l" and given:
            _require_times(arrays[name])
    return pa.table({**arrays, "more": _more(frame)})


def _require_times(times: pa.Array) -> None:
    """Raise DamageError for times that could not be added."""
    bounds = pc.min_max(times).as_py()
    if times.type != FORMATS["l"] or not -_MOST_NS < (bounds["min"] or 0) <= (bounds["max"] or 0) < _MOST_NS:
        raise DamageError("times beyond all bounds")


def _more(frame: Frame) -> pa.Array:
    unknown = {
        name: made(*given).to_pylist()
        for name, given in frame.columns.items()
        if name not in COLUMNS and name not in _REFERENCES
    }
    if not unknown:
        return pa.nulls(frame.rows, pa.large_utf8())
    values: Iterable[tuple[object, ...]] = zip(*unknown.values(), strict=True)
    texts = [json.dumps(dict(zip(unknown, row, strict=True)), default=repr) for row in values]
    return pa.array(texts, pa.large_utf8())
