"""logfire's auto tracing, with nothing sent anywhere."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from benchmarks.job import Recording
from benchmarks.tracers.opentelemetry import Counting
from benchmarks.tracers.tracer import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.job import Job


class ByQualname(Counting):
    """Counts by the function's name, which is an attribute."""

    def export(self, spans: Any) -> object:
        """Take a batch."""
        from opentelemetry.sdk.trace.export import SpanExportResult

        for span in spans:
            attributes = span.attributes
            if attributes.get("logfire.span_type") != "pending_span":
                self.calls[attributes.get("code.function", span.name)] += 1
        return SpanExportResult.SUCCESS


class Logfire(Tracer):
    """Keeps no arguments and no returns, and leaves generators out."""

    title = "logfire auto tracing"
    keeps = "names and times, no values"
    misses = "generators; test modules, which pytest imports itself"
    package = "logfire"
    writes = False
    light = True

    def prepare(self, job: Job) -> None:
        """As its documentation says, with every call however short."""
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self.exporter = ByQualname("")
        self.processor = BatchSpanProcessor(self.exporter)  # type: ignore[arg-type] # it has all that is called
        logfire = import_module("logfire")
        logfire.configure(
            send_to_logfire=False, console=False, metrics=False, additional_span_processors=[self.processor]
        )
        logfire.install_auto_tracing(job.program.modules, min_duration=0)

    def start(self, job: Job) -> Callable[[], None]:
        """Already started; at the end the counts are written down."""

        def stop() -> None:
            self.processor.shutdown()  # type: ignore[no-untyped-call]
            (job.kept / "counts.json").write_text(json.dumps(self.exporter.calls))

        return stop

    def read(self, job: Job) -> Recording:
        """What reached the exporter."""
        recording = Recording(values=None)
        recording.calls.update(json.loads((job.kept / "counts.json").read_bytes()))
        return recording


def tracer(name: str) -> Tracer:  # noqa: ARG001 - there is one
    """Give it."""
    return Logfire()
