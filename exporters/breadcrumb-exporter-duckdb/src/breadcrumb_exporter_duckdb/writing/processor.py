"""The span processor that keeps everything: the tracer's batches and other instrumentations' spans.

A batch is written by its caller, the tracer's one background thread. Other spans wait in a bounded queue
for a thread of our own; what does not fit is counted and shown with every answer.
"""

from __future__ import annotations

import collections
import contextlib
import logging
from typing import TYPE_CHECKING, Protocol

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExportResult

from breadcrumb_exporter_duckdb.base import system_errors
from breadcrumb_exporter_duckdb.base.background import Background
from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.base.originals import _thread, json
from breadcrumb_exporter_duckdb.base.records import asdict
from breadcrumb_exporter_duckdb.base.retention import Retention
from breadcrumb_exporter_duckdb.writing import fork
from breadcrumb_exporter_duckdb.writing.held import Held, Rows
from breadcrumb_exporter_duckdb.writing.span_json import SpanEncoder
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from breadcrumb_redaction import Redactor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.trace import SpanContext

    from breadcrumb_exporter_duckdb.format.frame import Columns, Pack

Ended = tuple[ReadableSpan, "SpanContext | None"]
"""A span, and the call in which its request came in."""
QUEUE = 8192
FLUSH_SECONDS = 0.1

_log = logging.getLogger(__name__)


class Batch(Rows, Protocol):
    """What the tracer hands over: a lazy sequence of spans that also knows its columns and facts."""

    def __getitem__(self, index: int, /) -> ReadableSpan: ...
    def facts(self) -> Sequence[tuple[str, str]]:
        """What changed, as (kind, JSON object)."""
        ...


class SpoolSpanProcessor(SpanProcessor):
    """Appends spans to the store's spool; opens nothing before the first one."""

    _closed: bool
    _held: Held | None
    """Calls that may not be kept; None where all are."""

    def __init__(
        self,
        store: Path,
        *,
        run_id: str,
        redactor: Redactor | None = None,
        fsync: bool = False,
        retention: Retention | None = None,
    ) -> None:
        kept = retention or Retention()
        self._writer = SpoolWriter(store, run_id=run_id, fsync=fsync, room=kept.size)
        self._writer.describe(retention=asdict(kept))
        self._encoder = SpanEncoder(redactor)
        self._begin()
        fork.processors.add(self)

    def export_batch(self, batch: Batch) -> SpanExportResult:
        """Write a batch of calls; FAILURE where it could not be kept."""
        facts = list(batch.facts())
        if len(batch) and not self._described:
            facts.append(self._describe(batch[0].resource))
        held = self._held
        if held is not None:
            self._opened.update(int(json.loads(text)["key"], 16) for kind, text in facts if kind == "open")
        if held is None or not len(batch):
            written = self._write(batch.columns(), [*facts, *self._gone_facts()], pack=batch.pack)
        else:
            written = self._write(None, [*facts, *self._gone_facts()]) if facts else SpanExportResult.SUCCESS
            if not held.take(batch):
                self.settle()
        if any(kind == "end" for kind, _ in facts):  # the process may vanish at once
            self.settle()
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
            if self._write(columns, (), pack=held.pack) is not SpanExportResult.SUCCESS:
                self._gone["they could not be written"] += columns["span_id"][1]
        if held.gone:
            self._gone[held.reason] += held.gone
        self._ended += held.ended

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

    def lend(self, size: int, layout: str) -> tuple[int, int] | None:
        """Memory in which calls survive the process until they come in a batch; see SpoolWriter.lend."""
        return self._writer.lend(size, layout)

    def came_in(self, span: SpanContext, call: SpanContext) -> None:
        """Remember in which call a request came in, until its span ends."""
        if len(self._waiting) >= QUEUE:
            with contextlib.suppress(KeyError):
                self._waiting.popitem(last=False)
        self._waiting[span.span_id] = call

    def on_end(self, span: ReadableSpan) -> None:
        """Take a span of another instrumentation; never waits."""
        if span.context is None:
            return
        call = self._waiting.pop(span.context.span_id, None)
        if not span.context.trace_flags.sampled or self._closed:
            return
        if len(self._queue) >= QUEUE:
            self._dropped += 1
            return
        self._queue.append((span, call))
        self._background.start()

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - a write is bounded
        """Write what waits."""
        return self._drain()

    def shutdown(self) -> None:
        """Write what waits, and that the process ended."""
        self._end("exit")

    def detach(self) -> None:
        """Write what waits, and that the process goes on without us."""
        self._end("detach")

    def _end(self, how: str) -> None:
        if self._closed:
            return
        self._closed = True
        self.settle()
        self._background.end()
        self._drain()
        try:
            self._writer.close(how)
        except (OSError, StoreError) as error:
            system_errors.pass_on(error)
            self._complain(error)

    def before_fork(self) -> None:
        """End the thread, which the child would lack."""
        self._background.end()

    def after_fork_in_child(self) -> None:
        """Begin anew: what waits in the queue is the parent's to write; the thread did not come along."""
        self._begin()

    def _begin(self) -> None:
        self._queue: collections.deque[Ended] = collections.deque()
        self._waiting: collections.OrderedDict[int, SpanContext] = collections.OrderedDict()
        """The calls in which requests came in, by the ids of these requests' spans."""
        self._held = None
        self._gone: collections.Counter[str] = collections.Counter()
        """How many calls were not kept, by the reason."""
        self._gone_told: dict[str, int] = {}
        self._opened: set[int] = set()
        """Calls that were told of as running since calls are held."""
        self._ended: list[int] = []
        """Those of them that have ended and are not kept, while that is to be told."""
        self._dropped = 0
        self._told = 0
        self._described = False
        self._closed = False
        self._complained = False
        self._background = Background(self._drain_safely, FLUSH_SECONDS)
        self._draining = _thread.RLock()
        """Re-entrant: a signal handler of the program that interrupts a flush may flush."""

    def _drain_safely(self) -> None:
        try:
            self._drain()
        except Exception as error:  # noqa: BLE001 - the thread must live
            self._complain(error)

    def _drain(self) -> bool:
        with self._draining:
            spans = self._take()
            facts = [self._describe(spans[0][0].resource)] if spans and not self._described else []
            facts += self._gone_facts()
            if self._dropped > self._told:
                facts.append(self._drop_fact())
            if not spans and not facts:
                return True
            kept = False
            try:
                encoded = [self._encoder.encode(*span) for span in spans]
                kept = self._write(None, facts, encoded) is SpanExportResult.SUCCESS
            finally:
                self._dropped += 0 if kept else len(spans)
            return kept

    def _take(self) -> list[Ended]:
        """Everything that waits; a signal handler may take a part of it meanwhile."""
        taken: list[Ended] = []
        with contextlib.suppress(IndexError):
            while len(taken) < QUEUE:
                taken.append(self._queue.popleft())
        return taken

    def _write(
        self,
        columns: Columns | None,
        facts: Sequence[tuple[str, str]],
        spans: Sequence[dict[str, object]] = (),
        pack: Pack | None = None,
    ) -> SpanExportResult:
        try:
            self._writer.write(columns, facts, spans, pack)
        except (OSError, StoreError) as error:
            system_errors.pass_on(error)
            self._complain(error)
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def _describe(self, resource: Resource) -> tuple[str, str]:
        self._described = True
        return "process", json.dumps({"key": "", "resource": self._encoder.resource(resource)})

    def _drop_fact(self) -> tuple[str, str]:
        self._told = self._dropped
        fact = {
            "where": "spool",
            "reason": "spans of other instrumentations came faster than they could be kept",
        }
        return "drop", json.dumps({"key": "spool/spans", **fact, "count": self._dropped})

    def _complain(self, error: Exception) -> None:
        """Say once that spans are lost: a full disk must not flood the program's log as well."""
        if not self._complained:
            self._complained = True
            _log.warning("spans are not kept: %s", error)
