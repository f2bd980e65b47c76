"""The span exporter for anyone's provider: OTEL_TRACES_EXPORTER=duckdb and nothing else of ours.

Building it opens nothing (a server may build it in processes that never trace). It names the run then,
where nobody has: children, forked or started, inherit the name through the environment. Such a run is folded
by a process of its own at shutdown.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from breadcrumb_exporter_duckdb.base import system_errors
from breadcrumb_exporter_duckdb.base.location import StoreError, find_store
from breadcrumb_exporter_duckdb.base.originals import json, os
from breadcrumb_exporter_duckdb.base.retention import Retention
from breadcrumb_exporter_duckdb.writing.detached import fold_detached
from breadcrumb_exporter_duckdb.writing.span_json import SpanEncoder
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan

    from breadcrumb_exporter_duckdb.format.frame import Columns, Pack
    from breadcrumb_exporter_duckdb.writing.processor import Batch

ENV_RUN_ID = "BREADCRUMB_RUN_ID"

_log = logging.getLogger(__name__)


class DuckDBSpanExporter(SpanExporter):
    """Keeps spans in the store at `store` (default: the project's, as `breadcrumb` finds it)."""

    def __init__(self, store: str | None = None, *, fsync: bool = False) -> None:
        self._store = store
        self._fsync = fsync
        self._encoder = SpanEncoder()
        self._writer: SpoolWriter | None = None
        self._run_id, self._named_by = _join_run()
        self._complained = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Write the spans as one frame; FAILURE where there is no store or the disk refuses."""
        if not spans:
            return SpanExportResult.SUCCESS
        return self._write(None, [self._describe(spans[0].resource)], spans)

    def export_batch(self, batch: Batch) -> SpanExportResult:
        """Write calls that the tracer hands over as what they are; FAILURE as of `export`."""
        facts = list(batch.facts())
        if len(batch):
            facts.append(self._describe(batch[0].resource))
        return self._write(batch.columns(), facts, pack=batch.pack)

    def lend(self, size: int, layout: str) -> tuple[int, int] | None:
        """Memory in which calls survive the process until they come in a batch; see SpoolWriter.lend."""
        try:
            return (self._writer or self._open()).lend(size, layout)
        except (OSError, StoreError) as error:
            system_errors.pass_on(error)
            return None

    def shutdown(self) -> None:
        """Write that the process ended; fold, detached, where the run is ours to fold."""
        writer, self._writer = self._writer, None
        if writer is None:
            return
        try:
            writer.close()
        except (OSError, StoreError) as error:
            system_errors.pass_on(error)
            self._complain(error)
        if self._named_by == os.getpid():
            fold_detached(writer.store)

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - nothing waits here
        """Nothing to do: every export has been written when it returns."""
        return True

    def _write(
        self,
        columns: Columns | None,
        facts: Sequence[tuple[str, str]],
        spans: Sequence[ReadableSpan] = (),
        pack: Pack | None = None,
    ) -> SpanExportResult:
        try:
            writer = self._writer or self._open()
            writer.write(columns, facts, [self._encoder.encode(span) for span in spans], pack)
        except (OSError, StoreError) as error:
            system_errors.pass_on(error)
            self._complain(error)
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def _describe(self, resource: Resource) -> tuple[str, str]:
        return "process", json.dumps({"key": "", "resource": self._encoder.resource(resource)})

    def _open(self) -> SpoolWriter:
        self._writer = SpoolWriter(
            find_store(self._store), run_id=self._run_id, fsync=self._fsync, room=Retention().size
        )
        return self._writer

    def _complain(self, error: Exception) -> None:
        if not self._complained:
            self._complained = True
            _log.warning("spans are not kept: %s", error)


def _join_run() -> tuple[str, int | None]:
    """The run's id, and our pid if it is us who named it."""
    known = os.environ.get(ENV_RUN_ID)
    if known:
        return known, None
    os.environ[ENV_RUN_ID] = os.urandom(4).hex()
    return os.environ[ENV_RUN_ID], os.getpid()
