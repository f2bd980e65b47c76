"""What becomes of spans on their way to a backend: each arrives once, or is counted with the reason."""

from __future__ import annotations

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_exporter_duckdb.location import StoreMissing
from conftest import Project, Receiver, receiving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PROGRAM = """
import multiprocessing, os, subprocess, sys
from opentelemetry import trace

def work(i):
    return i

def some(n):
    for i in range(n):
        work(i)

def forked(leave):
    pid = os.fork()
    if not pid:
        some(100)
        leave(0)
    some(10)
    os.waitpid(pid, 0)

def main():
    some(150)
    with trace.get_tracer("another").start_as_current_span("theirs"):
        some(10)
    for leave in (os._exit, sys.exit, os._exit):
        forked(leave)
    child = multiprocessing.get_context("fork").Process(target=some, args=(50,))
    child.start()
    child.join()
    subprocess.run([sys.executable, "-c", "def sub(): return 1\\nsub()"])
    some(50)

main()
print("done")
"""
SPANS = 150 + 10 + 3 * (100 + 10) + 50 + 50 + 1 + 10 + 3 + 1 + 1
"""Of `work`, `sub`, `some`, `forked` and `main`, and the other instrumentation's span."""
PROTOCOLS = ("grpc", "http/protobuf")
AT_ONCE = 2
"""Programs that run at the same time."""
SECONDS = 180
"""What the programs may take together with all the others on a machine that is busy."""
IMPATIENT = {"OTEL_EXPORTER_OTLP_TIMEOUT": "1", "OTEL_BSP_EXPORT_TIMEOUT": "500"}
CASES = {
    "healthy": PROTOCOLS,
    "absent": PROTOCOLS,
    "recovering": ("grpc",),
    "partial": PROTOCOLS,
    "hanging": PROTOCOLS,
}
"""Backends, as `otlp_receiver.py` names them, and by what they are spoken to."""
REASONS = {
    ("absent", "grpc"): "UNIMPLEMENTED: no",
    ("absent", "http/protobuf"): "HTTP 404 Not Found",
    ("partial", "grpc"): "partial success: TRACE_TOO_LARGE",
    ("partial", "http/protobuf"): "partial success: TRACE_TOO_LARGE",
}


@dataclass
class Sent:
    """One run of the program, and what the backend kept of it."""

    project: Project
    ended: subprocess.CompletedProcess[str]
    arrived: list[bytes]

    def count(self, column: str) -> int:
        """The sum of a column over processes and exporters."""
        ((count,),) = self.project.query(f"SELECT coalesce(sum({column}), 0)::BIGINT FROM deliveries")
        return int(count)


@pytest.fixture(scope="module")
def backends(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Receiver]:
    """One process that is every kind of backend."""
    with receiving(tmp_path_factory.mktemp("receiver")) as started:
        yield started


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project], backends: Receiver
) -> dict[tuple[str, str], Sent]:
    """The program run against each backend, by its name and the protocol."""

    def run(case: tuple[str, str]) -> Sent:
        backend, protocol = case
        project = new_project(tmp_path_factory.mktemp(backend))
        project.write("app.py", PROGRAM)
        environ = backends.environment(protocol, backend) | (IMPATIENT if backend == "hanging" else {})
        ended = project.run("python", "app.py", environ=environ, timeout=SECONDS)
        ((run_id,),) = project.query("SELECT run_id FROM runs")
        return Sent(project, ended, [span.span_id for span in backends.spans(run_id)])

    cases = [(name, protocol) for name in CASES for protocol in CASES[name]]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(cases, pool.map(run, cases), strict=True))


def of(runs: dict[tuple[str, str], Sent], *names: str) -> dict[tuple[str, str], Sent]:
    """The runs of some cases."""
    return {case: sent for case, sent in runs.items() if case[0] in names}


def test_no_backend_changes_what_a_program_does(runs: dict[tuple[str, str], Sent]) -> None:
    for case, sent in runs.items():
        assert (sent.ended.returncode, sent.ended.stdout.splitlines()[:1]) == (0, ["done"]), case


def test_every_span_is_sent_or_counted_and_none_twice(runs: dict[tuple[str, str], Sent]) -> None:
    for case, sent in runs.items():
        assert len(set(sent.arrived)) == len(sent.arrived) == sent.count("sent"), case
        assert sent.count("made") == sent.count("sent + refused + lost"), case
        stored = sent.project.query("SELECT (SELECT count(*) FROM calls) + (SELECT count(*) FROM spans)")
        assert stored == [(SPANS,)] == [(sent.count("made"),)], case


def test_a_backend_that_takes_spans_gets_them_all_from_every_process(
    runs: dict[tuple[str, str], Sent],
) -> None:
    for case, sent in of(runs, "healthy", "recovering").items():
        assert len(sent.arrived) == SPANS, case
        assert sent.project.query("SELECT DISTINCT reason FROM deliveries") == [(None,)], case


def test_what_a_backend_refuses_is_told_with_its_reason(runs: dict[tuple[str, str], Sent]) -> None:
    for case, reason in REASONS.items():
        sent = runs[case]
        assert sent.count("refused") == SPANS - len(sent.arrived) > 0, case
        told = sent.project.query("SELECT DISTINCT reason FROM deliveries WHERE refused > 0")
        assert told == [(reason,)], case


def test_what_a_hanging_backend_got_counts_as_lost(runs: dict[tuple[str, str], Sent]) -> None:
    for case, sent in of(runs, "hanging").items():
        assert sent.count("lost") == SPANS, case


def test_the_report_says_what_became_of_the_spans(
    runs: dict[tuple[str, str], Sent], backends: Receiver
) -> None:
    where = backends.endpoints["http/protobuf"] + "/v1/traces"
    told = f"Sent to {where}: {SPANS} of {SPANS} spans."
    assert told in runs["healthy", "http/protobuf"].ended.stderr
    refused = f"Sent to {where}: 0 of {SPANS} spans; {SPANS} refused (HTTP 404 Not Found)."
    assert refused in runs["absent", "http/protobuf"].ended.stderr


def test_answers_from_the_store_are_whole_whatever_the_backend_said(
    runs: dict[tuple[str, str], Sent],
) -> None:
    project = runs["absent", "http/protobuf"].project
    assert "lower bound" not in project.call("breadcrumb", "query", "--flow").stdout
    assert project.query("SELECT dropped FROM runs") == [(0,)]
    shown = project.call("breadcrumb", "show", "last").stdout
    assert f"{SPANS} refused (HTTP 404 Not Found)" in shown
    assert f", {SPANS} not sent" in project.call("breadcrumb", "runs").stdout
    assert "not sent" not in runs["healthy", "grpc"].project.call("breadcrumb", "runs").stdout


KILLED = """
import time

def work(i):
    return i

for i in range(20):
    work(i)
time.sleep(60)
"""


def test_what_is_known_of_a_program_that_was_killed_is_told(project: Project, receiver: Receiver) -> None:
    project.write("app.py", KILLED)
    environ = project.environ | receiver.environment("http/protobuf", "absent")
    with subprocess.Popen(
        ["breadcrumb-instrument", "python", "app.py"], cwd=project.path, env=environ, stderr=subprocess.PIPE
    ) as program:
        while program.poll() is None and not refused(project):
            time.sleep(0.1)
        program.kill()
    assert project.query("SELECT made, refused, waiting FROM deliveries") == [(20, 20, 0)]
    assert project.query("SELECT status FROM runs") == [("ended without goodbye",)]


def refused(project: Project) -> bool:
    """Whether a backend is known to have refused every call."""
    try:
        return project.query("SELECT refused FROM deliveries WHERE waiting = 0") == [(20,)]
    except StoreMissing:  # nothing was written yet
        return False


NESTED = """
def leaf(i):
    return i

def fails():
    raise ValueError("no")

def branch(i):
    for j in range(10):
        leaf(j)

def main():
    for i in range(50):
        branch(i)
    try:
        fails()
    except ValueError:
        pass

main()
"""


def test_a_trace_that_is_too_large_is_sent_as_a_smaller_tree(project: Project, receiver: Receiver) -> None:
    project.write("app.py", NESTED)
    environ = {**receiver.environment("grpc"), "BREADCRUMB_OTLP_TRACE_BYTES": "40000"}
    ran = project.run("python", "app.py", environ=environ)
    spans = {span.span_id: span for span in receiver.spans()}
    ((made, sent, kept_home),) = project.query("SELECT made, sent, kept_home FROM deliveries")
    assert made == sent + kept_home == 552
    assert len(spans) == sent < 110
    assert {span.parent_span_id for span in spans.values()} - {b""} <= set(spans)
    names = [span.name.rpartition(".")[2] for span in spans.values()]
    assert (names.count("main"), names.count("fails")) == (1, 1)
    left_out = [left for span in spans.values() if (left := left_out_below(span))]
    assert sum(left_out) == kept_home
    assert f"{kept_home} kept home (otlp_trace_bytes)" in ran.stderr


def left_out_below(span: Any) -> int:
    """How many calls below a span stayed at home."""
    found = [each.value.int_value for each in span.attributes if each.key == "breadcrumb.calls_left_out"]
    return sum(found)
