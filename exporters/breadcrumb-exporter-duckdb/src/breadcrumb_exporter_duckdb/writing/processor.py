"""The span processor that keeps everything: the tracer's batches and other instrumentations' spans.

A batch is written by its caller, the tracer's one background thread. Other spans wait in a bounded queue
for a thread of our own; what does not fit is counted and shown with every answer.
"""

from __future__ import annotations

import collections
import contextlib
from typing import TYPE_CHECKING, Protocol

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExportResult

from breadcrumb_exporter_duckdb.base.background import Background
from breadcrumb_exporter_duckdb.base.originals import _thread, json
from breadcrumb_exporter_duckdb.writing import fork
from breadcrumb_exporter_duckdb.writing.call_keeper import CallKeeper, Calls
from breadcrumb_exporter_duckdb.writing.span_json import SpanEncoder

if TYPE_CHECKING:
    from pathlib import Path

    from breadcrumb_redaction import Redactor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.trace import SpanContext

    from breadcrumb_exporter_duckdb.base.retention import Retention

Ended = tuple[ReadableSpan, "SpanContext | None"]
"""A span, and the call in which its request came in."""
QUEUE = 8192
FLUSH_SECONDS = 0.1


class Batch(Calls, Protocol):
    """What the tracer hands over: a lazy sequence of spans that also knows its columns and facts."""

    def __getitem__(self, index: int, /) -> ReadableSpan: ...


class SpoolSpanProcessor(SpanProcessor):
    """Appends spans to the store's spool; opens nothing before the first one."""

    _closed: bool

    def __init__(
        self,
        store: Path,
        *,
        run_id: str,
        redactor: Redactor | None = None,
        fsync: bool = False,
        retention: Retention | None = None,
    ) -> None:
        self._keep_with(CallKeeper(store, run_id=run_id, fsync=fsync, retention=retention), redactor)

    @classmethod
    def of(cls, keeper: CallKeeper, redactor: Redactor) -> SpoolSpanProcessor:
        """One for the spans of a process whose calls are kept there already."""
        made = cls.__new__(cls)
        made._keep_with(keeper, redactor)
        return made

    def _keep_with(self, keeper: CallKeeper, redactor: Redactor | None) -> None:
        self.keeper = keeper
        """Keeps the calls, and writes the spans."""
        self._encoder = SpanEncoder(redactor)
        self._begin()
        fork.processors.add(self)

    def export_batch(self, batch: Batch) -> SpanExportResult:
        """Write a batch of calls; FAILURE where it could not be kept."""
        if len(batch) and not self._described:
            self._describe(batch[0].resource)
        return SpanExportResult.SUCCESS if self.keeper.take(batch) else SpanExportResult.FAILURE

    def lend(self, size: int, layout: str) -> tuple[int, int] | None:
        """Memory in which calls survive the process until they come in a batch; see SpoolWriter.lend."""
        return self.keeper.lend(size, layout)

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
        self.keeper.settle()
        self._background.end()
        self._drain()
        self.keeper.end(how)

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
        self._dropped = 0
        self._told = 0
        self._described = False
        self._closed = False
        self._background = Background(self._drain_safely, FLUSH_SECONDS)
        self._draining = _thread.RLock()
        """Re-entrant: a signal handler of the program that interrupts a flush may flush."""

    def _drain_safely(self) -> None:
        try:
            self._drain()
        except Exception as error:  # noqa: BLE001 - the thread must live
            self.keeper.complain(error)

    def _drain(self) -> bool:
        with self._draining:
            spans = self._take()
            if spans and not self._described:
                self._describe(spans[0][0].resource)
            facts = self.keeper.resource_facts() if spans else []
            if self._dropped > self._told:
                facts.append(self._drop_fact())
            if not spans and not facts and not self.keeper.has_more_to_tell():
                return True
            kept = False
            try:
                encoded = [self._encoder.encode(*span) for span in spans]
                kept = self.keeper.write(None, facts, encoded)
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

    def _describe(self, resource: Resource) -> None:
        self._described = True
        self.keeper.describe(self._encoder.resource(resource))

    def _drop_fact(self) -> tuple[str, str]:
        self._told = self._dropped
        fact = {
            "where": "spool",
            "reason": "spans of other instrumentations came faster than they could be kept",
        }
        return "drop", json.dumps({"key": "spool/spans", **fact, "count": self._dropped})
