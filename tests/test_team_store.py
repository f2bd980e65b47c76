"""A team's store in ClickHouse: runs come there once, whatever happens, and are asked there as at home."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_exporter_duckdb.base.location import StoreMissing
from breadcrumb_exporter_duckdb.reading.store import open_store

from breadcrumb import questions
from breadcrumb.clickhouse.addresses import address
from breadcrumb.common.settings import load
from breadcrumb.mcp.asking import Asker
from breadcrumb.otlp.receiving import Receiver
from breadcrumb.questions.facts.ask import Ask, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breadcrumb_exporter_duckdb.reading.store import Reader
    from conftest import Project

for package in ("chdb", "clickhouse_connect"):
    if importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed: the group `clickhouse`", allow_module_level=True)

SERVER = Path(__file__).with_name("clickhouse_server.py")
PASSWORD = {"CLICKHOUSE_PASSWORD": "secret"}
CALLS = 12_000
"""More than a batch."""
APP = f"""
import asyncio, dataclasses, threading
from opentelemetry import trace

@dataclasses.dataclass
class Account:
    owner: str
    balance: float

def withdraw(acc, amount):
    acc.balance -= amount
    return acc.balance

def leaf(i):
    if i % 1000 == 7:
        raise ValueError(f"bad {{i}}")
    return f"n{{i // 3}}"

def numbers():
    yield 1
    yield 2

async def work(name):
    await asyncio.sleep(0)
    return name

async def both():
    return await asyncio.gather(work("a"), work("b"))

def secret(password):
    return len(password)

def main():
    acc = Account("ada", 100.0)
    for amount in (0, 30, 80):
        withdraw(acc, amount)
    for i in range({CALLS}):
        try:
            leaf(i)
        except ValueError:
            pass
    sum(numbers())
    asyncio.run(both())
    thread = threading.Thread(target=leaf, args=(0,))
    thread.start()
    thread.join()
    secret("hunter2-hunter2")
    with trace.get_tracer("shop", "1.2").start_as_current_span(
        "sell",
        kind=trace.SpanKind.CLIENT,
        attributes={{"n": 2, "half": 0.5, "whole": 5.0, "all": [1, 2], "é": True}},
    ) as span:
        span.add_event("sold", {{"to": "ada"}})
    waiting = numbers()
    next(waiting)
    return acc, waiting

kept = main()
"""
QUESTIONS: tuple[tuple[str, tuple[Any, ...], dict[str, Any]], ...] = (
    ("flow", (), {}),
    ("trace", ("main",), {}),
    ("call", ("withdraw",), {}),
    ("call", ("leaf#8",), {}),
    ("call", ("leaf",), {"where": "i > 11990"}),
    ("why", ("",), {}),
    ("value", ("n17",), {}),
    ("source", ("withdraw",), {}),
    ("functions", ("",), {}),
    ("expensive", (), {}),
    ("errors", (), {"handled": True}),
    ("gaps", (), {}),
    ("data", ("Account",), {}),
)


@dataclass
class Server:
    """A running `clickhouse_server.py`."""

    folder: Path
    port: int

    def url(self, database: str, user: str = "default") -> str:
        return f"clickhouse://{user}@127.0.0.1:{self.port}/{database}"

    def ask(self, database: str, sql: str) -> list[dict[str, Any]]:
        """Rows of a SELECT, without anything of ours."""
        import clickhouse_connect

        with clickhouse_connect.get_client(
            host="127.0.0.1", port=self.port, username="default", password="secret", database=database
        ) as client:
            return list(client.query_arrow(sql, use_strings=True).to_pylist())

    def tell(self, statement: str) -> None:
        """Run a statement."""
        import clickhouse_connect

        with clickhouse_connect.get_client(
            host="127.0.0.1", port=self.port, username="default", password="secret"
        ) as client:
            client.command(statement)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("clickhouse")
    words = [sys.executable, str(SERVER), str(folder)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Server(folder, int(process.stdout.readline()))
        process.communicate()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A project whose program made more calls than go at once."""
    project = new_project(tmp_path_factory.mktemp("shop"))
    project.environ.update(PASSWORD)
    project.write("app.py", APP)
    ran = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_THINNING_RATE": "0"})
    assert ran.returncode == 0, ran.stderr
    return project


def forward(project: Project, *words: object, code: int = 0, **environ: str) -> str:
    """Run `breadcrumb forward WORDS`; what it says on both streams."""
    ended = project.reading.breadcrumb(
        "forward", *map(str, words), cwd=project.path, environ=project.environ | environ, timeout=300
    )
    assert ended.returncode == code, ended
    return ended.stdout + ended.stderr


def prepared(server: Server, shop: Project, database: str) -> str:
    """The address of a database with the tables."""
    url = server.url(database)
    forward(shop, "--create", "--to", url)
    return url


def answers(reader: Reader, run: str) -> list[Any]:
    """What every question answers, as JSON has it; where there is no answer, why."""
    found: list[Any] = []
    for name, words, more in QUESTIONS:
        ask = Ask(run=run, **more)
        try:
            found.append(questions.find(name)(reader, ask, *words).json(1_000_000))
        except NoAnswer as error:
            found.append(error.json())
    return found


def require_whole(server: Server, database: str, shop: Project) -> None:
    """Every call and span of the run is there once, and the answers are those of the local store."""
    from breadcrumb.clickhouse.reading import open_run

    spans = Counter(row["SpanId"] for row in server.ask(database, "SELECT SpanId FROM otel_traces"))
    calls = shop.query("SELECT span_id FROM calls WHERE status <> 'open' UNION ALL SELECT span_id FROM spans")
    assert spans == Counter(span_id for (span_id,) in calls)
    here = {name: shop.query(f"SELECT count(*) FROM store.{name}") for name in ("value", "call", "span")}
    there = {name: server.ask(database, f"SELECT count() AS n FROM breadcrumb_{name}") for name in here}
    assert {name: rows[0]["n"] for name, rows in there.items()} == {name: n for name, [(n,)] in here.items()}
    [(run,)] = shop.query("SELECT run_id FROM runs")
    with open_run(address(server.url(database).replace("@", ":secret@")), run[:4]) as reader:
        assert answers(reader, run) == at_home(shop.store, run)


@functools.cache
def at_home(store: Path, run: str) -> list[Any]:
    """The answers of the local store."""
    with open_store(store, every_view=False) as reader:
        return answers(reader, run)


def test_inserts_without_an_answer_are_not_done_twice(server: Server, shop: Project) -> None:
    url = prepared(server, shop, "lost")
    # as the Collector makes it: the server remembers no inserts
    server.tell("ALTER TABLE lost.otel_traces MODIFY SETTING non_replicated_deduplication_window = 0")
    for table in ("breadcrumb_value", "breadcrumb_call", "otel_traces", "breadcrumb_sent"):
        (server.folder / "unanswered").write_text(table)
        said = forward(shop, "--to", url, "--patience", "0.01", code=1)
        assert "then no more: it gave no answer" in said and not (server.folder / "unanswered").exists()
    (server.folder / "unanswered").write_text("otel_traces")  # and is tried again by the same sender
    assert "takes nothing now" in forward(shop, "--to", url)
    require_whole(server, "lost", shop)


def test_a_sender_that_is_killed_goes_on_where_it_was(server: Server, shop: Project) -> None:
    url = prepared(server, shop, "killed")
    words = [str(Path(sys.executable).parent / "breadcrumb"), "forward", "--to", url]
    with subprocess.Popen(words, cwd=shop.path, env=shop.environ, stderr=subprocess.DEVNULL) as going:
        while going.poll() is None and not server.ask("killed", "SELECT 1 FROM otel_traces LIMIT 1"):
            time.sleep(0.02)
        going.kill()
    forward(shop, "--to", url)
    require_whole(server, "killed", shop)
    said = forward(shop, "--to", url, "--format", "json").splitlines()[0]
    assert json.loads(said)["rows"][0]["sent"] == 0 and json.loads(said)["rows"][0]["had"] > CALLS


def test_a_run_that_goes_on_and_stores_of_two_machines(
    server: Server, shop: Project, tmp_path: Path, new_project: Callable[[Path], Project]
) -> None:
    from breadcrumb.clickhouse.reading import open_run, open_runs

    url = prepared(server, shop, "team")
    other = new_project(tmp_path)
    other.environ.update(PASSWORD)
    other.write("app.py", "def f(x):\n    return x\n\nf('one')\ninput()\nf('two')\n")
    words = [str(Path(sys.executable).parent / "breadcrumb"), "run", "--no-report", "python", "app.py"]
    with subprocess.Popen(
        words, cwd=other.path, env=other.environ, stdin=subprocess.PIPE, text=True
    ) as going:
        while not has_ended_calls(other):
            time.sleep(0.05)
        forward(other, "--to", url)
        where = address(url.replace("@", ":secret@"))
        with open_run(where, "last") as reader:
            answer = questions.find("call")(reader, Ask(), "f").json(10_000)
            assert [row["return"] for row in answer["rows"]] == ["one"]
            assert "The run went on when it was sent last." in answer["notes"]
        asked = ("breadcrumb", "query", "--format", "json", "--store", url, "--sql")
        told = json.loads(other.call(*asked, "SELECT status FROM runs").stdout)
        assert told["rows"][0]["status"] == "running", told
        going.communicate("\n")
    [(run, trace_id)] = other.query("SELECT run_id, min(trace_id) FROM calls GROUP BY run_id")
    receive(other, {"traceId": trace_id, "spanId": "ab" * 8, "name": "checkout"})
    forward(other, "all", "--to", url)
    forward(shop, "--to", url)
    with open_run(where, run) as reader, open_store(other.store, every_view=False) as home:
        answer = questions.find("call")(reader, Ask(run=run), "f").json(10_000)
        assert [row["return"] for row in answer["rows"]] == ["one", "two"]
        assert answer == questions.find("call")(home, Ask(run=run), "f").json(10_000)
        flows = [questions.find("flow")(each, Ask(run=run)).json(10_000) for each in (reader, home)]
        assert flows[0] == flows[1] and "checkout" in json.dumps(flows[0]["rows"])
    with open_runs(where) as reader, open_store(other.store, every_view=False) as home:
        sql = f"SELECT * FROM runs WHERE run_id = '{run}'"
        assert reader.connection.sql(sql).fetchall() == home.connection.sql(sql).fetchall()
        assert len(reader.connection.sql("FROM runs").fetchall()) == 3
    packed = tmp_path / "run.zip"
    assert other.call("breadcrumb", "export", run, "--to", "zip", packed).returncode == 0
    assert shop.call("breadcrumb", "store", "import", packed, "--store", tmp_path / "copy").returncode == 0
    said = forward(shop, run, "--to", url, "--store", tmp_path / "copy", code=1)
    assert f"Run {run} came there from another store: left out." in said


def has_ended_calls(project: Project) -> bool:
    with contextlib.suppress(StoreMissing):
        return bool(project.query("SELECT 1 FROM calls WHERE status = 'ok'"))
    return False


def receive(project: Project, span: dict[str, Any]) -> None:
    """Take a span of another program into the project's store, as `breadcrumb serve` does."""
    times = {"startTimeUnixNano": str(time.time_ns()), "endTimeUnixNano": str(time.time_ns())}
    request = {"resourceSpans": [{"scopeSpans": [{"spans": [{**span, "kind": 3, **times}]}]}]}
    receiver = Receiver(project.store, load(project.path, flags={}), ["breadcrumb", "serve"])
    assert receiver.take(json.dumps(request).encode(), is_json=True) == (0, "")
    receiver.close()


def test_what_is_sent_is_as_the_collector_writes_it(server: Server, shop: Project) -> None:
    url = prepared(server, shop, "collector")
    forward(shop, "--to", url)
    [span] = server.ask("collector", "SELECT * FROM otel_traces WHERE SpanName = 'sell'")
    given = dict(span["SpanAttributes"])
    assert given == {"n": "2", "half": "0.5", "whole": "5", "all": "[1,2]", "é": "true"}
    assert (span["SpanKind"], span["StatusCode"]) == ("Client", "Unset")
    assert (span["ScopeName"], span["ScopeVersion"]) == ("shop", "1.2")
    assert span["Events.Name"] == ["sold"] and dict(span["Events.Attributes"][0]) == {"to": "ada"}
    [failed] = server.ask("collector", "SELECT * FROM otel_traces WHERE StatusCode = 'Error' LIMIT 1")
    assert failed["StatusMessage"] == "ValueError" and failed["ServiceName"]
    [found] = server.ask("collector", "SELECT sum(position(text, 'hunter2') > 0) AS n FROM breadcrumb_value")
    assert found["n"] == 0
    said = shop.call("breadcrumb", "query", "--call", "withdraw", "--store", url.replace("@", ":secret@"))
    assert said.returncode == 0 and "withdraw" in said.stdout
    assert f"--store {url.replace('default@', '')}" in said.stdout and "secret" not in said.stdout


def test_hundreds_of_runs_are_listed(server: Server, shop: Project) -> None:
    url = prepared(server, shop, "many")
    forward(shop, "--to", url)
    others = "toString(1000 + n.number) AS run_id"
    for table, changed in (
        ("breadcrumb_fact", f"{others}, process + n.number + 1 AS process"),  # each has processes of its own
        ("breadcrumb_tally", others),
        ("breadcrumb_run", others),
    ):
        server.tell(f"""INSERT INTO many.{table} SELECT t.* REPLACE ({changed})
            FROM numbers(600) AS n CROSS JOIN (SELECT * FROM many.{table}) AS t""")
    said = shop.call(
        "breadcrumb", "runs", "--store", url, "--limit", "700", "--budget", "1000000", "--format", "json"
    )
    assert said.returncode == 0, said.stderr
    assert len({row["run"] for row in json.loads(said.stdout)["rows"]}) == 601


ORDERS = ("by_trace_id", "by_span_id")
_IN_ORDER = """SELECT name, sum(rows) AS n FROM system.projection_parts
    WHERE active AND database = 'ids' AND table = 'breadcrumb_call' GROUP BY name"""


def test_ids_are_found_without_reading_the_calls(server: Server, shop: Project) -> None:
    url = prepared(server, shop, "ids")
    for order in ORDERS:  # as an earlier version made it
        server.tell(f"ALTER TABLE ids.breadcrumb_call DROP PROJECTION {order}")
    forward(shop, "--to", url)
    forward(shop, "--create", "--to", url)
    forward(shop, "--create", "--to", url)  # and nothing is left to do
    made = server.ask("ids", "SELECT count() AS n FROM system.mutations WHERE database = 'ids'")
    assert made == [{"n": 2 * len(ORDERS)}]  # taken away, and made
    server.tell("OPTIMIZE TABLE ids.breadcrumb_call FINAL")
    [calls] = server.ask("ids", "SELECT count() AS n FROM breadcrumb_call")
    kept = server.ask("ids", _IN_ORDER)
    assert {row["name"]: row["n"] for row in kept} == dict.fromkeys(ORDERS, calls["n"])
    [(span_id,)] = shop.query("SELECT span_id FROM calls WHERE function LIKE '%secret'")
    said = shop.call("breadcrumb", "show", span_id, "--store", url)
    assert said.returncode == 0 and "secret" in said.stdout


def test_what_is_wrong_is_said_in_a_line(server: Server, shop: Project) -> None:
    url = prepared(server, shop, "wrong")
    server.tell("CREATE DATABASE elsewhere")
    server.tell("CREATE TABLE elsewhere.otel_traces (Timestamp DateTime) ENGINE = MergeTree ORDER BY tuple()")
    cases: list[tuple[str, dict[str, str], str, str]] = [
        (url, {"CLICKHOUSE_PASSWORD": "other"}, "", "check user and password"),
        (server.url("wrong", "reader"), {}, "", "this user may only read"),
        (url, {}, "full", "not enough space"),
        (url, {}, "old", "too old"),
        (server.url("nowhere"), {}, "", "--create"),
        (server.url("elsewhere"), {}, "", "another schema"),
        ("clickhouse://127.0.0.1:1/wrong", {}, "", "nothing listens there"),
    ]
    for where, environ, sign, wanted in cases:
        file = server.folder / sign if sign else None
        if file is not None:
            file.touch()
        said = forward(shop, "--to", where, "--patience", "0.01", code=1, **environ)
        if file is not None:
            file.unlink()
        lines = [
            line for line in said.splitlines() if "go with the spans" not in line and "again" not in line
        ]
        assert len(lines) == 1 and wanted in lines[0] and "secret" not in said, said
    for words, code in ((["--errors"], 2), (["--protocol", "grpc"], 2), (["--days", "3"], 2)):
        assert "whole runs" in forward(shop, "--to", url, *words, code=code)
    assert "no address" in forward(shop, "--to", "http://x/y", code=2)
    assert "otlp_values" in forward(shop, "--to", url, code=1, BREADCRUMB_OTLP_VALUES="false")
    for table in ("breadcrumb_sent", "breadcrumb_call", "otel_traces"):
        assert server.ask("wrong", f"SELECT count() AS n FROM {table}") == [{"n": 0}]
    missing = shop.call("breadcrumb", "query", "--flow", "--run", "zz", "--store", url)
    assert missing.returncode == 1 and "there is no run zz" in missing.stderr


def test_every_command_answers_as_at_home(server: Server, project: Project) -> None:
    project.environ.update(PASSWORD)
    project.write("app.py", "import sys\ndef half(n): return n / 2\nprint(half(int(sys.argv[1])))\n")
    for number in ("3", "8"):
        assert project.run("--no-report", "python", "app.py", number).returncode == 0
    url = prepared(server, project, "every")
    forward(project, "all", "--to", url)
    [(span_id, trace_id)] = project.query("SELECT span_id, trace_id FROM calls WHERE args->>'n' = '3'")
    sql = "SELECT function, args FROM calls"
    of_all = "SELECT r.command, c.args FROM calls c JOIN runs r USING (run_id) ORDER BY r.started"
    for words in (
        ["query", "--sql", sql],
        ["query", "--sql", of_all, "--run", "all"],
        ["show", "last"],
        ["show", span_id[:9]],
        ["show", trace_id],
        ["diff"],
        ["top"],
        ["ask", "what does half return"],
    ):
        here, there = (
            project.call("breadcrumb", *words, "--format", "json", *more)
            for more in ((), ("--store", url.replace("@", ":secret@")))
        )
        assert (here.returncode, there.returncode) == (0, 0), (here, there)
        assert json.loads(there.stdout)["rows"] == json.loads(here.stdout)["rows"] != []
        assert "secret" not in there.stdout + there.stderr
    told = [
        Asker(store).read("diff", ("last", "last"), {"format": "json"}).object
        for store in (str(project.store), url.replace("@", ":secret@"))
    ]
    assert told[0] and told[1] and told[0]["rows"] == told[1]["rows"] and "secret" not in str(told[1])
    assert "half" in Asker(url.replace("@", ":secret@")).select(sql, {}).text
    unknown = project.call("breadcrumb", "show", "0123456789", "--store", url)
    assert unknown.returncode == 1 and "has the id 0123456789" in unknown.stderr
