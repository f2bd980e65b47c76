"""The batch's columns are Arrow arrays as they stand."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.capture.calls import RAISED, RETURNED, Record
from breadcrumb_instrumentation_calls.delivery.batch import Batch
from breadcrumb_instrumentation_calls.delivery.spans import SpanBuilder
from breadcrumb_instrumentation_calls.parenting.enrichment import Enrichment
from breadcrumb_instrumentation_calls.parenting.trace_states import TraceStates
from breadcrumb_instrumentation_calls.recorders.rows import Column, RecordRows
from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo
from breadcrumb_redaction import Audit, Redactor
from opentelemetry.sdk.trace import TracerProvider

TYPES = {
    "w:16": pa.binary(16),
    "L": pa.uint64(),
    "I": pa.uint32(),
    "l": pa.int64(),
    "C": pa.uint8(),
    "U": pa.large_utf8(),
}
INFO = CodeInfo(1, (lambda a, b: None).__code__, "m", "q", TextWriter(Redactor(), Audit()))
SCALARS = (None, "null", "true", "false")


def record(number: int, **changes: Any) -> Record:
    top = 2**64 - 1
    return Record(
        trace_id=2**128 - 1 - number,
        span_id=top - number,
        parent_id=number,
        code=1,
        depth=number,
        suspensions=0,
        start_ns=1_700_000_000_000_000_000 + number,
        duration_ns=number,
        child_ns=-number,
        ran_ns=2,
        stack=top,
        ordinal=number,
        last_ordinal=top,
        thread=1,
        task=0,
        outcome=RETURNED,
        called_line=number,
        ended_line=0,
        args=(str(number << 28), None if number % 5 else '"\u00e9\U0001f600"'),
        result=None if number % 3 else "1",
        exception=None if number % 2 else '{"type": "E"}',
        extra=None if number % 4 else '{"lines": []}',
    )._replace(**changes)


def batch(records: list[Record]) -> Batch:
    spans = SpanBuilder(
        TracerProvider(),
        lambda _: INFO,
        lambda _: (0, "t"),
        TraceStates().context,
        Enrichment(print),
        values=True,
    )
    return Batch(RecordRows(records), [("code", "{}")], spans)


def column(name: str, described: Column) -> list[Any]:
    form, length, buffers = described
    made = [None if buffer is None else pa.py_buffer(buffer) for buffer in buffers]
    array = pa.Array.from_buffers(TYPES[form], length, made)
    array.validate(full=True)
    return list(array.to_pylist())


def references(columns: dict[str, Column]) -> tuple[list[tuple[str | None, ...]], list[str | None]]:
    """Arguments and results as texts."""
    values = column("values", columns["values"])
    assert len(set(values)) == len(values)

    def text(number: int) -> str | None:
        if number >= 1 << 31:
            return str(number - (3 << 30))
        return SCALARS[number] if number < len(SCALARS) else values[number - len(SCALARS)]

    form, length, (_, ends, numbers) = columns["args"]
    assert form == "+l:I" and ends is not None and numbers is not None
    places = memoryview(ends).cast("i")
    assert len(places) == length + 1
    args = [text(number) for number in memoryview(numbers).cast("I")]
    rows = [tuple(args[start:end]) for start, end in pairwise(places)]
    return rows, [text(number) for number in column("return", columns["return"])]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 100])
def test_columns_hold_the_rows(count: int) -> None:
    records = [record(number) for number in range(count)]
    columns = batch(records).columns()
    assert references(columns) == ([r.args for r in records], [r.result for r in records])
    fixed = {name: told for name, told in columns.items() if name not in ("args", "return", "values")}
    for name, described in fixed.items():
        values = column(name, described)
        if name == "trace_id":
            assert values == [r.trace_id.to_bytes(16, "big") for r in records]
        else:
            assert values == [getattr(r, name) for r in records], name
    texts = {"exception", "extra"} if count else set()
    assert set(fixed) == {*(set(Record._fields) - {"result", "args", "exception", "extra"}), *texts}


def test_a_batch_is_a_sequence_of_spans() -> None:
    made = batch([record(number) for number in range(3)])
    assert len(made) == 3 and made.facts() == [("code", "{}")]
    assert [span.context.span_id for span in made[1:] if span.context] == [2**64 - 2, 2**64 - 3]
    assert made[0].name == "m.q"
    assert len(list(made)) == 3


def test_outcomes_fit_their_column() -> None:
    made = batch([record(0, outcome=RAISED)]).columns()
    assert column("outcome", made["outcome"]) == [1]
