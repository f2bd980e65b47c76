"""Reads what of a run is to be sent next, from the local store: values before the calls that refer to them.

All of a batch is read from one state of the store. What changes as a whole (facts, and what functions add up
to) comes last, of the very state in which nothing else is left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.database.statements import Sql, identifier, sql
from breadcrumb_exporter_duckdb.exchange.outgoing import CALLS, SPANS, Cursor, Part, place_of
from breadcrumb_exporter_duckdb.reading.store import ALIVE, PENDING_PLACES

from breadcrumb.clickhouse import otel_rows
from breadcrumb.clickhouse.ledger import START, SUMMARY, VALUES, Entry, Ledger
from breadcrumb.clickhouse.tables import RUN, TRACES, tables

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types
    from duckdb import DuckDBPyConnection

MOST_ROWS = 10_000
MOST_BYTES = 16_000_000
"""About what a batch may hold."""
MOST_VALUES = 50_000
_HOME = (ALIVE, "forwarded", "pin")
"""Facts that are about the local store."""
_PLACES = {CALLS: "call", SPANS: "stored_span"}


@dataclass(frozen=True)
class Batch:
    """What is sent at once: rows by table."""

    entry: Entry
    rows: dict[str, pa.Table]
    ask: bool
    """Whether some of it may be there."""


@dataclass
class Source:
    """A run in an open store, and what was sent of it."""

    connection: DuckDBPyConnection
    run_id: str
    ledger: Ledger
    _tables: Any = field(default_factory=tables)

    def next(self) -> Batch | None:
        """What comes next; None where all was sent."""
        if (entry := self.ledger.open) is not None:
            return self._read(entry, ask=True)
        for kind, find in ((VALUES, self._values), (CALLS, self._spans), (SPANS, self._spans)):
            after = self._after(kind)
            last, rows = find(kind, after)
            if rows:
                entry = Entry(self.ledger.next_number, kind, after, last, rows, done=False)
                anew = after == START and self.ledger.last(kind) != START
                return self._read(entry, ask=anew or self.ledger.began_anew(kind))
        return self._summary()

    def _after(self, kind: str) -> str:
        """The last row that was sent, if it is here still; else all that is left comes, and is asked for."""
        last = self.ledger.last(kind)
        if last != START and kind == VALUES:
            number, digest = last.split()
            same = sql(
                """SELECT 1 FROM store.value
                WHERE run_id = {run} AND id = {number} AND digest::VARCHAR = {digest}""",
                run=self.run_id,
                number=int(number),
                digest=digest,
            )
            return last if same.rows(self.connection) else START
        if last != START and place_of(self.connection, _PLACES[kind], self.run_id, last) is None:
            return START
        return last

    def _values(self, _: str, after: str) -> tuple[str, int]:
        """The last value of the next batch, and how many these are."""
        query = sql(_VALUE_ENDS, run=self.run_id, after=_id(after), rows=MOST_VALUES, most=MOST_BYTES)
        found = query.rows(self.connection)
        return (f"{found[-1][0]} {found[-1][1]}", len(found)) if found else (after, 0)

    def _spans(self, kind: str, after: str) -> tuple[str, int]:
        size, table = _SIZES[kind]
        query = sql(
            _END,
            size=size,
            table=table,
            run=self.run_id,
            after=self._place(kind, after),
            pending=PENDING_PLACES,
            rows=MOST_ROWS,
            most=MOST_BYTES,
        )
        rows = query.rows(self.connection)
        return (f"{rows[-1][0]:016x}", len(rows)) if rows else (after, 0)

    def _place(self, kind: str, span_id: str) -> int:
        if span_id == START:
            return -1
        place = place_of(self.connection, _PLACES[kind], self.run_id, span_id)
        return -1 if place is None else place

    def _read(self, entry: Entry, *, ask: bool) -> Batch:
        if entry.kind == VALUES:
            rows = self._rows("value", entry, "id", _id(entry.after), _id(entry.last))
            return Batch(entry, rows, ask)
        start, end = (self._place(entry.kind, each) for each in (entry.after, entry.last))
        cursor = Cursor(**{entry.kind: entry.after or None})
        part = Part(self.connection, self.run_id, cursor, before=end + 1)
        requests = [each.body for each in part.requests(entry.kind)]
        rows = self._rows(entry.kind, entry, "rowid", start, end)
        return Batch(entry, {**rows, TRACES: otel_rows.table(requests)}, ask)

    def _rows(self, name: str, entry: Entry, key: str, start: int, end: int) -> dict[str, pa.Table]:
        table = self._tables[name]
        query = sql(
            """SELECT {columns}, {number}::UBIGINT AS batch,
                (row_number() OVER (ORDER BY {key}) - 1)::UINTEGER AS row
            FROM store.{name} WHERE run_id = {run} AND {key} > {start} AND {key} <= {end} ORDER BY {key}""",
            columns=table.sent(),
            number=entry.number,
            key=identifier(key),
            name=identifier(name),
            run=self.run_id,
            start=start,
            end=end,
        )
        return {table.there: self._arrow(query)}

    def _summary(self) -> Batch | None:
        ((facts, sums, alive),) = sql(_DIGEST, run=self.run_id, home=list(_HOME)).rows(self.connection)
        last = f"{facts} {sums} {alive}"
        if self.ledger.last(SUMMARY) == last:
            return None
        number = self.ledger.next_number
        entry = Entry(number, SUMMARY, self.ledger.last(SUMMARY), last, 0, done=False)
        facts = sql(_FACTS, run=self.run_id, home=list(_HOME), alive=ALIVE)
        sums = sql("FROM store.tally WHERE run_id = {run}", run=self.run_id)
        rows = {
            **self._numbered("tally", sums, number),
            **self._numbered("fact", facts, number),
            RUN: self._arrow(sql(_RUN, batch=number, run=self.run_id)),
        }
        return Batch(entry, rows, ask=False)

    def _numbered(self, name: str, rows: Sql, number: int) -> dict[str, pa.Table]:
        """Rows of a table that are sent as a whole."""
        table = self._tables[name]
        query = sql(
            """SELECT {columns}, {number}::UBIGINT AS batch,
                (row_number() OVER () - 1)::UINTEGER AS row FROM ({rows})""",
            columns=table.sent(),
            number=number,
            rows=rows,
        )
        return {table.there: self._arrow(query)}

    def _arrow(self, query: Sql) -> pa.Table:
        relation = self.connection.sql(query.text, params=list(query.values))  # its rows are copied once only
        return relation.to_arrow_table()


def _id(value: str) -> int:
    return int(value.split()[0]) if value != START else 0


_VALUE_ENDS = """
SELECT id, digest::VARCHAR FROM (
    SELECT id, digest, sum(strlen(text)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - strlen(text) AS before
    FROM (SELECT id, digest, text FROM store.value WHERE run_id = {run} AND id > {after}
        ORDER BY id LIMIT {rows})
) WHERE before < {most} ORDER BY id
"""
_CALL_BYTES = sql("600 + coalesce(strlen(exception), 0) + coalesce(strlen(extra), 0)")
_SPAN_BYTES = sql("600 + coalesce(strlen(attributes), 0) + coalesce(strlen(events), 0)")
_SIZES = {CALLS: (_CALL_BYTES, identifier("stored_call")), SPANS: (_SPAN_BYTES, identifier("stored_span"))}
_END = """
SELECT span_id FROM (
    SELECT span_id, place, sum(size) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) - size AS before FROM (
        SELECT span_id, place, {size} AS size FROM base.{table}
        WHERE run_id = {run} AND place > {after} AND place < {pending} ORDER BY place LIMIT {rows}
    )
) WHERE before < {most} ORDER BY place
"""
_FACTS = """
SELECT run_id, process, kind, key, value::VARCHAR AS value FROM store.fact
WHERE run_id = {run} AND kind NOT IN (SELECT unnest({home}))
UNION ALL SELECT run_id, process, {alive}, '', 'true' FROM base.alive WHERE run_id = {run}
"""
_DIGEST = """
SELECT (SELECT md5(coalesce(string_agg(f::VARCHAR, chr(10) ORDER BY process, kind, key), ''))
    FROM store.fact f WHERE run_id = {run} AND kind NOT IN (SELECT unnest({home}))),
    (SELECT md5(coalesce(string_agg(t::VARCHAR, chr(10) ORDER BY chunk, function), '')) FROM store.tally t
    WHERE run_id = {run}),
    (SELECT count(*) FROM base.alive WHERE run_id = {run})
"""
_RUN = """
SELECT run_id, coalesce(epoch_us(started) * 1000, 0)::BIGINT AS started_ns,
    (run_id IN (FROM base.received))::UTINYINT AS received, calls::UBIGINT AS calls, {batch}::UBIGINT AS batch
FROM runs WHERE run_id = {run}
"""
