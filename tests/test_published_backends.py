"""Phoenix and mlflow get what is forwarded, span by span: opt in, by the environments that they are in.

    make test-others

or `BREADCRUMB_TESTS_PHOENIX=/env/with/arize-phoenix`, `BREADCRUMB_TESTS_MLFLOW=/env/with/mlflow`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest
from free_ports import free_port, listens
from google.protobuf.json_format import MessageToDict  # type: ignore[import-untyped]  # no stubs here
from patience import until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Project, Receiver

PHOENIX = os.environ.get("BREADCRUMB_TESTS_PHOENIX", "")
MLFLOW = os.environ.get("BREADCRUMB_TESTS_MLFLOW", "")
GIVEN = {"gen_ai.operation.name": "chat", "n": 2, "half": 0.5, "all": ["a", "b"], "é": True}
APP = f"""
from opentelemetry import trace

def step(n):
    return {{"total": n * 2, "password": "hunter2-hunter2"}}

def fails():
    raise ValueError("no")

def main():
    step(3)
    try:
        fails()
    except ValueError:
        pass
    tracer = trace.get_tracer("shop", "1.2")
    with tracer.start_as_current_span("chat small", attributes={GIVEN!r}) as span:
        span.add_event("sold", {{"to": "ada"}})

main()
"""
ERRORS = (2, "STATUS_CODE_ERROR")
ROUNDED_NS = 1_000
"""Times are kept in microseconds by some."""


class Span(NamedTuple):
    """What every backend tells of a span."""

    trace_id: str
    span_id: str
    parent_id: str
    name: str
    start_ns: int
    end_ns: int
    failed: bool
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]


class Backend(NamedTuple):
    """A running server: where it takes spans, and what it has of a trace."""

    endpoints: dict[str, str]
    headers: str
    spans: Callable[[str], list[Any]]
    """As OTLP's JSON writes them, in one style or the other."""
    adds: tuple[str, ...]
    """How attributes begin that it makes itself."""


def _phoenix(folder: Path) -> tuple[list[str], dict[str, str], Backend, int]:
    http, grpc = free_port(), free_port()
    environ = {
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(http),
        "PHOENIX_GRPC_PORT": str(grpc),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    where = f"http://127.0.0.1:{http}"

    def spans(trace_id: str) -> list[Any]:
        asked = httpx.get(
            f"{where}/v1/projects/default/spans/otlpv1", params={"trace_id": trace_id, "limit": 100}
        )
        return list(asked.json()["data"]) if asked.status_code == httpx.codes.OK else []

    endpoints = {"http/protobuf": where, "grpc": f"http://127.0.0.1:{grpc}"}
    backend = Backend(endpoints, "", spans, ("openinference.", "input.", "output.", "metadata"))
    return [f"{PHOENIX}/bin/phoenix", "serve"], environ, backend, http


def _mlflow(folder: Path) -> tuple[list[str], dict[str, str], Backend, int]:
    http = free_port()
    words = [f"{MLFLOW}/bin/mlflow", "server", "--host", "127.0.0.1", "--port", str(http), "--workers", "1"]
    words += ["--backend-store-uri", f"sqlite:///{folder}/kept.sqlite"]
    where = f"http://127.0.0.1:{http}"

    def spans(trace_id: str) -> list[Any]:
        asked = httpx.get(f"{where}/api/3.0/mlflow/traces/get", params={"trace_id": f"tr-{trace_id}"})
        return list(asked.json()["trace"]["spans"]) if asked.status_code == httpx.codes.OK else []

    endpoints = {"http/protobuf": where, "http/json": where}
    return words, {}, Backend(endpoints, "x-mlflow-experiment-id=0", spans, ("mlflow.",)), http


@pytest.fixture(
    params=[
        pytest.param(
            _phoenix, marks=pytest.mark.skipif(not PHOENIX, reason="needs BREADCRUMB_TESTS_PHOENIX")
        ),
        pytest.param(_mlflow, marks=pytest.mark.skipif(not MLFLOW, reason="needs BREADCRUMB_TESTS_MLFLOW")),
    ]
)
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    words, environ, running, port = request.param(tmp_path)
    with (
        (tmp_path / "log").open("wb") as log,
        subprocess.Popen(
            words, cwd=tmp_path, env=os.environ | environ, stdin=subprocess.PIPE, stdout=log, stderr=log
        ) as server,
    ):
        try:
            until(lambda: listens(port) or server.poll() is not None)
            assert server.poll() is None, (tmp_path / "log").read_text()
            yield running
        finally:
            server.terminate()


def test_a_published_backend_has_every_span_as_it_was(
    backend: Backend, project: Project, receiver: Receiver
) -> None:
    project.write("app.py", APP)
    headers = {"OTEL_EXPORTER_OTLP_HEADERS": backend.headers}
    for protocol, endpoint in backend.endpoints.items():
        assert project.run("--no-report", "python", "app.py").returncode == 0
        words = ("--protocol", protocol, "--endpoint", endpoint, "--patience", "600")
        sent = project.call("breadcrumb", "forward", *words, environ=headers)
        assert "Sent 4 spans" in sent.stdout, sent
        receiver.kept.write_bytes(b"")
        project.call("breadcrumb", "forward", "--endpoint", receiver.endpoints["http/protobuf"])
        ours = [MessageToDict(span, preserving_proto_field_name=True) for span in receiver.spans()]
        wanted = {span.span_id: span for span in map(_span, ours)}
        (trace_id,) = {span.trace_id for span in wanted.values()}
        found = _all(backend, trace_id, len(wanted))
        assert {span.span_id: _timeless(span) for span in found} == {
            span.span_id: _timeless(span) for span in wanted.values()
        }
        for span in found:
            assert abs(span.start_ns - wanted[span.span_id].start_ns) <= ROUNDED_NS
            assert abs(span.end_ns - wanted[span.span_id].end_ns) <= ROUNDED_NS
        assert "hunter2" not in str(found) and "@redacted" in str(found)


def _timeless(span: Span) -> Span:
    return span._replace(start_ns=0, end_ns=0)


def _all(backend: Backend, trace_id: str, count: int) -> list[Span]:
    """The spans of a trace, without what the backend adds, when all have come."""
    found: list[Any] = []

    def have_come() -> bool:
        found[:] = backend.spans(trace_id)
        return len(found) == count

    until(have_come)
    spans = [_span(each) for each in found]
    for span in spans:
        for name in [each for each in span.attributes if each.startswith(backend.adds)]:
            del span.attributes[name]
    return spans


def _span(told: dict[str, Any]) -> Span:
    """A span as JSON has it, by OTLP's names."""
    return Span(
        _id(told["trace_id"], 32),
        _id(told["span_id"], 16),
        _id(told.get("parent_span_id"), 16),
        told["name"],
        int(told["start_time_unix_nano"]),
        int(told["end_time_unix_nano"]),
        told["status"].get("code") in ERRORS,
        _attributes(told),
        [(each["name"], _attributes(each)) for each in told.get("events") or ()],
    )


def _id(text: str | None, digits: int) -> str:
    """An id in hexadecimal, however it is written."""
    return text or "" if not text or len(text) == digits else base64.b64decode(text).hex()


def _attributes(told: dict[str, Any]) -> dict[str, Any]:
    return {each["key"]: _value(each["value"]) for each in told.get("attributes") or ()}


def _value(told: dict[str, Any]) -> Any:
    """A value; of text that is JSON, what it says, for backends read it."""
    [(kind, value)] = [(kind, each) for kind, each in told.items() if each is not None]
    if kind == "array_value":
        return [_value(each) for each in value.get("values", ())]
    if kind == "kvlist_value":
        return {each["key"]: _value(each["value"]) for each in value.get("values", ())}
    if kind == "int_value":
        return int(value)
    with contextlib.suppress(ValueError, TypeError):
        return json.loads(value)
    return value
