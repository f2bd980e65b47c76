"""Reads what of a run is to be sent next, from the local store: values before the calls that refer to them.

All of a batch is read from one state of the store. What changes as a whole (facts, and what functions add up
to) comes last, of the very state in which nothing else is left.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.exchange.outgoing import CALLS, SPANS, Cursor, Part, place_of
from breadcrumb_exporter_duckdb.reading.store import PENDING_PLACES

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
ALIVE = "@alive"
"""The fact that a process still wrote when this was sent."""
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
            sql = "SELECT 1 FROM store.value WHERE run_id = ? AND id = ? AND digest::VARCHAR = ?"
            return last if self._all(sql, int(number), digest) else START
        if last != START and place_of(self.connection, _PLACES[kind], self.run_id, last) is None:
            return START
        return last

    def _values(self, _: str, after: str) -> tuple[str, int]:
        """The last value of the next batch, and how many these are."""
        found = self._all(_VALUE_ENDS, _id(after), MOST_VALUES, MOST_BYTES)
        return (f"{found[-1][0]} {found[-1][1]}", len(found)) if found else (after, 0)

    def _spans(self, kind: str, after: str) -> tuple[str, int]:
        rows = self._all(_ENDS[kind], self._place(kind, after), PENDING_PLACES, MOST_ROWS, MOST_BYTES)
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
        sql = f"""SELECT {table.sent()}, {entry.number}::UBIGINT AS batch,
                (row_number() OVER (ORDER BY {key}) - 1)::UINTEGER AS row
            FROM store.{name} WHERE run_id = ? AND {key} > ? AND {key} <= ? ORDER BY {key}"""  # noqa: S608
        return {table.there: self._arrow(sql, self.run_id, start, end)}

    def _summary(self) -> Batch | None:
        ((facts, sums, alive),) = self._all(_DIGEST, self.run_id, self.run_id)
        last = f"{facts} {sums} {alive}"
        if self.ledger.last(SUMMARY) == last:
            return None
        number = self.ledger.next_number
        entry = Entry(number, SUMMARY, self.ledger.last(SUMMARY), last, 0, done=False)
        batch = f"{number}::UBIGINT AS batch, (row_number() OVER () - 1)::UINTEGER AS row"
        fact, tally = self._tables["fact"], self._tables["tally"]
        told = f"SELECT {fact.sent()}, {batch} FROM ({_FACTS})"  # noqa: S608 - all of it is ours
        summed = f"SELECT {tally.sent()}, {batch} FROM store.tally WHERE run_id = ?"  # noqa: S608
        rows = {
            tally.there: self._arrow(summed, self.run_id),
            fact.there: self._arrow(told, self.run_id, self.run_id),
            RUN: self._arrow(_RUN.format(number), self.run_id),
        }
        return Batch(entry, rows, ask=False)

    def _all(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql, [self.run_id, *parameters]).fetchall()

    def _arrow(self, sql: str, *parameters: object) -> pa.Table:
        return self.connection.sql(sql, params=list(parameters)).to_arrow_table()


def _id(value: str) -> int:
    return int(value.split()[0]) if value != START else 0


_VALUE_ENDS = """
SELECT id, digest::VARCHAR FROM (
    SELECT id, digest, sum(strlen(text)) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) - strlen(text) AS before
    FROM (SELECT id, digest, text FROM store.value WHERE run_id = ? AND id > ? ORDER BY id LIMIT ?)
) WHERE before < ? ORDER BY id
"""
_CALL_BYTES = "600 + coalesce(strlen(exception), 0) + coalesce(strlen(extra), 0)"
_SPAN_BYTES = "600 + coalesce(strlen(attributes), 0) + coalesce(strlen(events), 0)"
_END = """
SELECT span_id FROM (
    SELECT span_id, place, sum(size) OVER (ORDER BY place ROWS UNBOUNDED PRECEDING) - size AS before FROM (
        SELECT span_id, place, {} AS size FROM base.{} WHERE run_id = ? AND place > ? AND place < ?
        ORDER BY place LIMIT ?
    )
) WHERE before < ? ORDER BY place
"""
_ENDS = {CALLS: _END.format(_CALL_BYTES, "stored_call"), SPANS: _END.format(_SPAN_BYTES, "stored_span")}
_FACTS = f"""
SELECT run_id, process, kind, key, value::VARCHAR AS value FROM store.fact
WHERE run_id = ? AND kind NOT IN {_HOME}
UNION ALL SELECT run_id, process, '{ALIVE}', '', 'true' FROM base.alive WHERE run_id = ?
"""  # noqa: S608 - all of it is ours
_DIGEST = f"""
SELECT (SELECT md5(coalesce(string_agg(f::VARCHAR, chr(10) ORDER BY process, kind, key), ''))
    FROM store.fact f WHERE run_id = ? AND kind NOT IN {_HOME}),
    (SELECT md5(coalesce(string_agg(t::VARCHAR, chr(10) ORDER BY chunk, function), '')) FROM store.tally t
    WHERE run_id = ?),
    (SELECT count(*) FROM base.alive WHERE run_id = ?)
"""  # noqa: S608 - as above
_RUN = """
SELECT run_id, coalesce(epoch_us(started) * 1000, 0)::BIGINT AS started_ns,
    (run_id IN (FROM base.received))::UTINYINT AS received, calls::UBIGINT AS calls, {}::UBIGINT AS batch
FROM runs WHERE run_id = ?
"""
