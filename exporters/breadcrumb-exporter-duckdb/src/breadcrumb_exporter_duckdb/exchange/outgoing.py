"""Reads a run for OTLP, a part at a time, from where the last part ended.

The order is that in which calls and spans came into the database, calls of a part first; what was folded at
once is in start order. A place is known by the id of the last call, or span, that was taken: rows are
numbered anew when a database is written anew, their order stays. Where that one is gone (pruned), all that
is left comes again.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from breadcrumb_exporter_duckdb.exchange import call_texts
from breadcrumb_exporter_duckdb.exchange.incoming_logs import LOG
from breadcrumb_exporter_duckdb.exchange.otlp_spans import (
    SCOPE,
    CallRow,
    Json,
    SpanRow,
    of_call,
    of_span,
    resource_spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

CALLS, SPANS = "call", "span"
"""The members of a cursor."""
ROWS = 1_000
"""Spans of one request."""
BYTES = 2_000_000
"""About what a request may take; receivers over gRPC take 4 MB."""
SPAN_BYTES = 600
"""About what a span takes besides its values."""


@dataclass(frozen=True)
class Choice:
    """Which calls and spans go; without anything, all that ended."""

    errors: bool = False
    slower_ns: int = 0
    functions: tuple[str, ...] = ()
    """Patterns of `module.qualname` or `module`; of spans, of their name or scope."""
    depth: int = 0
    """Calls with fewer calls around them on their stack; 0: however deep. Of spans it says nothing."""
    during: tuple[str, tuple[Any, ...]] = ("", ())
    """A condition about `process` and `start_ns`, and its parameters."""
    share: float = 1.0
    """Of the traces, by their ids: whoever chooses by the same share has the same ones."""
    most: int = 0
    """Calls of one trace, the outermost of each stack first, so that callers are there; 0: all."""

    def where(self, *, calls: bool) -> tuple[str, list[Any]]:
        """The condition, and its parameters."""
        names, error, lasted = _CALLS_SAY if calls else _SPANS_SAY
        conditions: list[str] = []
        parameters: list[Any] = []
        if self.errors:
            conditions.append(error)
        if self.slower_ns:
            conditions.append(f"{lasted} >= ?")
            parameters.append(self.slower_ns)
        if self.depth and calls:
            conditions.append("depth < ?")
            parameters.append(self.depth)
        if self.functions:
            either = " OR ".join(f"{name} GLOB ?" for _ in self.functions for name in names)
            conditions.append(f"({either})")
            parameters += [pattern for pattern in self.functions for _ in names]
        if self.during[0]:
            conditions.append(self.during[0])
            parameters += self.during[1]
        if self.share < 1:
            conditions.append(f"{_LOW_BITS} < ?::UHUGEINT")
            parameters.append(int(self.share * 2**64))
        return "".join(f" AND {each}" for each in conditions), parameters


_CHOSEN = "SELECT * FROM base.call WHERE run_id = ? AND outcome <> 255{where}"
_CUT_OFF = """EXISTS (SELECT 1 FROM temp.cut_trace t
    WHERE t.trace_id = c.trace_id AND row(c.depth, c.place) >= t.first)"""
_CUT_TRACES = f"""
CREATE OR REPLACE TEMP TABLE cut_trace AS
WITH chosen AS ({_CHOSEN}),
    large AS (SELECT trace_id FROM chosen GROUP BY trace_id HAVING count(*) > ?),
    numbered AS (
        SELECT trace_id, row(depth, place) AS first,
            row_number() OVER (PARTITION BY trace_id ORDER BY depth, place) AS number
        FROM chosen WHERE trace_id IN (FROM large))
SELECT trace_id, first FROM numbered WHERE number = ? + 1
"""  # noqa: S608 - all of it is ours
"""Traces that are too large, and the first call of each that is left out."""
_CALLS_SAY = (("function", "module"), "outcome = 1", "duration_ns")
_SPANS_SAY = (("name", "scope"), "status = 'ERROR'", "(end_ns - start_ns)")
_LOW_BITS = "('0x' || right(replace(trace_id::VARCHAR, '-', ''), 16))::UBIGINT"
ALL = Choice()


@dataclass(frozen=True)
class Cursor:
    """The last call and the last span that were taken, by their ids; None before the first."""

    call: str | None = None
    span: str | None = None


START = Cursor()


class Request(NamedTuple):
    """An ExportTraceServiceRequest in OTLP's JSON encoding, and where the next one begins."""

    body: Json
    spans: int
    size: int
    """About how many bytes."""
    cursor: Cursor


@dataclass
class Part:
    """Reads requests of one run while the store is open; `before` is the place where reading ends."""

    connection: DuckDBPyConnection
    run_id: str
    cursor: Cursor = START
    choice: Choice = ALL
    values: bool = True
    before: int = (1 << 63) - 1
    _emitters: dict[str, str] = field(default_factory=dict)

    def cut(self) -> int:
        """Find the traces that are too large; how many of their calls are left out."""
        where, parameters = self.choice.where(calls=True)
        chosen = [self.run_id, *parameters]
        most = self.choice.most
        self.connection.execute(_CUT_TRACES.format(where=where), [*chosen, most, most])
        sql = f"SELECT count(*) FROM ({_CHOSEN.format(where=where)}) c WHERE {_CUT_OFF}"  # noqa: S608
        return int((self.connection.execute(sql, chosen).fetchone() or (0,))[0])

    def requests(self, *kinds: str) -> Iterator[Request]:
        """All that follows the cursor, of the kinds that are named; without what was cut."""
        self._emitters = self._read_emitters()
        for kind in kinds or (CALLS, SPANS):
            for each in self._calls() if kind == CALLS else self._spans():
                for parts, spans, size, last in _filled(each):
                    self.cursor = replace(self.cursor, **{kind: last})
                    yield Request({"resourceSpans": parts}, spans, size, self.cursor)

    def _calls(self) -> Iterator[list[_Sized]]:
        where, parameters = self.choice.where(calls=True)
        sql = _CALLS.format(where=f"{where} AND NOT {_CUT_OFF}" if self.choice.most else where)
        place = _after(self.connection, "call", self.run_id, self.cursor.call)
        while rows := self._execute(sql, place, parameters):
            place = rows[-1][0]
            texts = call_texts.texts_of(self.connection, (row[_CALL_ENDS:] for row in rows))
            yield [self._call(row, texts) for row in rows]

    def _call(self, row: Sequence[Any], texts: dict[int, str]) -> _Sized:
        values = call_texts.whole(row[_CALL_ENDS:], texts)
        call = CallRow._make((*row[2:_CALL_ENDS], *values))
        emitter = self._emitters.get(row[1]) or json.dumps(({}, {"name": SCOPE}))
        size = sum(len(text) for text in (*values, call.exception, call.extra) if text)
        return _Sized(emitter, of_call(call, values=self.values), SPAN_BYTES + size)

    def _spans(self) -> Iterator[list[_Sized]]:
        where, parameters = self.choice.where(calls=False)
        sql = _SPANS.format(where=where)
        place = _after(self.connection, "stored_span", self.run_id, self.cursor.span)
        while rows := self._execute(sql, place, parameters):
            place = rows[-1][0]
            yield [_span(row) for row in rows]

    def _execute(self, sql: str, place: int, parameters: list[Any]) -> list[tuple[Any, ...]]:
        found = self.connection.execute(sql, [self.run_id, place, self.before, *parameters])
        return found.fetchall()

    def _read_emitters(self) -> dict[str, str]:
        """What emitted the calls of each process, its resource and the tracer, as JSON."""
        rows = self.connection.execute(_PROCESSES, [self.run_id]).fetchall()
        return {
            process: json.dumps(
                ({"attributes": json.loads(emitter or "{}")}, {"name": SCOPE, **json.loads(tracer or "{}")})
            )
            for process, emitter, tracer in rows
        }


def place_of(connection: DuckDBPyConnection, table: str, run_id: str, span_id: str) -> int | None:
    """Where a call, or a span, of a run lies in a table of `base`; None where it is gone."""
    sql = f"SELECT place FROM base.{table} WHERE run_id = ? AND span_id = ?"  # noqa: S608 - a name of ours
    row = connection.execute(sql, [run_id, int(span_id, 16)]).fetchone()
    return int(row[0]) if row else None


def _after(connection: DuckDBPyConnection, table: str, run_id: str, span_id: str | None) -> int:
    place = None if span_id is None else place_of(connection, table, run_id, span_id)
    return -1 if place is None else place


class _Sized(NamedTuple):
    """A span, what emitted it (resource and scope, as JSON), and about how many bytes it takes."""

    emitter: str
    span: Json
    size: int


def _filled(rows: Iterable[_Sized]) -> Iterator[tuple[list[Json], int, int, str]]:
    """Requests that are not too large: their parts, how many spans and bytes, and the last span's id."""
    parts: dict[str, list[Json]] = {}
    size = spans = 0
    last = ""
    for row in rows:
        if spans and size + row.size > BYTES:
            yield _parts(parts), spans, size, last
            parts, size, spans = {}, 0, 0
        parts.setdefault(row.emitter, []).append(row.span)
        size, spans, last = size + row.size, spans + 1, row.span["spanId"]
    if spans:
        yield _parts(parts), spans, size, last


def _parts(grouped: dict[str, list[Json]]) -> list[Json]:
    emitters = ((json.loads(emitter), spans) for emitter, spans in grouped.items())
    return [resource_spans(resource, scope, spans) for (resource, scope), spans in emitters]


def _span(row: Sequence[Any]) -> _Sized:
    _, resource, scope, otlp, *columns = row
    told = json.loads(otlp or "{}")
    emitter = {
        "attributes": json.loads(resource or "{}"),
        "schema_url": told.pop("schema_url", ""),
        "dropped": told.pop("resource_dropped", 0),
    }
    by = {"name": scope, **told.pop("scope", {})}
    size = sum(len(text) for text in columns if isinstance(text, str))
    return _Sized(json.dumps((emitter, by)), of_span(SpanRow._make(columns), told), SPAN_BYTES + size)


_PROCESSES = """
SELECT process, (value->'$.resource')::VARCHAR, (value->'$.instrumentation')::VARCHAR
FROM facts WHERE kind = 'process' AND run_id = ?
"""
_IDS = """replace(trace_id::VARCHAR, '-', ''), printf('%016x', span_id),
    CASE WHEN parent_id = 0 THEN NULL ELSE printf('%016x', parent_id) END"""
_CALLS = f"""
SELECT place, printf('%016x', c.process), {_IDS}, function, file, line,
    TRY_CAST(t.value->>'$.ident' AS UBIGINT), thread, start_ns, duration_ns, outcome, exception::VARCHAR,
    extra::VARCHAR, {call_texts.COLUMNS}
FROM (
    SELECT * FROM base.call c
    WHERE run_id = ? AND place > ? AND place < ? AND outcome <> 255{{where}}
    ORDER BY place LIMIT {ROWS}
) c
LEFT JOIN base.fact t ON t.kind = 'thread' AND t.process = c.process AND t.key = c.thread_id::VARCHAR
ORDER BY place
"""  # noqa: S608 - all of it is ours
_CALL_ENDS = 15
"""Where the columns of the values begin in such a row."""
_SPANS = f"""
SELECT place, resource::VARCHAR, scope, otlp::VARCHAR, {_IDS}, name, kind, start_ns, end_ns, status,
    status_message, attributes::VARCHAR, events::VARCHAR, links::VARCHAR
FROM base.stored_span WHERE run_id = ? AND place > ? AND place < ? AND kind <> '{LOG}'{{where}}
ORDER BY place LIMIT {ROWS}
"""  # noqa: S608 - as above
