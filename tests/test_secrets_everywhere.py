"""Secrets planted wherever a program names or passes something come out nowhere, at any age of the store."""

from __future__ import annotations

import json
import os
import random
import signal
import string
import subprocess
import time
from pathlib import Path
from subprocess import PIPE
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pytest
from conftest import receiving
from patience import HANGS, until
from test_secrets_end_to_end import bytes_under, forms, tables

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project, Receiver

CANARY = "the-harmless-canary"
LETTERS = string.ascii_letters + string.digits
PROGRAM = """
import asyncio, collections, json, os, sys, threading, types
from opentelemetry import trace

S = json.load(open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "planted.json")))
TRACER = trace.get_tracer("scope-" + S["in_scope_name"], "v-" + S["in_scope_version"])

def take(value): return None
def named(pin=None, session=None, sig=None, mdp=None, openai_key=None, **more): return None
def get_token(): return S["returned"]

class Account:
    @property
    def password(self): return S["property"]

def fail(kind): raise type("Error" + S["in_exception_name"], (Exception,), {})(kind)

def plant():
    take("the-harmless-canary")
    take(["mysql", "-u", "root", "-p" + S["argument"]])
    take(("tool", "--password", S["option"]))
    take([{"name": "DB_PASSWORD", "value": S["item"]}])
    take(b"password=" + S["bytes"].encode())
    take(bytearray(b"api_key: " + S["bytearray"].encode()))
    take("password: |\\n  " + S["yaml"])
    take("| token | " + S["table"] + " |")
    take("user,password\\nada," + S["csv"] + "\\n")
    take('["tool", "--password", "' + S["listed"] + '"]')
    take("your password is " + S["told"])
    take(collections.namedtuple("Pair", ["a", "x" + S["in_field_name"]])(1, 2))
    take(types.ModuleType("m" + S["in_module_name"]))
    named(session=S["session"], sig=S["sig"], mdp=S["mdp"], openai_key=S["openai_key"], kek=S["kek"])
    get_token()
    Account().password
    take(type("Class" + S["in_class_name"], (), {})())
    made = {}
    exec("def f_" + S["in_function_name"] + "(): return 1", globals(), made)
    made["f_" + S["in_function_name"]]()
    take(made["f_" + S["in_function_name"]])
    threading.Thread(target=take, args=(1,), name="worker-" + S["in_thread_name"]).start()
    async def main():
        await asyncio.create_task(asyncio.sleep(0), name="task-" + S["in_task_name"])
        take(2)
    asyncio.run(main())
    try:
        fail("password=" + S["in_message"])
    except Exception:
        pass
    state = trace.TraceState([("vendor", S["in_tracestate"])])
    caller = trace.SpanContext(7, 8, is_remote=True, trace_flags=trace.TraceFlags(1), trace_state=state)
    around = trace.set_span_in_context(trace.NonRecordingSpan(caller))
    with TRACER.start_as_current_span("of a caller", context=around, links=[trace.Link(caller)]):
        pass
    attributes = {"key." + S["in_attribute_key"]: 1}
    with TRACER.start_as_current_span("name " + S["in_span_name"], attributes=attributes) as span:
        span.set_attribute("http.request.header.authorization", "Bearer " + S["header"])
        span.set_attribute("process.command_args", ["redis-cli", "-a", S["in_span_arguments"]])
        statement = "password = '" + S["in_event"] + "'"
        span.add_event("event", {"key." + S["in_event_key"]: 1, "db.query.text": statement})
        span.set_status(trace.StatusCode.ERROR, "token=" + S["in_status"])

def main():
    plant()
    if "STAY" in os.environ:
        print("planted", flush=True)
        threading.Event().wait()

main()
"""
NAMES = (
    "in_scope_name",
    "in_scope_version",
    "in_exception_name",
    "in_class_name",
    "in_function_name",
    "in_thread_name",
    "in_task_name",
    "in_field_name",
    "in_module_name",
    "in_tracestate",
)
PLACES = (
    *NAMES, "returned", "property", "argument", "option", "item", "bytes", "bytearray", "yaml", "table",
    "csv", "listed", "told", "session", "sig", "mdp", "openai_key", "kek", "in_message", "in_span_name",
    "in_attribute_key", "header", "in_span_arguments", "in_event_key", "in_event", "in_status",
    "in_directory",
)  # fmt: skip
SHAPED = {*NAMES, "in_span_name", "in_attribute_key", "in_event_key", "in_directory"}
"""Where no name stands beside the secret, which shows by its own form."""


def planted() -> dict[str, str]:
    """A secret of its own for each place."""
    draw = random.Random(4)

    def secret(place: str) -> str:
        body = "".join(draw.choices(LETTERS, k=36))
        return "_gh" + f"p_{body}" if place in SHAPED else f"{body[:20]}7"

    return {place: secret(place) for place in PLACES}


SECRETS = planted()


def assert_clean(where: str, data: bytes) -> None:
    assert CANARY.encode() in data, f"nothing arrived in {where}"
    assert (
        sorted(place for place, secret in SECRETS.items() if any(f in data for f in forms(secret))) == []
    ), where


def write(project: Project) -> str:
    folder = project.path / f"in{SECRETS['in_directory']}"
    folder.mkdir()
    (folder / "app.py").write_text(PROGRAM, encoding="utf-8")
    (folder / "planted.json").write_text(json.dumps(SECRETS), encoding="utf-8")
    return str(folder.relative_to(project.path) / "app.py")


class Traced(NamedTuple):
    """A project whose program each recorder saw once to its end and once until it was killed."""

    project: Project
    backend: bytes
    """What an OTLP backend got of the first run."""


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Traced:
    """The project, what was live looked at meanwhile."""
    project = new_project(tmp_path_factory.mktemp("everywhere"))
    app = write(project)
    with receiving(tmp_path_factory.mktemp("backend")) as receiver:
        run_to_its_end(project, app, receiver.environment("http/protobuf"))
        assert any(span.name.startswith("name [redacted:") for span in receiver.spans())
        backend = receiver.kept.read_bytes()
    run_until_killed(project, app, {})
    run_until_killed(project, app, {"BREADCRUMB_RECORDER": "python"})
    run_to_its_end(project, app, {"BREADCRUMB_RECORDER": "python"})
    return Traced(project, backend)


def run_to_its_end(project: Project, app: str, environ: dict[str, str]) -> None:
    ended = project.run("python", app, environ=environ)
    assert ended.returncode == 0, ended.stderr
    assert_clean("the report", (ended.stdout + ended.stderr + CANARY).encode())


def run_until_killed(project: Project, app: str, environ: dict[str, str]) -> None:
    words = ["breadcrumb", "run", "python", app]
    environ = project.environ | environ | {"STAY": "1"}
    with subprocess.Popen(
        words, cwd=project.path, env=environ, stdout=PIPE, stderr=PIPE, text=True
    ) as running:
        assert running.stdout is not None
        running.stdout.readline()
        until(lambda: CANARY.encode() in bytes_under(project.store))
        time.sleep(0.5)  # the rest comes as well
        assert_clean("the live spool", bytes_under(project.store))
        kill_below(running.pid)
        running.communicate(timeout=HANGS)


def kill_below(launcher: int) -> None:
    """SIGKILL for the program that this launcher started."""
    children = Path(f"/proc/{launcher}/task/{launcher}/children").read_text(encoding="ascii").split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)


def test_not_in_the_spool_nor_the_folded_store(traced: Traced) -> None:
    assert_clean("the spool after a kill", bytes_under(traced.project.store))
    assert_clean("the folded store", tables(traced.project.store))


LIMITS = ("--limit", "9999", "--budget", "999999")
QUESTIONS = (
    ("query", "--flow"), ("query", "--gaps"), ("query", "--errors"), ("query", "--call", "take"), ("runs",),
    ("query", "--trace", "main"), ("query", "--expensive"), ("query", "--data", "Account"), ("top",),
    ("query", "--flow", "--format", "json"), ("query", "--why"), ("query", "--value", CANARY),
    ("query", "--sql", "SELECT * FROM spans"), ("query", "--sql", "SELECT * FROM calls"),
)  # fmt: skip
ASK = """
import json, sys
from breadcrumb.__main__ import main

for words in json.loads(sys.argv[1]):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit:
        pass
"""


def test_not_in_answers(traced: Traced) -> None:
    questions = json.dumps([*([*words, *LIMITS] for words in QUESTIONS), ["show", "last"]])
    project = traced.project
    answers = project.reading.run(
        ASK, ["breadcrumb", questions], cwd=project.path, environ=project.environ, timeout=HANGS
    )
    assert answers.stdout.count("Next:") >= 3, answers.stderr
    assert_clean("answers", (answers.stdout + answers.stderr).encode())


@pytest.mark.parametrize("form", ["html", "parquet", "jsonl", "otlp-json"])
def test_not_in_an_export(traced: Traced, form: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = traced.project.call("breadcrumb", "export", "last", "--to", form, str(out))
    assert said.returncode == 0, said.stderr
    data = bytes_under(out) if out.is_dir() else out.read_bytes()
    if form == "parquet":
        paths = sorted(out.glob("**/*.parquet"))
        rows = [duckdb.connect().execute(f"SELECT * FROM '{path}'").fetchall() for path in paths]
        data = "\n".join(map(str, rows)).encode()
    assert_clean(form, data + (CANARY.encode() if form == "html" else b""))


def test_not_after_compaction_and_pruning(traced: Traced) -> None:
    for words in (("store", "compact"), ("store", "prune", "--runs", "1"), ("store", "compact")):
        traced.project.call("breadcrumb", *words)
        store = traced.project.store
        assert_clean(" ".join(words), tables(store) + bytes_under(store))


def test_not_at_a_backend(traced: Traced) -> None:
    assert_clean("what the backend got", traced.backend)


def test_the_backend_gets_all_where_the_setting_says_so(project: Project, receiver: Receiver) -> None:
    app = write(project)
    environ = receiver.environment("http/protobuf") | {"BREADCRUMB_OTLP_REDACTION": "false"}
    assert project.run("python", app, environ=environ).returncode == 0
    assert SECRETS["header"].encode() in receiver.kept.read_bytes()
