"""`breadcrumb store import FILE`: spans of OTLP's and of Jaeger's JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]  # no stubs here
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from otlp_files import as_protobuf_json
from test_foreign_spans import emit, exported, told

if TYPE_CHECKING:
    from conftest import Project

TRACE = "af7651916cd43dd8448eb211c80319c"
JAEGER = {
    "data": [
        {
            "traceID": TRACE,
            "processes": {"p1": {"serviceName": "shop", "tags": [{"key": "v", "type": "int64", "value": 2}]}},
            "spans": [
                {
                    "traceID": TRACE, "spanID": "1", "operationName": "GET /cart", "processID": "p1",
                    "references": [], "startTime": 1_700_000_000_000_000, "duration": 20,
                    "tags": [
                        {"key": "span.kind", "type": "string", "value": "server"},
                        {"key": "error", "type": "bool", "value": True},
                        {"key": "db.password", "type": "string", "value": "hunter2-hunter2"},
                        {"key": "otel.scope.name", "type": "string", "value": "http"},
                    ],
                    "logs": [{"timestamp": 1_700_000_000_000_005,
                        "fields": [{"key": "event", "type": "string", "value": "hit"}]}],
                },
                {
                    "traceID": TRACE, "spanID": "2", "operationName": "SELECT", "processID": "p1",
                    "references": [{"refType": "CHILD_OF", "traceID": TRACE, "spanID": "1"},
                        {"refType": "FOLLOWS_FROM", "traceID": TRACE, "spanID": "9"}],
                    "startTime": 1_700_000_000_000_003, "duration": 10, "tags": [], "logs": [],
                },
                {"traceID": "x", "spanID": "3", "operationName": "none", "processID": "p1", "startTime": 1,
                    "duration": 1},
            ],
        }
    ]
}  # fmt: skip


def store_import(project: Project, name: str, code: int = 0, **more: str) -> str:
    words = [word for key, value in more.items() for word in (f"--{key}", value)]
    ended = project.call("breadcrumb", "store", "import", name, *words)
    assert ended.returncode == code, ended
    assert "Traceback" not in ended.stderr
    return ended.stdout + ended.stderr


def test_what_was_exported_comes_back_once(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BREADCRUMB_RUN_ID", "cafe0001")
    spans = emit(project.store)
    assert project.call("breadcrumb", "export", "last", "--to", "otlp-json", "out.json").returncode == 0
    assert "pinned: 2 spans" in store_import(project, "out.json", store="other")
    assert told(exported(project.path / "other")) == told([encode_spans(spans)])
    assert "holds these spans already" in store_import(project, "out.json", store="other")
    document = json.loads((project.path / "out.json").read_text())
    project.write("pretty.json", json.dumps(document, indent=2))
    assert "pinned: 2 spans" in store_import(project, "pretty.json")
    assert project.query("SELECT count(*) FROM spans WHERE name = 'whole' AND run_id = 'cafe0001'") == [(1,)]
    assert ParseDict(as_protobuf_json(document), ExportTraceServiceRequest())


def test_jaeger_s_traces_come_in(project: Project) -> None:
    project.write("jaeger.json", json.dumps(JAEGER))
    said = store_import(project, "jaeger.json")
    assert "pinned: 2 spans" in said and "Left out: 1 that is no span" in said
    rows = project.query(
        "SELECT name, kind, status, parent_span_id, duration_ns, scope, attributes::VARCHAR,"
        " events->>'$[0].name', links->>'$[0].span_id', resource->>'$.\"service.name\"'"
        " FROM spans ORDER BY start_ns"
    )
    redacted = {"error": True, "db.password": "[redacted:password]"}
    first, second = rows
    assert json.loads(first[6]) == redacted
    assert (*first[:6], *first[7:]) == (
        "GET /cart",
        "SERVER",
        "ERROR",
        None,
        20_000,
        "http",
        "hit",
        None,
        "shop",
    )
    assert second[:5] == ("SELECT", "INTERNAL", "UNSET", f"{1:016x}", 10_000)
    assert second[8] == f"{9:016x}"


@pytest.mark.parametrize(
    "text", ["", "{}", "[1]", "{", '{"resourceSpans": 1}', '{"data": [1]}', "[" * 100_000]
)
def test_what_holds_no_spans_is_one_line_and_changes_nothing(text: str, project: Project) -> None:
    project.write("file.json", text)
    said = store_import(project, "file.json", code=4)
    assert "file.json cannot be read" in said and len(said.splitlines()) == 1
    assert list((project.store / "spool").iterdir()) == []
