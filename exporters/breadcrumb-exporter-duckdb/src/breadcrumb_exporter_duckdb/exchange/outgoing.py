"""Reads a run for OTLP, a part at a time, from where the last part ended.

The order is that in which calls and spans came into the database, calls of a part first; what was folded at
once is in start order. A place is known by the id of the last call, or span, that was taken: rows are
numbered anew when a database is written anew, their order stays. Where that one is gone (pruned), all that
is left comes again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, LiteralString

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_exporter_duckdb.base.records import dataclass, field, replace
from breadcrumb_exporter_duckdb.database.statements import Sql, columns, identifier, joined, sql
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
from breadcrumb_exporter_duckdb.reading import call_texts

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
    during: Sql | None = None
    """A condition about `process` and `start_ns`."""
    share: float = 1.0
    """Of the traces, by their ids: whoever chooses by the same share has the same ones."""
    most: int = 0
    """Calls of one trace, the outermost of each stack first, so that callers are there; 0: all."""

    def where(self, *, calls: bool) -> Sql:
        """The condition."""
        names, error, lasted = _CALLS_SAY if calls else _SPANS_SAY
        conditions = [sql("true")]
        if self.errors:
            conditions.append(error)
        if self.slower_ns:
            conditions.append(sql("{lasted} >= {slower}", lasted=lasted, slower=self.slower_ns))
        if self.depth and calls:
            conditions.append(sql("depth < {depth}", depth=self.depth))
        if self.functions:
            glob = "{name} GLOB {pattern}"
            either = (columns(names, glob, " OR ", pattern=each) for each in self.functions)
            conditions.append(sql("({either})", either=joined(" OR ", either)))
        if self.during:
            conditions.append(self.during)
        if self.share < 1:
            most = int(self.share * 2**64)
            conditions.append(sql("{low} < {most}::UHUGEINT", low=_LOW_BITS, most=most))
        return joined(" AND ", conditions)


_CHOSEN = "SELECT * FROM base.call WHERE run_id = {run} AND outcome <> 255 AND {where}"
_CUT_OFF = sql("""EXISTS (SELECT 1 FROM temp.cut_trace t
    WHERE t.trace_id = c.trace_id AND row(c.depth, c.place) >= t.first)""")
_CUT_TRACES = """
CREATE OR REPLACE TEMP TABLE cut_trace AS
WITH chosen AS ({chosen}),
    large AS (SELECT trace_id FROM chosen GROUP BY trace_id HAVING count(*) > {most}),
    numbered AS (
        SELECT trace_id, row(depth, place) AS first,
            row_number() OVER (PARTITION BY trace_id ORDER BY depth, place) AS number
        FROM chosen WHERE trace_id IN (FROM large))
SELECT trace_id, first FROM numbered WHERE number = {most} + 1
"""
"""Traces that are too large, and the first call of each that is left out."""
_CALLS_SAY = (("function", "module"), sql("outcome = 1"), sql("duration_ns"))
_SPANS_SAY = (("name", "scope"), sql("status = 'ERROR'"), sql("(end_ns - start_ns)"))
_LOW_BITS = sql("('0x' || right(replace(trace_id::VARCHAR, '-', ''), 16))::UBIGINT")
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
        chosen = sql(_CHOSEN, run=self.run_id, where=self.choice.where(calls=True))
        sql(_CUT_TRACES, chosen=chosen, most=self.choice.most).execute(self.connection)
        left_out = sql("SELECT count(*) FROM ({chosen}) c WHERE {cut_off}", chosen=chosen, cut_off=_CUT_OFF)
        return left_out.number(self.connection)

    def requests(self, *kinds: str) -> Iterator[Request]:
        """All that follows the cursor, of the kinds that are named; without what was cut."""
        self._emitters = self._read_emitters()
        for kind in kinds or (CALLS, SPANS):
            for each in self._calls() if kind == CALLS else self._spans():
                for parts, spans, size, last in _filled(each):
                    self.cursor = replace(self.cursor, **{kind: last})
                    yield Request({"resourceSpans": parts}, spans, size, self.cursor)

    def _calls(self) -> Iterator[list[_Sized]]:
        where = self.choice.where(calls=True)
        if self.choice.most:
            where = sql("{where} AND NOT {cut_off}", where=where, cut_off=_CUT_OFF)
        place = _after(self.connection, "call", self.run_id, self.cursor.call)
        while rows := self._read(_CALLS, place, where):
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
        where = self.choice.where(calls=False)
        place = _after(self.connection, "stored_span", self.run_id, self.cursor.span)
        while rows := self._read(_SPANS, place, where):
            place = rows[-1][0]
            yield [_span(row) for row in rows]

    def _read(self, text: LiteralString, place: int, where: Sql) -> list[tuple[Any, ...]]:
        given = {"run": self.run_id, "after": place, "before": self.before, "where": where}
        return sql(text, **given, **_GIVEN).rows(self.connection)

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
    query = sql(
        "SELECT place FROM base.{table} WHERE run_id = {run} AND span_id = {key}",
        table=identifier(table),
        run=run_id,
        key=int(span_id, 16),
    )
    row = query.execute(connection).fetchone()
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
    _, resource, scope, otlp, *told_of_it = row
    told = json.loads(otlp or "{}")
    emitter = {
        "attributes": json.loads(resource or "{}"),
        "schema_url": told.pop("schema_url", ""),
        "dropped": told.pop("resource_dropped", 0),
    }
    by = {"name": scope, **told.pop("scope", {})}
    size = sum(len(text) for text in told_of_it if isinstance(text, str))
    return _Sized(json.dumps((emitter, by)), of_span(SpanRow._make(told_of_it), told), SPAN_BYTES + size)


_PROCESSES = """
SELECT process, (value->'$.resource')::VARCHAR, (value->'$.instrumentation')::VARCHAR
FROM facts WHERE kind = 'process' AND run_id = ?
"""
_IDS = sql("""replace(trace_id::VARCHAR, '-', ''), printf('%016x', span_id),
    CASE WHEN parent_id = 0 THEN NULL ELSE printf('%016x', parent_id) END""")
_GIVEN = {"ids": _IDS, "values": call_texts.COLUMNS, "rows": ROWS, "log": LOG}
_CALLS = """
SELECT place, printf('%016x', c.process), {ids}, function, file, line,
    TRY_CAST(t.value->>'$.ident' AS UBIGINT), thread, start_ns, duration_ns, outcome, exception::VARCHAR,
    extra::VARCHAR, {values}
FROM (
    SELECT * FROM base.call c
    WHERE run_id = {run} AND place > {after} AND place < {before} AND outcome <> 255 AND {where}
    ORDER BY place LIMIT {rows}
) c
LEFT JOIN base.fact t ON t.kind = 'thread' AND t.process = c.process AND t.key = c.thread_id::VARCHAR
ORDER BY place
"""
_CALL_ENDS = 15
"""Where the columns of the values begin in such a row."""
_SPANS = """
SELECT place, resource::VARCHAR, scope, otlp::VARCHAR, {ids}, name, kind, start_ns, end_ns, status,
    status_message, attributes::VARCHAR, events::VARCHAR, links::VARCHAR
FROM base.stored_span
WHERE run_id = {run} AND place > {after} AND place < {before} AND kind <> {log} AND {where}
ORDER BY place LIMIT {rows}
"""
