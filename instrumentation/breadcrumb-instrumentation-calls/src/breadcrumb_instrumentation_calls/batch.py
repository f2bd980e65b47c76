"""The batch: finished calls as Arrow columns for the spool, as ReadableSpans for whoever asks."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast, overload

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

    from breadcrumb_instrumentation_calls.calls import Record
    from breadcrumb_instrumentation_calls.spans import SpanBuilder

Column = tuple[str, int, list[bytes | None]]
"""(Arrow format, length, [validity or None, buffer, ...]), little-endian."""

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
)
"""The fixed-width columns in the order of a Record's fields after the trace id."""

_ARRAY_CODES = {"L": "Q", "I": "I", "l": "q", "C": "B"}


class Batch(Sequence["ReadableSpan"]):
    """Records that finished, and the facts that changed, since the batch before."""

    def __init__(self, records: list[Record], facts: list[tuple[str, str]], spans: SpanBuilder) -> None:
        self._records = records
        self._facts = facts
        self._spans = spans

    def columns(self) -> dict[str, Column]:
        """Every column of the batch contract that a call has."""
        records = self._records
        n = len(records)
        columns: dict[str, Column] = {
            "trace_id": ("w:16", n, [None, b"".join(r.trace_id.to_bytes(16, "big") for r in records)])
        }
        for position, (name, code) in enumerate(_NUMBERS, start=1):
            columns[name] = (
                code,
                n,
                [None, _numbers(_ARRAY_CODES[code], [cast("int", record[position]) for record in records])],
            )
        columns["args"] = ("U", n, _texts([r.args for r in records]))
        columns["return"] = ("U", n, _texts([r.result for r in records]))
        columns["exception"] = ("U", n, _texts([r.exception for r in records]))
        columns["extra"] = ("U", n, _texts([None] * n))
        return columns

    def facts(self) -> list[tuple[str, str]]:
        """(kind, JSON object) rows; the last one of a key wins."""
        return self._facts

    def __len__(self) -> int:
        return len(self._records)

    @overload
    def __getitem__(self, index: int) -> ReadableSpan: ...
    @overload
    def __getitem__(self, index: slice) -> list[ReadableSpan]: ...
    def __getitem__(self, index: int | slice) -> ReadableSpan | list[ReadableSpan]:
        if isinstance(index, slice):
            return [self._spans.build(record) for record in self._records[index]]
        return self._spans.build(self._records[index])


def _numbers(code: str, values: list[int]) -> bytes:
    numbers = array(code, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _texts(values: list[str | None]) -> list[bytes | None]:
    """[validity, 64-bit offsets, data] of nullable UTF-8 text."""
    encoded = [b"" if value is None else value.encode() for value in values]
    offsets = [0]
    for text in encoded:
        offsets.append(offsets[-1] + len(text))
    return [_validity(values), _numbers("q", offsets), b"".join(encoded)]


def _validity(values: list[str | None]) -> bytes | None:
    if None not in values:
        return None
    bits = bytearray((len(values) + 7) // 8)
    for index, value in enumerate(values):
        if value is not None:
            bits[index // 8] |= 1 << (index % 8)
    return bytes(bits)
