"""Sends runs to a team's store, each row once: whoever was killed in between, and wherever it goes on.

Before a batch goes, its bounds are in the ledger. A batch of which nobody knows whether it came is read by
these bounds again, and of it only what is not there is sent.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base import files
from breadcrumb_exporter_duckdb.base.ownership import SIGN
from breadcrumb_exporter_duckdb.base.records import dataclass, field

from breadcrumb.clickhouse.batches import Source
from breadcrumb.clickhouse.ledger import Ledger, SomebodyElse
from breadcrumb.clickhouse.tables import TRACES, check, tables
from breadcrumb.otlp.backends import Refused
from breadcrumb.otlp.rounds import opened, rounds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

    from breadcrumb.clickhouse.batches import Batch
    from breadcrumb.clickhouse.server import Server
    from breadcrumb.otlp.patience import Pace, Patience
    from breadcrumb.questions.facts.ask import Ask

_IDS = {"value": "id", "call": "span_id", "span": "span_id"}


@dataclass
class Sender:
    """Sends runs of a store; `sent` and `had` count calls and spans by run, also when something is raised."""

    store: Path
    connect: Callable[[], Server]
    patience: Patience
    pace: Pace
    sent: dict[str, int] = field(default_factory=dict)
    had: dict[str, int] = field(default_factory=dict)
    """What was there before."""
    left_out: list[str] = field(default_factory=list)
    """Runs that came there from another store."""

    def run(self, ask: Ask, *, follow: bool) -> None:
        """Send all that is there, and with `follow` all that comes until the run is over.

        Raises StoreError, NoAnswer, or Refused.
        """
        server = self.patience.until(self.connect)
        try:
            self.patience.until(lambda: check(server))
            rounds(self.store, ask, lambda run_id: self._forward(server, run_id), follow=follow)
        finally:
            server.close()

    def _forward(self, server: Server, run_id: str) -> None:
        ledger = self.patience.until(lambda: Ledger(server, run_id, _identity(self.store)))
        if ledger.is_anothers:
            self.left_out.append(run_id)
            return
        self.had.setdefault(run_id, ledger.spans)
        self.sent.setdefault(run_id, 0)
        while (batch := self._next(run_id, ledger)) is not None:
            self.pace.wait(batch.entry.rows)
            delivery = _Delivery(server, run_id, ledger, batch)
            self.patience.until(delivery.attempt)
            self.sent[run_id] = ledger.spans - self.had[run_id]

    def _next(self, run_id: str, ledger: Ledger) -> Batch | None:
        with opened(self.store) as reader:
            return Source(reader.connection, run_id, ledger).next()


def _identity(store: Path) -> str:
    """What tells a store from every other one, and gives nothing of its sign away."""
    return hashlib.sha256(files.read(store / SIGN)).hexdigest()[:16]


@dataclass
class _Delivery:
    """Brings one batch there."""

    server: Server
    run_id: str
    ledger: Ledger
    batch: Batch
    _tried: bool = False

    def attempt(self) -> None:
        """Try it, once more too. Raises Later or Refused."""
        entry = self.batch.entry
        if self.ledger.open != entry:
            self._begin()
        ask, self._tried = self.batch.ask or self._tried, True
        for table, rows in self.batch.rows.items():
            new = self._missing(table, rows) if ask else rows
            if new.num_rows:
                self.server.insert(table, new, f"{self.run_id}/{entry.number}/{new.num_rows}")
        self.ledger.end(entry)

    def _begin(self) -> None:
        try:
            self.ledger.begin(self.batch.entry)
        except SomebodyElse as error:
            raise Refused(f"another process sends run {self.run_id} there", "let it, or stop it") from error

    def _missing(self, table: str, rows: pa.Table) -> pa.Table:
        """The rows that are not there."""
        import pyarrow.compute as pc  # type: ignore[import-untyped]  # as above

        if table == TRACES:
            return self._without(rows, "SpanId", self._sent_traces(rows))
        ours = next((name for name, each in tables().items() if each.there == table and name in _IDS), None)
        if ours is None:
            return rows  # sent anew as a whole, and the newest holds
        key = _IDS[ours]
        ids = ", ".join(map(str, rows[key].to_pylist()))
        digest = ", digest" if ours == "value" else ""
        sql = f"SELECT {key}{digest} FROM {table} WHERE run_id = {{run:String}} AND {key} IN ({ids})"  # noqa: S608
        found = self.server.rows(sql, {"run": self.run_id})
        if digest:
            _require_same(rows.filter(pc.is_in(rows[key], found[key].combine_chunks())), found)
        return self._without(rows, key, found[key])

    def _sent_traces(self, rows: pa.Table) -> Any:
        import pyarrow.compute as pc

        times = rows["Timestamp"].cast("int64")
        ids = ", ".join(f"'{each}'" for each in rows["SpanId"].to_pylist())
        sql = f"""SELECT SpanId FROM {TRACES} WHERE SpanId IN ({ids})
            AND Timestamp >= fromUnixTimestamp64Nano({pc.min(times)})
            AND Timestamp <= fromUnixTimestamp64Nano({pc.max(times)})"""  # noqa: S608 - hexadecimal ids alone
        return self.server.rows(sql)["SpanId"]

    def _without(self, rows: pa.Table, key: str, there: Any) -> pa.Table:
        import pyarrow.compute as pc

        return rows.filter(pc.invert(pc.is_in(rows[key], there.combine_chunks().cast(rows[key].type))))


def _require_same(ours: pa.Table, there: pa.Table) -> None:
    """Refused where a value's number is another's by now: pruned at home, values may be numbered anew."""
    known = dict(zip(there["id"].to_pylist(), there["digest"].to_pylist(), strict=True))
    if any(known[each["id"]] != each["digest"] for each in ours.select(["id", "digest"]).to_pylist()):
        raise Refused(
            "the run was pruned here, and its values have other numbers now",
            "what is there stays right; what is new cannot be added to it",
        )
