"""Calls kept through `DuckDBSpanExporter` in somebody's own provider are calls, not spans of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from conftest import Project

PROGRAM = """
import os, sys
from breadcrumb_exporter_duckdb import DuckDBSpanExporter
from breadcrumb_instrumentation_calls import CallsInstrumentor
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor

provider = TracerProvider(resource=Resource({"service.name": "own"}))
provider.add_span_processor(globals()[sys.argv[1]](DuckDBSpanExporter(".breadcrumb")))
trace.set_tracer_provider(provider)
CallsInstrumentor().instrument(recorder=sys.argv[2])

def price(q): return q * 2

def work(n):
    with trace.get_tracer("app").start_as_current_span("span"):
        return [price(i) for i in range(n)]

def main():
    work(3)
    if os.fork() == 0:
        work(1)
        sys.exit(0)
    os.wait()

main()
"""


@pytest.mark.parametrize("recorder", RECORDERS)
@pytest.mark.parametrize("processor", ["BatchSpanProcessor", "SimpleSpanProcessor"])
def test_calls_are_calls(processor: str, recorder: str, project: Project) -> None:
    project.write("app.py", PROGRAM)
    ended = project.call("python", "-W", "ignore::DeprecationWarning", "app.py", processor, recorder)
    assert (ended.returncode, ended.stderr) == (0, "")
    counts = project.query("SELECT qualname, count(*) FROM calls GROUP BY 1 ORDER BY 1")
    assert counts == [("main", 1), ("price", 4), ("work", 2)]
    assert project.query("SELECT name, scope FROM spans") == [("span", "app")] * 2
    assert project.query("SELECT DISTINCT resource->>'$.\"service.name\"' FROM spans") == [("own",)]
    flow = project.call("breadcrumb", "query", "--flow").stdout
    assert "price(q=0..2)" in flow and "[span]" in flow and "-> [0, 2, 4]" in flow
    assert "  q=0  -> 0" in project.call("breadcrumb", "query", "--call", "price").stdout
