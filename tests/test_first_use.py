"""OpenTelemetry is set up when the program imports it, and not before, unless the environment asks for it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from test_nesting import expected, tree

pytestmark = pytest.mark.launches

LISTS = """
import json, sys
print(json.dumps([name for name in sys.modules if name.startswith("opentelemetry")]))
"""


def test_a_program_that_does_not_use_opentelemetry_has_nothing_of_it(project: Any) -> None:
    project.write("app.py", LISTS)
    ended = project.run("--no-report", "python", "app.py")
    assert (json.loads(ended.stdout), ended.stderr) == ([], "")


@pytest.mark.parametrize(
    "environ",
    [
        {"OTEL_TRACES_SAMPLER": "always_on"},
        {"OTEL_SERVICE_NAME": "shop"},
        {"TRACEPARENT": f"00-{1:032x}-{1:016x}-01", "TRACESTATE": "a=b"},
        {"TRACEPARENT": f"01-{1:032x}-{1:016x}-03"},
    ],
    ids=str,
)
def test_where_the_environment_asks_for_it_it_is_there_at_once(project: Any, environ: dict[str, str]) -> None:
    project.write("app.py", LISTS)
    ended = project.run("--no-report", "python", "app.py", environ=environ)
    assert "opentelemetry.sdk.trace" in json.loads(ended.stdout)


FORMS = [
    "from opentelemetry import trace",
    "import opentelemetry.trace; trace = opentelemetry.trace",
    "import opentelemetry.sdk.trace; from opentelemetry import trace",
    "from opentelemetry.sdk.resources import Resource; from opentelemetry import trace",
    "from opentelemetry import baggage, context, propagate, trace",
    "import importlib; trace = importlib.import_module('opentelemetry.trace')",
]
MIXED = """
import os, subprocess, sys
def before(): pass
def inner():
    with tracer.start_as_current_span("mine"):
        after()
def after():
    global current
    current = trace.get_current_span().get_span_context()
def main():
    global trace, tracer
    before()
    {form}
    assert type(trace.get_tracer_provider()).__module__ == "opentelemetry.sdk.trace", "no provider yet"
    around = trace.get_current_span().get_span_context()
    tracer = trace.get_tracer("app")
    inner()
    assert around.is_valid and around.trace_id == current.trace_id
main()
before()
"""
TREE = """
main
  before
  inner
    [mine]
      after
before
"""


@pytest.mark.parametrize("form", FORMS)
def test_calls_before_and_after_the_import_are_one_tree_with_the_program_s_spans(
    project: Any, form: str
) -> None:
    project.write("app.py", MIXED.replace("{form}", form))
    ended = project.run("--no-report", "python", "app.py")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert tree(project) == expected(TREE)


def test_what_is_registered_for_the_exit_before_the_import_is_recorded_after_it(project: Any) -> None:
    project.write(
        "app.py",
        "import atexit\n"
        "def last():\n"
        "    from opentelemetry import trace\n"
        "    with trace.get_tracer('app').start_as_current_span('at the end'): pass\n"
        "atexit.register(last)\n"
        "import opentelemetry.trace\n",
    )
    ended = project.run("--no-report", "python", "app.py")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert tree(project) == ["last", "  [at the end]"]


INSTANCES = """
import os
def work(): pass
work()
{use}
work()
if os.fork() == 0:
    work()
else:
    os.wait()
"""
USES = {
    "not used": "",
    "used": "from opentelemetry import trace; trace.get_tracer('app').start_span('own').end()",
    "named": "os.environ['OTEL_RESOURCE_ATTRIBUTES'] = 'service.instance.id=mine'\n"
    "import opentelemetry.trace",
}


@pytest.mark.parametrize("use", USES)
def test_each_process_is_an_instance_of_the_service(project: Any, use: str) -> None:
    project.write("app.py", INSTANCES.replace("{use}", USES[use]))
    ended = project.run("--no-report", "python", "app.py")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert project.call("breadcrumb", "export", "last", "--to", "otlp-json", "out.json").returncode == 0
    instances: dict[str, set[str]] = {}
    for line in (project.path / "out.json").read_text().splitlines():
        for part in json.loads(line)["resourceSpans"]:
            told = {each["key"]: each["value"] for each in part["resource"]["attributes"]}
            spans = {span["spanId"] for scope in part["scopeSpans"] for span in scope["spans"]}
            instances.setdefault(told["service.instance.id"]["stringValue"], set()).update(spans)
    assert len(instances) == 2 and all(instances.values()), instances
    assert all(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", each)
        or each == "mine"
        for each in instances
    )
    assert ("mine" in instances) == (use == "named")
