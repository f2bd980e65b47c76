"""`breadcrumb store` and `breadcrumb export` as a user types them, over stores of real programs."""

from __future__ import annotations

import itertools
import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it ships no types
import pytest
from breadcrumb_exporter_duckdb.database.fold import fold
from breadcrumb_exporter_duckdb.exchange import otlp_spans
from breadcrumb_exporter_duckdb.reading.store import open_store
from breadcrumb_instrumentation_calls.base import span_attributes
from google.protobuf.json_format import ParseDict  # type: ignore[import-untyped]  # no stubs here
from opentelemetry.proto.trace.v1.trace_pb2 import Span, TracesData
from opentelemetry.semconv._incubating.attributes import code_attributes, thread_attributes
from opentelemetry.semconv.attributes import error_attributes, exception_attributes
from otlp_files import as_protobuf_json

from breadcrumb.cli.ask import query
from breadcrumb.cli.parser import STORE_ACTIONS, export_parser, store_parser

if TYPE_CHECKING:
    from conftest import Project

BIN = Path(sys.executable).parent
DOCS = Path(__file__).parents[1] / "docs" / "store.md"
APP = r"""
import asyncio, math, os, subprocess, sys, threading
from opentelemetry import trace

class Account:
    def __init__(self, owner, balance):
        self.owner, self.balance = owner, balance

def withdraw(acc, amount):
    acc.balance -= amount
    return round(acc.balance, 2)

def parse(row):
    if row["qty"] < 0:
        raise ValueError(f"bad qty {row['qty']} \udc80")
    return {"a": [1, 2.5, None, True], 3: (b"x", math.inf, 2**70)}

async def step(n):
    await asyncio.sleep(0)
    if n == 2:
        raise KeyError(n)
    return n

async def many():
    return await asyncio.gather(*(step(n) for n in range(4)), return_exceptions=True)

def numbers(n):
    yield from range(n)

def hot(n):
    return n

def child():
    return parse({"qty": 1})

def main():
    acc = Account("ada", 100.0)
    for amount in (0, 10, 20):
        withdraw(acc, amount)
    thread = threading.Thread(target=withdraw, args=(acc, 5), name="second")
    thread.start()
    thread.join()
    asyncio.run(many())
    sum(numbers(3))
    for n in range(3000):
        hot(n)
    tracer = trace.get_tracer("shop")
    more = {"kind": trace.SpanKind.CLIENT, "attributes": {"n": 1, "l": ["a"]}}
    with tracer.start_as_current_span("sell", **more) as span:
        span.add_event("sold", {"x": 1.5})
        parse({"qty": 1, "password": "hunter2"})
    subprocess.run([sys.executable, __file__, "child"], check=True)
    try:
        parse({"qty": -1})
    except ValueError:
        pass
    (lambda: parse({"qty": -2}))()

if __name__ == "__main__":
    child() if len(sys.argv) > 1 else main()
"""
QUESTIONS = [
    ("--flow",), ("--flow", "--limit", "7"), ("--gaps",), ("--expensive",), ("--errors",),
    ("--call", "withdraw"), ("--call", "parse"), ("--call", "parse#2"), ("--call", "hot#1001"),
    ("--call", "step"), ("--trace", "main"), ("--trace", "many"), ("--data", "Account"), ("--data", "dict"),
]  # fmt: skip
VIEWS = [
    "calls ORDER BY span_id", "spans ORDER BY span_id", "counts ORDER BY ALL", "codes ORDER BY ALL",
    "traces ORDER BY ALL", "runs", "threads ORDER BY ALL", "redactions ORDER BY ALL", "gaps ORDER BY ALL",
    "exceptions ORDER BY ALL", "(SELECT * EXCLUDE (facts) FROM processes) ORDER BY ALL",
]  # fmt: skip


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Path:
    """The directory of a project whose program has run once, and is folded."""
    project = new_project(tmp_path_factory.mktemp("shop"))
    project.write("app.py", APP)
    ran = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_THINNING_RATE": "100"})
    assert "bad qty -2" in ran.stderr
    fold(project.store)
    return project.path


@pytest.fixture
def shop(traced: Path, project: Project) -> Project:
    """A project of this test's own whose program has run once."""
    shutil.copytree(traced, project.path, dirs_exist_ok=True)
    return project


def store(project: Project, *words: str, code: int = 0, **options: Any) -> str:
    """What `breadcrumb store WORDS` says; trouble is one line on stderr."""
    done = project.call("breadcrumb", "store", *words, **options)
    assert done.returncode == code, done
    if code and not done.stdout:
        assert done.stderr.count("\n") == 1 and done.stderr.startswith("breadcrumb: "), done.stderr
        return done.stderr
    assert done.stderr == ""
    return done.stdout


Ask = Callable[[Path, tuple[str, ...]], Any]


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """The JSON answer to a question about the store in a directory."""
    for name in [name for name in os.environ if name.startswith("BREADCRUMB_")]:
        monkeypatch.delenv(name)

    def answered(place: Path, words: tuple[str, ...]) -> Any:
        assert query([*words, "--format", "json", "--store", str(place)]) == 0
        return json.loads(capsys.readouterr().out.replace(str(place), "STORE"))

    return answered


def test_an_exported_run_gives_the_same_answers_elsewhere(shop: Project, answer: Ask) -> None:
    other = shop.path / "other"
    done = shop.call("breadcrumb", "export", "last", "--to", "parquet", "out")
    assert done.returncode == 0 and "Next: breadcrumb store import out" in done.stdout, done
    assert "pinned" in store(shop, "import", "out", "--store", str(other))
    for question in QUESTIONS:
        assert answer(shop.store, question) == answer(other, question), question
    with open_store(shop.store) as here, open_store(other) as there:
        for view in VIEWS:
            rows = [each.connection.execute(f"FROM {view}").fetchall() for each in (here, there)]
            assert rows[0] == rows[1] != [], view
    assert "nothing was imported" in store(shop, "import", "out", "--store", str(other))
    assert "sound" in store(shop, "verify", "--store", str(other))
    assert "sound" in store(shop, "verify")


def test_parquet_keeps_types(shop: Project) -> None:
    store(shop, "export", "last", "--to", "parquet", "out")
    schema = pq.read_schema(shop.path / "out" / "calls.parquet")
    kinds = {name: str(schema.field(name).type) for name in schema.names}
    assert kinds["start"].startswith("timestamp[us")
    assert (kinds["duration_ns"], kinds["depth"], kinds["span_key"]) == ("int64", "uint32", "uint64")
    assert kinds["function"] in ("string", "large_string")
    file = str(shop.path / "out" / "calls.parquet")
    kind = duckdb.execute(f"SELECT DISTINCT typeof(args) FROM '{file}'").fetchall()
    assert kind == [("JSON",)]
    balance = f"SELECT args->>'$.acc.balance' FROM '{file}' WHERE qualname = 'withdraw' LIMIT 1"
    assert duckdb.execute(balance).fetchall() == [("100.0",)]


def test_json_lines_are_the_rows_of_the_json_format(shop: Project, answer: Ask) -> None:
    store(shop, "export", "last", "--to", "jsonl", "out.jsonl")
    lines = [json.loads(line) for line in (shop.path / "out.jsonl").read_text().splitlines()]
    ours = {row["span_id"]: row for row in lines}
    assert len(ours) == len(lines) > 1000
    for function in ("withdraw", "step", "numbers", "main"):
        for row in answer(shop.store, ("--call", function))["rows"]:
            assert ours[row["span_id"]] == row
    piped = shop.call("breadcrumb", "export", "last", "--to", "jsonl", "-")
    assert [json.loads(line) for line in piped.stdout.splitlines()] == lines


def test_otlp_json_is_what_the_protocol_says(shop: Project) -> None:
    store(shop, "export", "last", "--to", "otlp-json", "out.json")
    spans: dict[bytes, Span] = {}
    resources = []
    for line in (shop.path / "out.json").read_text().splitlines():
        request = ParseDict(as_protobuf_json(json.loads(line)), TracesData())
        for part in request.resource_spans:
            resources.append({each.key: each.value.string_value for each in part.resource.attributes})
            spans |= {span.span_id: span for scope in part.scope_spans for span in scope.spans}
    calls = shop.query("SELECT span_id, trace_id, start_ns, duration_ns, outcome, function FROM calls")
    for span_id, trace_id, start_ns, duration_ns, outcome, function in calls:
        span = spans[bytes.fromhex(span_id)]
        assert (span.trace_id.hex(), span.name) == (trace_id, function)
        assert (span.start_time_unix_nano, span.end_time_unix_nano) == (start_ns, start_ns + duration_ns)
        assert (span.status.code == 2) == (outcome == 1) == bool(span.events and span.status.message)
    (sell,) = [span for span in spans.values() if span.name == "sell"]
    assert sell.kind == Span.SPAN_KIND_CLIENT and sell.events[0].attributes[0].value.double_value == 1.5
    assert len(spans) == len(calls) + 1
    assert {each["service.name"] for each in resources} == {"app.py"}


def test_otlp_json_uses_the_tracers_names() -> None:
    written = Path(otlp_spans.__file__).read_text()
    attributes = [
        code_attributes.CODE_FUNCTION_NAME, code_attributes.CODE_FILE_PATH, code_attributes.CODE_LINE_NUMBER,
        thread_attributes.THREAD_ID, thread_attributes.THREAD_NAME, error_attributes.ERROR_TYPE,
        exception_attributes.EXCEPTION_TYPE, exception_attributes.EXCEPTION_MESSAGE,
        span_attributes.ARGS, span_attributes.RETURN, span_attributes.SCOPE_NAME,
    ]  # fmt: skip
    assert [each for each in attributes if f'"{each}"' not in written] == []


def test_damaged_and_foreign_imports_are_one_line_and_change_nothing(shop: Project) -> None:
    store(shop, "export", "last", "--to", "parquet", "out")
    other = ("--store", str(shop.path / "other"))
    calls, manifest = shop.path / "out" / "calls.parquet", shop.path / "out" / "run.json"
    whole, said = calls.read_bytes(), manifest.read_text()
    for damaged in (
        whole[:-100],
        whole[:50],
        b"",
        b"PAR1" + b"\0" * 500 + b"PAR1",
        whole[:600] + whole[700:],
    ):
        calls.write_bytes(damaged)
        assert "is damaged" in store(shop, "import", "out", *other, code=4)
    calls.unlink()
    assert "is damaged" in store(shop, "import", "out", *other, code=4)
    calls.write_bytes(whole)
    for text in ("", "{}", "[]", '{"format": "x", "run_id": "a", "version": 1, "rows": {}}'):
        manifest.write_text(text)
        assert "no exported run" in store(shop, "import", "out", *other, code=4)
    manifest.write_text(said.replace('"version": 1', '"version": 2'))
    assert "newer Breadcrumb" in store(shop, "import", "out", *other, code=4)
    manifest.write_text(said.replace('"run_id": "', '"run_id": "f'))
    assert "is damaged" in store(shop, "import", "out", *other, code=4)
    manifest.write_text(said)
    assert "app.py cannot be read" in store(shop, "import", "app.py", *other, code=4)
    for foreign in ("nowhere", "."):
        assert "no exported run" in store(shop, "import", foreign, *other, code=4)
    assert list((shop.path / "other" / "spool").iterdir()) == []
    assert "0 runs" in store(shop, "info", *other)
    assert "pinned" in store(shop, "import", "out", *other)


def test_an_export_overwrites_nothing(shop: Project) -> None:
    shop.write("out", "mine")
    for form in ("parquet", "jsonl", "otlp-json"):
        assert "exists already" in store(shop, "export", "last", "--to", form, "out", code=4)
        assert "cannot write" in store(shop, "export", "last", "--to", form, "app.py/x", code=4)
    assert "there is no run abc" in store(shop, "export", "abc", "--to", "jsonl", "new", code=1)
    assert (shop.path / "out").read_text() == "mine"
    assert not [path for path in shop.path.iterdir() if "partial" in path.name]


def test_info_says_where_and_how_much(shop: Project) -> None:
    said = store(shop, "info")
    assert said.startswith(f"{shop.store} (the project's), readable by you alone, not encrypted.\n")
    assert "Keeps runs for 30 days, 500 at most, in 2000 MB." in said
    assert "Next: breadcrumb query --flow" in said
    found = json.loads(store(shop, "info", "--format", "json"))
    assert (found["unfolded_bytes"], len(found["rows"])) == (0, 1)
    assert found["rows"][0]["calls"] > 1000
    named = store(shop, "info", "--store", ".breadcrumb", environ={"BREADCRUMB_RETENTION_DAYS": "0"})
    assert "named with --store" in named and "runs of any age" in named
    environ = {"BREADCRUMB_STORE": str(shop.store)}
    assert "named by BREADCRUMB_STORE" in store(shop, "info", environ=environ)
    shop.write("pyproject.toml", "[tool.breadcrumb]\nstore = '.breadcrumb'\n")
    assert "the setting `store` in" in store(shop, "info")


def test_info_shows_what_is_not_folded_and_who_writes(shop: Project) -> None:
    waits = "import sys\ndef f(): return 1\nf()\nprint(1, flush=True)\nsys.stdin.read()\n"
    shop.write("waits.py", waits)
    command: list[str | Path] = [BIN / "breadcrumb-instrument", "python", "waits.py"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=shop.path, env=shop.environ, **pipes) as process:  # type: ignore[call-overload]
        process.stdout.readline()
        found = json.loads(store(shop, "info", "--format", "json"))
        while not found["writing"]:
            found = json.loads(store(shop, "info", "--format", "json"))
        assert found["writing"][0]["pid"] == process.pid
        assert found["unfolded_bytes"] > 0
        said = store(shop, "clear", "--yes")
        assert "Running programs write to" in said
        process.communicate()
    assert shop.functions() == {"__main__.f"}


def test_limits_are_kept_on_their_own_and_by_command(shop: Project) -> None:
    environ = {"BREADCRUMB_RETENTION_RUNS": "2"}
    shop.write("small.py", "def f(): return 1\nf()\n")
    for _ in range(3):
        shop.run("--no-report", "python", "small.py", environ=environ)
    assert shop.call("breadcrumb", "runs", environ=environ).stdout.count("small.py") == 2
    ids = [row["run"] for row in json.loads(store(shop, "info", "--format", "json"))["rows"]]
    assert len(ids) == 2
    assert f"Would go: run {ids[1]} (retention.runs)" in store(shop, "prune", "--dry-run", "--runs", "1")
    assert f"Run {ids[1]} stays" in store(shop, "pin", ids[1][:5])
    assert "Nothing to prune" in store(shop, "prune", "--runs", "1")
    assert "(pinned)" in store(shop, "info")
    store(shop, "unpin", ids[1])
    assert f"Gone: run {ids[1]} (retention.runs)" in store(shop, "prune", "--runs", "1")
    assert len(json.loads(store(shop, "info", "--format", "json"))["rows"]) == 1
    assert "no whole number" in store(shop, "prune", "--runs", "x", code=2)
    assert "it takes" in store(shop, "compact")


def test_an_answer_says_that_the_beginning_is_gone(shop: Project) -> None:
    from breadcrumb_exporter_duckdb.database import pruning

    calls = shop.query("SELECT start_ns + duration_ns FROM calls ORDER BY 1")
    with duckdb.connect(str(shop.store / "traces.duckdb")) as connection:
        run = pruning.stored_runs(connection)[0].run_id
        pruning.prune(connection, [pruning.Gone(run, 500, "retention.days", calls[500][0])])
    assert len(shop.query("SELECT 1 FROM calls")) == len(calls) - 500
    said = shop.call("breadcrumb", "query", "--flow").stdout
    assert "500 calls and spans that ended before" in said and "retention.days" in said
    assert "its beginning was pruned" in store(shop, "info")
    assert "sound" in store(shop, "verify")


def test_verify_fails_where_something_is_wrong(shop: Project) -> None:
    shop.write(".breadcrumb/spool/1-1-x.spool", "not ours")
    said = store(shop, "verify", code=1)
    assert said == "1-1-x.spool: 8 a file that is not ours (move it elsewhere)\n"
    rows = json.loads(store(shop, "verify", "--format", "json", code=1))["rows"]
    assert rows[0]["where"] == "1-1-x.spool"


def test_clear_asks_first(shop: Project) -> None:
    assert "add --yes" in store(shop, "clear", code=2)
    environ = {**shop.environ, "TERM": "dumb"}
    command: list[str | Path] = [BIN / "breadcrumb", "store", "clear"]
    for reply, code, left in (("n", 1, 1), ("\x04", 1, 1), ("y", 0, 0)):
        ours, theirs = pty.openpty()
        with subprocess.Popen(command, cwd=shop.path, env=environ, stdin=theirs, stderr=theirs) as process:
            asked = b""
            while b"[y/N]" not in asked:
                asked += os.read(ours, 1000)
            os.write(ours, reply.encode() + (b"\n" if reply != "\x04" else b""))
            assert process.wait() == code
        os.close(ours)
        os.close(theirs)
        assert (shop.store / "traces.duckdb").exists() == bool(left)


@pytest.mark.parametrize("action", [name for name in STORE_ACTIONS if name != "import"])
def test_no_store_is_one_line(project: Project, action: str) -> None:
    words = {"pin": ("last",), "unpin": ("last",), "clear": ("--yes",)}
    more = ("last", "--to", "jsonl", "x") if action == "export" else words.get(action, ())
    assert "there is no store at" in store(project, action, *more, code=3)
    assert not project.store.exists()


@pytest.mark.parametrize("action", ["prune", "compact", "clear", "verify", "info"])
def test_a_database_that_is_none_is_one_line(shop: Project, action: str) -> None:
    if action == "clear":
        return
    (shop.store / "traces.duckdb").write_bytes(b"nonsense" * 4000)
    assert "cannot use" in store(shop, action, code=4)


def test_json_errors_are_objects(project: Project) -> None:
    said = json.loads(project.call("breadcrumb", "store", "info", "--format", "json").stdout)
    assert said["error"]["code"] == "no_store"
    assert "invalid choice" in store(project, "frobnicate", code=2)


def test_every_action_and_option_is_documented() -> None:
    documented = DOCS.read_text()
    helps = [export_parser().format_help()]
    for name in STORE_ACTIONS:
        with pytest.raises(SystemExit):
            store_parser().parse_args([name, "--help"])
        assert f"breadcrumb store {name}" in documented
    options = {word for text in helps for word in text.split() if word.startswith("--")}
    flags = {"--dry-run", "--yes", "--days", "--megabytes", "--runs", "--to", "--format", "--store"}
    assert [
        each for each in itertools.chain(sorted(options - {"--help"}), flags) if each not in documented
    ] == []
