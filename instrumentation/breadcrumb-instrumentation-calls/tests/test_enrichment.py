"""Processors that ask for it give attributes to calls, with the baggage with which a trace was entered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from patience import HANGS

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import json, sys, types
from opentelemetry import baggage, context
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, get_current_span
from breadcrumb_instrumentation_calls import CallsInstrumentor

class BaggageSpanProcessor(SpanProcessor):
    def on_start(self, span, parent_context=None):
        for name, value in baggage.get_all(parent_context).items():
            span.set_attribute(name, value)

BaggageSpanProcessor.__module__ = "opentelemetry.processor.baggage.processor"

class Declared(SpanProcessor):
    on_start_of_calls = True
    def on_start(self, span, parent_context=None):
        span.set_attributes({"has.parent": get_current_span(parent_context).get_span_context().is_valid})

class Failing(Declared):
    def on_start(self, span, parent_context=None):
        if not hasattr(span, "resource"):  # a call
            raise ValueError

class Silent(SpanProcessor):
    def on_start(self, span, parent_context=None):
        span.set_attribute("silent", True)

exporter, provider = InMemorySpanExporter(), TracerProvider()
for processor in (BaggageSpanProcessor(), Declared(), Failing(), Silent()):
    sys.argv[2] == "with" and provider.add_span_processor(processor)
provider.add_span_processor(SimpleSpanProcessor(exporter))
options = {"recorder": sys.argv[1], "exclude": ["*.on_start"]}
CallsInstrumentor().instrument(tracer_provider=provider, **options)
tracer = provider.get_tracer("app")

def leaf(): pass

def handler():
    token = context.attach(baggage.set_baggage("added", "later"))
    leaf()
    context.detach(token)

def request(tenant):
    token = context.attach(baggage.set_baggage("tenant", tenant, context.Context()))
    with tracer.start_as_current_span("SERVER", kind=SpanKind.SERVER):
        handler()
    context.detach(token)

for tenant in ("a", "b"):
    request(tenant)
provider.force_flush()
told = [(span.name, dict(span.attributes)) for span in exporter.get_finished_spans()]
print(json.dumps(told))
"""


def spans(folder: Path, recorder: str, processors: str) -> list[tuple[str, dict[str, object]]]:
    (folder / "app.py").write_text(PROGRAM)
    ended = subprocess.run(
        [sys.executable, "app.py", recorder, processors],
        cwd=folder,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=True,
    )
    ours = {"tenant", "added", "has.parent", "silent"}
    return [
        (name.rpartition(".")[2], {key: value for key, value in given.items() if key in ours})
        for name, given in json.loads(ended.stdout)
    ]


def test_who_asks_gives_attributes_to_calls(recorder: str, tmp_path: Path) -> None:
    told = spans(tmp_path, recorder, "with")
    for name in ("handler", "leaf"):
        found = [given for each, given in told if each == name]
        assert found == [{"tenant": tenant, "has.parent": True} for tenant in ("a", "b")]
    assert [given for name, given in told if name == "request"] == [{"has.parent": False}] * 2
    servers = [given["tenant"] for name, given in told if name == "SERVER"]
    assert servers == ["a", "b"]


def test_nobody_asks(recorder: str, tmp_path: Path) -> None:
    assert [given for _, given in spans(tmp_path, recorder, "without") if given] == []
