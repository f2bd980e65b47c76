"""What `CallsInstrumentor().instrument` takes, by keyword and by environment; anything else is an error."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls import CallsInstrumentor, Scope
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import NoOpTracerProvider
from patience import HANGS

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY = """
def total(n): return half(n) * 2
def half(n): return n / 2
"""
PROGRAM = """
import json, os, sys
import opentelemetry.context
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from breadcrumb_instrumentation_calls import CallsInstrumentor
sys.path.insert(0, "")
import shop

exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
options = json.loads(sys.argv[1])
if options.pop("as_global", False):
    trace.set_tracer_provider(provider)
else:
    options["tracer_provider"] = provider

def state():
    used = [sys.monitoring.get_tool(n) for n in range(6)] if hasattr(sys, "monitoring") else []
    processors = provider._active_span_processor._span_processors
    functions = os._exit, os.kill, os.posix_spawn, sys.getprofile(), sys.gettrace()
    return used, processors, functions, type(opentelemetry.context._RUNTIME_CONTEXT)

def main():
    shop.total(4)

before = state()
CallsInstrumentor().instrument(**options)
main()
provider.force_flush()
CallsInstrumentor().uninstrument()
assert state() == before, (before, state())
main()
provider.force_flush()
print(json.dumps(sorted(span.name for span in exporter.get_finished_spans())))
"""


@pytest.mark.parametrize(
    ("options", "environ", "names"),
    [
        ({}, {}, ["__main__.main"]),
        ({"include": ["shop"]}, {}, ["__main__.main", "shop.half", "shop.total"]),
        ({"include": ["shop"], "exclude": ["*.half"]}, {}, ["__main__.main", "shop.total"]),
        ({"as_global": True}, {"BREADCRUMB_INCLUDE": "other, shop.t*"}, ["__main__.main", "shop.total"]),
        ({"include": ["shop.h*"]}, {"BREADCRUMB_INCLUDE": "*"}, ["__main__.main", "shop.half"]),
        ({"meter_provider": None, "gaps": False}, {"BREADCRUMB_EXCLUDE": "*.main"}, []),
    ],
)
def test_the_scope_is_given_by_keyword_or_by_environment(
    options: dict[str, Any], environ: dict[str, str], names: list[str], recorder: str, tmp_path: Path
) -> None:
    (tmp_path / "shop.py").write_text(LIBRARY)
    (tmp_path / "app.py").write_text(PROGRAM)
    ended = subprocess.run(
        [sys.executable, "app.py", json.dumps({**options, "recorder": recorder})],
        cwd=tmp_path,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == names


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"includes": ["shop"]}, "has no includes; it takes .*exclude.* include"),
        ({"include": "shop"}, "include is to be a list of patterns, not 'shop'"),
        ({"exclude": [1]}, "exclude is to be a list of patterns"),
        ({"include": ["a"], "scope": Scope()}, "give scope, or include and exclude"),
        ({"tracer_provider": NoOpTracerProvider()}, "not NoOpTracerProvider"),
    ],
)
def test_what_it_does_not_take_is_an_error(options: dict[str, Any], said: str) -> None:
    given = {"tracer_provider": TracerProvider(shutdown_on_exit=False), **options}
    with pytest.raises(TypeError, match=said):
        CallsInstrumentor().instrument(**given)
    assert not CallsInstrumentor().is_instrumented_by_opentelemetry
