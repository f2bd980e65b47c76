"""What of a run was sent to a team's store, batch by batch: it is written there, before and after each one.

So a batch that was under way when its sender was killed is known, and its bounds: whoever goes on asks what
of it is there, and sends the rest. A run is sent from one store alone.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.exchange.outgoing import CALLS, SPANS

from breadcrumb.clickhouse.tables import SENT

if TYPE_CHECKING:
    from breadcrumb.clickhouse.server import Server

VALUES, SUMMARY = "value", "summary"
START = ""
"""Before the first row of a kind."""


@dataclass(frozen=True)
class Entry:
    """One batch: what it holds, from behind one row to the last one, both by their ids."""

    number: int
    kind: str
    after: str
    last: str
    rows: int
    done: bool


class Ledger:
    """The batches of one run."""

    def __init__(self, server: Server, run_id: str, store: str) -> None:
        self._server = server
        self._store = store
        self._run_id = run_id
        self._sender = os.urandom(8).hex()
        rows = server.rows(_READ, {"run": run_id}).to_pylist()
        self.is_anothers = {row.pop("store") for row in rows} - {store} != set()
        """Whether the run came from another store, where rows have another order and values other numbers."""
        self._entries = [Entry(**{**row, "done": bool(row["done"])}) for row in rows]

    @property
    def open(self) -> Entry | None:
        """The batch of which nobody knows whether it came; never a summary: a newer one takes its place."""
        return next((entry for entry in self._entries if not entry.done and entry.kind != SUMMARY), None)

    @property
    def next_number(self) -> int:
        """The number of a new batch, from 1."""
        return 1 + max((entry.number for entry in self._entries), default=0)

    @property
    def spans(self) -> int:
        """How many calls and spans were sent."""
        return sum(entry.rows for entry in self._entries if entry.done and entry.kind in (CALLS, SPANS))

    def last(self, kind: str) -> str:
        """The last row of a kind that was sent."""
        done = (entry for entry in reversed(self._entries) if entry.kind == kind and entry.done)
        return next((entry.last for entry in done), START)

    def began_anew(self, kind: str) -> bool:
        """Whether a kind was sent from its beginning more than once: its last row was pruned at home."""
        return sum(entry.after == START for entry in self._entries if entry.kind == kind) > 1

    def begin(self, entry: Entry) -> None:
        """Say what is about to be sent. Raises SomebodyElse where another sender has said so too."""
        self._write(entry, "begun")
        (found,) = self._server.rows(_BEGUN, {"run": self._run_id, "number": entry.number}).to_pylist()
        if found["senders"] != 1:
            raise SomebodyElse
        self._entries.append(entry)

    def end(self, entry: Entry) -> None:
        """Say that it came."""
        self._write(entry, "done")
        self._entries = [each for each in self._entries if each.number != entry.number]
        self._entries.append(Entry(entry.number, entry.kind, entry.after, entry.last, entry.rows, done=True))

    def _write(self, entry: Entry, state: str) -> None:
        import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

        row = {"run_id": self._run_id, "number": entry.number, "state": state}
        row |= {"sender": self._sender, "store": self._store}
        place = {"kind": entry.kind, "after": entry.after, "last": entry.last, "rows": entry.rows}
        self._server.insert(SENT, pa.Table.from_pylist([{**row, **place}]))


class SomebodyElse(Exception):  # noqa: N818 - an answer
    """Another process sends the same run there."""


_READ = f"""
SELECT number, argMin(kind, time) AS kind, argMin(after, time) AS after, argMin(last, time) AS last,
    argMin(rows, time) AS rows, argMin(store, time) AS store, countIf(state = 'done') > 0 AS done
FROM {SENT} WHERE run_id = {{run:String}} GROUP BY number ORDER BY number
"""  # noqa: S608 - a name of ours
_BEGUN = f"""
SELECT uniqExact(sender) AS senders FROM {SENT}
WHERE run_id = {{run:String}} AND number = {{number:UInt64}} AND state = 'begun'
"""  # noqa: S608 - as above
