"""Spans of others come out of the store as OTLP as they went in, and as the SDK's own exporter sends them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb import DuckDBSpanExporter
from breadcrumb_exporter_duckdb.exchange.otlp_json import requests
from breadcrumb_exporter_duckdb.reading.store import open_store
from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]  # no stubs here
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
    set_span_in_context,
)
from otlp_files import as_protobuf_json

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from conftest import Project

STATE = TraceState([("vendor", "x:1"), ("other", "2")])
REMOTE = SpanContext(7, 8, is_remote=True, trace_flags=TraceFlags(3), trace_state=STATE)
ATTRIBUTES: dict[str, Any] = {
    "text": "t\u00e9xt", "yes": True, "int": 2**62, "float": 0.5, "nan": float("nan"), "inf": float("-inf"),
    "bytes": bytes(range(256)), "texts": ["a", "b"], "ints": [1, 2], "mixed": [1, "a", None],
    "map": {"@": "bytes", "@base64": "no", "inner": {"b": b"\\x00"}}, "@at": 1, "empty": "", "none": [],
}  # fmt: skip


def emit(store: Path) -> list[Any]:
    """Write spans with all that OpenTelemetry can say of one; what the SDK holds of them."""
    memory = InMemorySpanExporter()
    resource = Resource({"service.name": "shop", "raw": b"\xff"}, schema_url="https://example.org/resource/1")
    limits = SpanLimits(max_span_attributes=16, max_events=3, max_links=3, max_event_attributes=2)
    provider = TracerProvider(resource=resource, span_limits=limits, shutdown_on_exit=False)
    for exporter in (memory, DuckDBSpanExporter(str(store))):
        provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer(
        "lib", "1.2", "https://example.org/scope/2", attributes={"part": "a", "n": 1}
    )
    other = provider.get_tracer("lib", "1.3")
    links = [
        Link(SpanContext(9, 10 + n, is_remote=n == 2, trace_flags=TraceFlags(1), trace_state=STATE), {"n": n})
        for n in range(4)
    ]
    parent = set_span_in_context(NonRecordingSpan(REMOTE))
    with tracer.start_as_current_span("whole", parent, SpanKind.SERVER, ATTRIBUTES, links) as span:
        for n in range(20):
            span.set_attribute(f"many.{n % 4}", n)
        for n in range(5):
            span.add_event(f"event {n}", {"a": 1, "b": b"\x00", "c": "dropped"})
        span.set_status(Status(StatusCode.ERROR, "bad"))
        other.start_span("plain").end()
    provider.shutdown()
    return list(memory.get_finished_spans())


def told(requests: list[Any]) -> dict[str, str]:
    """What the protocol's messages say of each span, its emitter and scope, as far as the SDK tells it."""
    found = {}
    for resource in (each for request in requests for each in request.resource_spans):
        for scope in resource.scope_spans:
            for span in scope.spans:
                span.flags &= ~0xFF
                for link in span.links:  # the SDK's exporter leaves their tracestate out
                    link.flags &= ~0xFF
                    link.trace_state = ""
                emitter = f"{resource.resource}{resource.schema_url}{scope.scope}{scope.schema_url}"
                found[span.name] = f"{emitter}{span}"
    return found


def exported(store: Path) -> list[Any]:
    with open_store(store) as reader:
        [(run,)] = reader.connection.execute("SELECT run_id FROM runs").fetchall()
        return [
            ParseDict(as_protobuf_json(json.loads(line)), ExportTraceServiceRequest())
            for line, _ in requests(reader.connection, run)
        ]


def test_a_span_comes_out_as_it_went_in(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADCRUMB_RUN_ID", "cafe0001")
    spans = emit(project.store)
    sent, kept = [encode_spans(spans)], exported(project.store)
    (whole,) = (
        span
        for each in kept
        for resource in each.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        if span.name == "whole"
    )
    assert {link.trace_state for link in whole.links} == {STATE.to_header()} == {whole.trace_state}
    assert (whole.flags, whole.links[-1].flags & 0x200) == (0x303, 0)
    assert (whole.dropped_attributes_count, whole.dropped_events_count, whole.dropped_links_count) == (
        2,
        2,
        1,
    )
    assert told(kept) == told(sent)
    other = project.path / "other"
    done = project.call("breadcrumb", "export", "last", "--to", "parquet", "out")
    assert done.returncode == 0, done
    done = project.call("breadcrumb", "store", "import", "out", "--store", other)
    assert done.returncode == 0, done
    assert told(exported(other)) == told(sent)


def test_a_secret_in_bytes_is_redacted(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADCRUMB_RUN_ID", "cafe0001")
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(DuckDBSpanExporter(str(project.store))))
    provider.get_tracer("lib").start_span("s", attributes={"body": b"password=hunter2secret!"}).end()
    provider.shutdown()
    [(body,)] = project.query("SELECT attributes->>'$.body' FROM spans")
    assert json.loads(body) == {"@": "bytes", "@length": 23, "@head": "password=[redacted:password]"}


def test_of_two_spans_with_one_id_the_first_is_kept(project: Project) -> None:
    def span(number: int, name: str, parent: int = 0) -> dict[str, Any]:
        ids = {
            "traceId": f"{7:032x}",
            "spanId": f"{number:016x}",
            "parentSpanId": f"{parent:016x}" if parent else "",
        }
        times = {"startTimeUnixNano": "1893456000000000000", "endTimeUnixNano": "1893456000000000009"}
        return {**ids, **times, "name": name}

    spans = [span(1, "first"), span(1, "second"), span(2, "below", 1)]
    lines = [{"resourceSpans": [{"scopeSpans": [{"spans": part}]}]} for part in (spans, [span(2, "third")])]
    project.write("twice.jsonl", "\n".join(map(json.dumps, lines)))
    imported = project.call("breadcrumb", "store", "import", "twice.jsonl")
    assert "2 spans." in imported.stdout and "Left out: 2" in imported.stdout, imported
    assert project.query("SELECT name FROM spans ORDER BY span_id") == [("first",), ("below",)]
    assert "is sound" in project.call("breadcrumb", "store", "verify").stdout
