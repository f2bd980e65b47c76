"""What becomes of spans on their way to a backend: each arrives once, or is counted with the reason."""

from __future__ import annotations

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_exporter_duckdb.base.location import StoreMissing
from conftest import Project, Receiver, receiving
from patience import until

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
    for leave in (os._exit, sys.exit):
        forked(leave)
    child = multiprocessing.get_context("fork").Process(target=some, args=(50,))
    child.start()
    child.join()
    subprocess.run([sys.executable, "-c", "def sub(): return 1\\nsub()"])
    some(50)

main()
print("done")
"""
SPANS = 150 + 10 + 2 * (100 + 10) + 50 + 50 + 1 + 8 + 2 + 1 + 1
"""Of `work`, `sub`, `some`, `forked` and `main`, and the other instrumentation's span."""
AT_ONCE = 2
"""Programs that run at the same time."""
IMPATIENT = {"OTEL_EXPORTER_OTLP_TIMEOUT": "1", "OTEL_BSP_EXPORT_TIMEOUT": "300"}
RECOVERING, PARTIAL, HANGING = (("recovering", "grpc"), ("partial", "grpc"), ("hanging", "grpc"))
HEALTHY, ABSENT = (("healthy", "http/protobuf"), ("absent", "http/protobuf"))
CASES = (RECOVERING, PARTIAL, HANGING, HEALTHY, ABSENT)
"""Backends, as `otlp_receiver.py` names them, and by what they are spoken to."""
REASONS = {PARTIAL: "partial success: TRACE_TOO_LARGE", ABSENT: "HTTP 404 Not Found"}
ANSWERS = {
    ("grpc", "healthy"): (1, 0, None),
    ("grpc", "absent"): (0, 1, "UNIMPLEMENTED: no"),
    ("grpc", "forbidden"): (0, 1, "UNAUTHENTICATED: no"),
    ("http/protobuf", "forbidden"): (0, 1, "HTTP 401 Unauthorized"),
    ("http/protobuf", "moved"): (0, 1, "HTTP 302 Found"),
    ("http/protobuf", "partial"): (1, 1, "partial success: TRACE_TOO_LARGE"),
    ("http/protobuf", "recovering"): (1, 0, None),
}
"""Spans sent and refused, and the reason that is told, by protocol and backend."""
SENDER = """
import json, sys
from breadcrumb_instrumentation_calls.delivery.delivery_counts import Delivery
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as OverGrpc
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as OverHttp
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

def send(protocol, backend, endpoint):
    headers = {"backend": backend}
    if protocol == "grpc":
        exporter = OverGrpc(endpoint=endpoint, headers=headers, insecure=True)
    else:
        exporter = OverHttp(endpoint=endpoint + "/v1/traces", headers=headers)
    processor = BatchSpanProcessor(exporter)
    delivery = Delivery(processor, str)
    provider = TracerProvider()
    provider.add_span_processor(processor)
    delivery.made = 1 + (backend == "partial")  # of two spans that one refuses half
    for number in range(delivery.made):
        provider.get_tracer("t").start_span(str(number)).end()
    provider.shutdown()
    fact = delivery.fact(0)
    assert (fact["lost"], fact["waiting"]) == (0, 0), fact
    return fact["sent"], fact["refused"], fact["reason"]

json.dump([send(*words) for words in json.load(sys.stdin)], sys.stdout)
"""


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
        ended = project.run("python", "app.py", environ=environ)
        ((run_id,),) = project.query("SELECT run_id FROM runs")
        return Sent(project, ended, [span.span_id for span in backends.spans(run_id)])

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(CASES, pool.map(run, CASES), strict=True))


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
    for case in (HEALTHY, RECOVERING):
        assert len(runs[case].arrived) == SPANS, case
        assert runs[case].project.query("SELECT DISTINCT reason FROM deliveries") == [(None,)], case


def test_what_a_backend_refuses_is_told_with_its_reason(runs: dict[tuple[str, str], Sent]) -> None:
    for case, reason in REASONS.items():
        sent = runs[case]
        assert sent.count("refused") == SPANS - len(sent.arrived) > 0, case
        told = sent.project.query("SELECT DISTINCT reason FROM deliveries WHERE refused > 0")
        assert told == [(reason,)], case


def test_what_a_hanging_backend_got_counts_as_lost(runs: dict[tuple[str, str], Sent]) -> None:
    assert runs[HANGING].count("lost") == SPANS


def test_the_report_says_what_became_of_the_spans(
    runs: dict[tuple[str, str], Sent], backends: Receiver
) -> None:
    where = backends.endpoints["http/protobuf"] + "/v1/traces"
    told = f"Sent to {where}: {SPANS} of {SPANS} spans."
    assert told in runs[HEALTHY].ended.stderr
    refused = f"Sent to {where}: 0 of {SPANS} spans; {SPANS} refused (HTTP 404 Not Found)."
    assert refused in runs[ABSENT].ended.stderr


def test_answers_from_the_store_are_whole_whatever_the_backend_said(
    runs: dict[tuple[str, str], Sent],
) -> None:
    project = runs[ABSENT].project
    assert "lower bound" not in project.call("breadcrumb", "query", "--flow").stdout
    assert project.query("SELECT dropped FROM runs") == [(0,)]
    shown = project.call("breadcrumb", "show", "last").stdout
    assert f"{SPANS} refused (HTTP 404 Not Found)" in shown
    assert f", {SPANS} not sent" in project.call("breadcrumb", "runs").stdout
    assert "not sent" not in runs[RECOVERING].project.call("breadcrumb", "runs").stdout


def test_every_answer_is_heard_and_told(project: Project, backends: Receiver) -> None:
    project.write("sender.py", SENDER)
    words = [(protocol, backend, backends.endpoints[protocol]) for protocol, backend in ANSWERS]
    ran = project.call("python", "sender.py", stdin=json.dumps(words))
    assert ran.stdout, ran.stderr
    assert dict(zip(ANSWERS, map(tuple, json.loads(ran.stdout)), strict=True)) == ANSWERS


KILLED = """
import time

def work(i):
    return i

for i in range(20):
    work(i)
time.sleep(1_000)
"""


def test_what_is_known_of_a_program_that_was_killed_is_told(project: Project, backends: Receiver) -> None:
    project.write("app.py", KILLED)
    environ = project.environ | backends.environment("http/protobuf", "absent")
    with subprocess.Popen(
        ["breadcrumb-instrument", "python", "app.py"], cwd=project.path, env=environ, stderr=subprocess.PIPE
    ) as program:
        until(lambda: refused(project))
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


def test_a_trace_that_is_too_large_is_sent_as_a_smaller_tree(project: Project, backends: Receiver) -> None:
    project.write("app.py", NESTED)
    environ = {**backends.environment("http/protobuf"), "BREADCRUMB_OTLP_TRACE_BYTES": "40000"}
    ran = project.run("python", "app.py", environ=environ)
    ((run_id, made, sent, kept_home),) = project.query("SELECT run_id, made, sent, kept_home FROM deliveries")
    spans = {span.span_id: span for span in backends.spans(run_id)}
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
