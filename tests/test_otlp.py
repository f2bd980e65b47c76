"""With `OTEL_TRACES_EXPORTER=duckdb,otlp` a backend gets the same spans as the store, by gRPC and HTTP."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_exporter_duckdb.reading.store import open_store
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from breadcrumb.common import sending
from breadcrumb.common.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Project, Receiver

SECRET = "correct-horse-battery-staple"
PROGRAM = f"""
from dataclasses import dataclass

@dataclass
class Account:
    owner: str
    balance: float

def withdraw(account, amount):
    if amount > account.balance:
        raise ValueError(f"{{account.owner}} has only {{account.balance}}")
    account.balance -= amount
    return account.balance

def login(user, password):
    return len(user)

def numbers(n):
    yield from range(n)

def main():
    account = Account("ada", 100.0)
    login("ada", password="{SECRET}")
    for amount in (10, 20):
        withdraw(account, amount)
    try:
        withdraw(account, amount=1000)
    except ValueError:
        pass
    return list(numbers(3))

main()
"""


def attributes(span: Any) -> dict[str, Any]:
    """A protocol span's attributes as plain values."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes}


def sent(span: Any) -> dict[str, Any]:
    """A protocol span in the words of the view `calls`."""
    found = attributes(span)
    failed = span.status.code == Status.STATUS_CODE_ERROR
    return {
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent_span_id": span.parent_span_id.hex() or None,
        "function": found["code.function.name"],
        "file": found["code.file.path"],
        "line": found["code.line.number"],
        "thread": found["thread.name"],
        "start_ns": span.start_time_unix_nano,
        "duration_ns": span.end_time_unix_nano - span.start_time_unix_nano,
        "args": json.loads(found["breadcrumb.args"]),
        "return": json.loads(found["breadcrumb.return"]) if "breadcrumb.return" in found else None,
        "status": "error" if failed else "ok",
        "exception": exception(span) if failed else None,
    }


def exception(span: Any) -> tuple[Any, Any]:
    """Type and message of a protocol span's exception event."""
    (event,) = (event for event in span.events if event.name == "exception")
    found = attributes(event)
    assert attributes(span)["error.type"] == found["exception.type"]
    return found["exception.type"], found["exception.message"]


def stored(store: Path) -> list[dict[str, Any]]:
    """The calls of a store in the same words."""
    columns = list(dict.fromkeys(sent_columns()))
    selected = ", ".join(f'"{column}"' for column in columns)
    with open_store(store) as reader:
        rows = reader.connection.execute(f"SELECT {selected} FROM calls ORDER BY span_id").fetchall()
    calls = [dict(zip(columns, row, strict=True)) for row in rows]
    for call in calls:
        raised = json.loads(call["exception"]) if call["exception"] else None
        call["args"] = json.loads(call["args"])
        call["return"] = json.loads(call["return"]) if call["return"] else None
        call["exception"] = (raised["type"], raised["message"]) if raised else None
    return calls


def sent_columns() -> list[str]:
    """The columns that a protocol span can tell."""
    identity = ["trace_id", "span_id", "parent_span_id"]
    code = ["function", "file", "line", "thread"]
    return [*identity, *code, "start_ns", "duration_ns", "args", "return", "status", "exception"]


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_a_backend_gets_the_same_spans_as_the_store(
    protocol: str, project: Project, receiver: Receiver
) -> None:
    project.write("app.py", PROGRAM)
    ended = project.call("breadcrumb-instrument", "python", "app.py", environ=receiver.environment(protocol))
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == (
        f"breadcrumb: arguments and returns, redacted, go with the spans to {receiver.endpoints[protocol]}; "
        "otlp_values = false keeps them here\n"
    )
    arrived = sorted((sent(span) for span in receiver.spans()), key=lambda span: span["span_id"])
    kept = stored(project.store)
    assert arrived == kept
    functions = sorted(call["function"].rpartition(".")[2] for call in kept)
    assert functions.count("withdraw") == 3
    assert {"main", "login", "numbers", "__init__"} <= set(functions)
    assert {call["status"] for call in kept} == {"ok", "error"}
    (login,) = (call for call in arrived if call["function"].endswith("login"))
    assert login["args"]["password"] == {"@redacted": "password"}
    assert SECRET.encode() not in receiver.kept.read_bytes()


def test_spans_of_calls_are_internal_and_share_the_run_s_resource(
    project: Project, receiver: Receiver
) -> None:
    project.write("app.py", PROGRAM)
    project.call("breadcrumb-instrument", "python", "app.py", environ=receiver.environment("grpc"))
    assert {span.kind for span in receiver.spans()} == {Span.SPAN_KIND_INTERNAL}
    runs = project.query("SELECT run_id FROM runs")
    resources = [
        attributes(each.resource) for request in receiver.requests() for each in request.resource_spans
    ]
    assert {(resource["breadcrumb.run.id"],) for resource in resources} == set(runs)
    assert {resource["telemetry.distro.name"] for resource in resources} == {"breadcrumb"}
    assert all(resource["telemetry.distro.version"] for resource in resources)


def test_values_stay_home_when_told_so(project: Project, receiver: Receiver) -> None:
    project.write("app.py", PROGRAM)
    project.write("pyproject.toml", "[tool.breadcrumb]\notlp_values = false\n")
    environ = receiver.environment("http/protobuf")
    ended = project.call("breadcrumb-instrument", "python", "app.py", environ=environ)
    assert ended.stderr == ""
    spans = receiver.spans()
    assert len(spans) == len(stored(project.store)) > 0
    assert values_of(spans) == set()


def values_of(spans: list[Any]) -> set[str]:
    """The attributes of spans that hold arguments and returns."""
    return {key for span in spans for key in attributes(span)} & {"breadcrumb.args", "breadcrumb.return"}


IN_CODE = """
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
trace.set_tracer_provider(provider)
{}
def work(x): return x
work(1)
provider.shutdown()
"""
INIT = "import breadcrumb; breadcrumb.init({})"
INSTRUMENTOR = (
    "from breadcrumb_instrumentation_calls import CallsInstrumentor; CallsInstrumentor().instrument({})"
)


@pytest.mark.parametrize(
    ("code", "sent_along"),
    [
        (INIT.format(""), False),
        (INIT.format("otlp_values=True"), True),
        (INSTRUMENTOR.format(""), False),
        (INSTRUMENTOR.format("forward_values=True"), True),
        ("", False),
    ],
    ids=["init", "init-told", "instrumentor", "instrumentor-told", "opentelemetry-instrument"],
)
def test_elsewhere_values_stay_home_unless_told_otherwise(
    code: str, sent_along: bool, project: Project, receiver: Receiver
) -> None:
    project.write("app.py", IN_CODE.format(code) if code else PROGRAM)
    words = ["python", "app.py"] if code else ["opentelemetry-instrument", "python", "app.py"]
    ended = project.call(*words, environ=receiver.environment("http/protobuf"))
    assert ended.returncode == 0, ended.stderr
    spans = receiver.spans()
    assert any(span.name == ("__main__.work" if code else "__main__.main") for span in spans)
    assert values_of(spans) == ({"breadcrumb.args", "breadcrumb.return"} if sent_along else set())
    if not code:
        kept = f"in {project.store}, with arguments and returns, redacted"
        sent = f"by {receiver.endpoints['http/protobuf']}, without arguments and returns"
        assert ended.stderr == f"breadcrumb: calls and spans are recorded {kept}; {sent}\n"


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({}, "http://localhost:4317"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, "http://localhost:4318"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "https://me:secret@tempo:4317/x?token=abc"}, "https://tempo:4317"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "tempo:4317"}, "tempo:4317"),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://a", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://b:1"},
            "http://b:1",
        ),
    ],
)
def test_an_address_is_told_without_its_secrets(environ: dict[str, str], told: str) -> None:
    assert sending.described({"OTEL_TRACES_EXPORTER": "duckdb, otlp,none", **environ}) == told


@pytest.mark.parametrize("setting", [None, True, False])
@pytest.mark.parametrize("exporters", ["duckdb", "duckdb,otlp"])
def test_the_setting_has_three_states(setting: bool | None, exporters: str) -> None:
    given = Settings(otlp_values=setting)
    named = exporters == "duckdb,otlp"
    assert sending.launched(given, {"OTEL_TRACES_EXPORTER": exporters}) == (
        named if setting is None else setting
    )
    assert sending.elsewhere(given) == bool(setting)


def test_a_backend_that_is_not_there_leaves_program_and_store_alone(project: Project) -> None:
    project.write("app.py", PROGRAM + "print('done')\n")
    nowhere = {"OTEL_TRACES_EXPORTER": "duckdb,otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    ended = project.run("python", "app.py", environ=nowhere | {"OTEL_EXPORTER_OTLP_TIMEOUT": "1"})
    assert (ended.returncode, ended.stdout) == (0, "done\n")
    assert len(stored(project.store)) >= 6


SIGNALS = """
import os, threading, time
def f(n): return n
for n in range(100):
    f(n)
ticks = []  # a machine that stands still makes none
def tick():
    while True:
        time.sleep(0.05)
        ticks.append(1)
threading.Thread(target=tick, daemon=True).start()
os.kill(os.getpid(), 0)
print(len(ticks) < 40, flush=True)
os.kill(os.getpid(), 9)
"""


def test_sending_a_signal_does_not_wait_for_a_backend_that_hangs(project: Project) -> None:
    project.write("app.py", SIGNALS)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        environ = {
            "OTEL_TRACES_EXPORTER": "duckdb,otlp",
            "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{silent.getsockname()[1]}",
        }
        ran = project.run("--no-report", "python", "app.py", environ=environ)
    assert (ran.stdout, ran.returncode) == ("True\n", -9)
    assert project.query("SELECT count(*) FROM calls WHERE status = 'ok'") == [(100,)]
