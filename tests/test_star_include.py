"""With `-i '*'` everything is the program's but what we do: neither a call nor a gap is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from conftest import Project, Receiver

PROGRAM = """
import json, os, signal, subprocess, sys, time
from opentelemetry import trace

def f(x):
    return x

def spawn():
    subprocess.run([sys.executable, "-S", "-c", ""], check=True)

with trace.get_tracer("by hand").start_as_current_span("span"):
    print(f(json.loads(json.dumps(1))))
spawn()
os.kill(os.getpid(), 0)
time.sleep(0.5)  # our threads have come by
"""
OURS = "starts_with(function, 'breadcrumb') OR starts_with(function, 'sitecustomize')"
OUR_WORK = """SELECT DISTINCT c.function FROM calls c WHERE c.parent_span_id IS NULL AND (
    starts_with(function, 'signal.pthread_sigmask') OR starts_with(function, 're.')
    OR contains(function, '_Waiting') OR starts_with(function, 'contextlib.')
    OR contains(function, 'Provider.shutdown')
    OR starts_with(function, 'opentelemetry.exporter'))"""
IMPORTS = "SELECT DISTINCT function FROM calls WHERE starts_with(file, '<frozen importlib')"


@pytest.mark.parametrize("recorder", RECORDERS)
def test_nothing_of_ours_is_told_as_the_programs(project: Project, receiver: Receiver, recorder: str) -> None:
    project.write("app.py", PROGRAM)
    exports = receiver.environment("http/protobuf") | {"BREADCRUMB_RECORDER": recorder}
    done = project.run("--no-report", "-i", "*", "python", "app.py", environ=exports)
    assert done.stdout == "1\n"
    assert project.query("SELECT count(*) FROM calls WHERE function = '__main__.f'") == [(1,)]
    assert project.query("SELECT count(*) > 0 FROM calls WHERE function = 'json.dumps'") == [(True,)]
    assert project.query(f"SELECT DISTINCT function FROM calls WHERE {OURS}") == []
    assert project.query("SELECT callee FROM gaps WHERE starts_with(callee, 'breadcrumb')") == []
    assert project.query(OUR_WORK) == []
    assert project.query(IMPORTS) == []
    threads = "SELECT DISTINCT thread FROM calls"
    assert project.query(threads) == [("MainThread",)]
    open_calls = "SELECT function FROM calls WHERE status = 'open'"
    assert project.query(open_calls) == []


def test_the_import_machinery_is_traced_where_it_is_named(project: Project) -> None:
    project.write("app.py", "import this_module")
    project.write("this_module.py", "")
    project.run("--no-report", "-i", "*importlib._bootstrap*", "python", "app.py")
    assert project.query(IMPORTS) == []
    project.run("--no-report", "-i", "importlib._bootstrap*", "python", "app.py")
    assert project.query(IMPORTS) != []
