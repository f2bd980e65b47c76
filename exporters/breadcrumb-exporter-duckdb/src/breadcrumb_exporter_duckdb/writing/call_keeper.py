"""Keeps the tracer's calls in the spool, batch by batch; it needs nothing of OpenTelemetry.

A batch is written by its caller, the tracer's one background thread. Calls of which it is not known yet
whether they are kept are held in memory.
"""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Protocol

from breadcrumb_exporter_duckdb.base import log, system_errors
from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.base.originals import json
from breadcrumb_exporter_duckdb.base.records import asdict
from breadcrumb_exporter_duckdb.base.retention import Retention
from breadcrumb_exporter_duckdb.writing import fork
from breadcrumb_exporter_duckdb.writing.held import Held, Rows
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from breadcrumb_exporter_duckdb.format.frame import Columns, Pack


class Calls(Rows, Protocol):
    """What the tracer hands over: columns and facts."""

    def facts(self) -> Sequence[tuple[str, str]]:
        """What changed, as (kind, JSON object)."""
        ...


class CallKeeper:
    """Writes to the store's spool; opens nothing before the first batch."""

    _held: Held | None
    """Calls that may not be kept; None where all are."""
    _is_described: bool
    _is_closed: bool
    _complained: bool

    def __init__(
        self,
        store: Path,
        *,
        run_id: str,
        fsync: bool = False,
        retention: Retention | None = None,
    ) -> None:
        kept = retention or Retention()
        self._writer = SpoolWriter(store, run_id=run_id, fsync=fsync, room=kept.size)
        self._writer.describe(retention=asdict(kept))
        self._resource: object = None
        """Attributes of OpenTelemetry's resource, redacted; None while they are not known."""
        self._begin()
        fork.writers.add(self)

    def describe(self, resource: object) -> None:
        """Tell these attributes of the resource from now on."""
        self._is_described = self._is_described and resource == self._resource
        self._resource = resource

    def take(self, batch: Calls) -> bool:
        """Write a batch of calls; whether it is kept."""
        facts = [*batch.facts(), *(self.resource_facts() if len(batch) else ())]
        held = self._held
        if held is not None:
            self._opened.update(int(json.loads(text)["key"], 16) for kind, text in facts if kind == "open")
        if held is None or not len(batch):
            written = self.write(batch.columns(), facts, pack=batch.pack)
        else:
            written = self.write(None, facts) if facts else True
            if not held.take(batch):
                self.settle()
        if any(kind == "end" for kind, _ in facts):  # the process may vanish at once
            self.settle()
            self.flush()
        return written

    def hold(self) -> None:
        """Write no calls from now on until it is settled whether they are kept; too many are written."""
        self._held = Held(self._opened)

    def let_go(self, reason: str) -> None:
        """Drop what is held and the calls that come until `settle`, and tell the reason."""
        if self._held is not None:
            self._held.let_go(reason)

    def settle(self) -> None:
        """Write what is held, and hold no more."""
        held, self._held = self._held, None
        if held is None:
            return
        for columns in held.batches:
            if not self._append(columns, (), (), held.pack):
                self._gone["they could not be written"] += columns["span_id"][1]
        if held.gone:
            self._gone[held.reason] += held.gone
        self._ended += held.ended

    def lend(self, size: int, layout: str) -> tuple[int, int] | None:
        """Memory in which calls survive the process until they come in a batch; see SpoolWriter.lend."""
        return self._writer.lend(size, layout)

    def resource_facts(self) -> list[tuple[str, str]]:
        """The resource, where it is known and was not told."""
        if self._is_described or self._resource is None:
            return []
        self._is_described = True
        return [("process", json.dumps({"key": "", "resource": self._resource}))]

    def flush(self) -> None:
        """Write what became of calls that were held."""
        if self.has_more_to_tell():
            self.write(None, ())

    def has_more_to_tell(self) -> bool:
        """Whether there is something to write of calls that were held."""
        return bool(self._ended) or self._gone != self._gone_told

    def write(
        self,
        columns: Columns | None,
        facts: Sequence[tuple[str, str]],
        spans: Sequence[dict[str, object]] = (),
        pack: Pack | None = None,
    ) -> bool:
        """Write this, and what became of calls that were held; whether it is kept."""
        return self._append(columns, [*facts, *self._gone_facts()], spans, pack)

    def end(self, how: str) -> None:
        """Write what is held, and that the process ended, or goes on without us."""
        if self._is_closed:
            return
        self._is_closed = True
        self.settle()
        self.flush()
        try:
            self._writer.close(how)
        except (OSError, StoreError) as error:
            system_errors.pass_on(error)
            self.complain(error)

    def after_fork_in_child(self) -> None:
        """Begin anew: what waits is the parent's to write."""
        self._begin()

    def complain(self, error: Exception) -> None:
        """Say once that something is lost: a full disk must not flood the program's log as well."""
        if not self._complained:
            self._complained = True
            log.warn(__name__, "spans are not kept: %s", error)

    def _begin(self) -> None:
        self._held = None
        self._gone: collections.Counter[str] = collections.Counter()
        """How many calls were not kept, by the reason."""
        self._gone_told: dict[str, int] = {}
        self._opened: set[int] = set()
        """Calls that were told of as running since calls are held."""
        self._ended: list[int] = []
        """Those of them that have ended and are not kept, while that is to be told."""
        self._is_described = False
        self._complained = False
        self._is_closed = False

    def _gone_facts(self) -> list[tuple[str, str]]:
        """Facts of calls that were dropped: how many for which reason, and which were told as running."""
        new = {reason: count for reason, count in self._gone.items() if self._gone_told.get(reason) != count}
        self._gone_told.update(new)
        facts = (
            {"key": f"spool/{reason}", "where": "spool", "reason": reason, "count": count}
            for reason, count in new.items()
        )
        ended = [{"key": f"{span_id:016x}", "let_go": True} for span_id in self._ended]
        self._ended.clear()
        return [
            *(("drop", json.dumps(fact)) for fact in facts),
            *(("open", json.dumps(fact)) for fact in ended),
        ]

    def _append(
        self,
        columns: Columns | None,
        facts: Sequence[tuple[str, str]],
        spans: Sequence[dict[str, object]],
        pack: Pack | None,
    ) -> bool:
        try:
            self._writer.write(columns, facts, spans, pack)
        except (OSError, StoreError) as error:
            system_errors.pass_on(error)
            self.complain(error)
            return False
        return True
