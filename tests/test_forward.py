"""`breadcrumb forward`: what the store holds comes to a backend, over every protocol, once, and in order."""

from __future__ import annotations

import fcntl
import itertools
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_exporter_duckdb.base.location import LOCK
from breadcrumb_exporter_duckdb.exchange import cursors
from breadcrumb_exporter_duckdb.reading.store import open_store
from patience import HANGS, until

from breadcrumb.otlp.endpoints import endpoint
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Project, Receiver

SPANS = int(os.environ.get("BREADCRUMB_TESTS_SPANS", "20000"))
APP = f"""
import sys
from opentelemetry import trace

def leaf(i):
    if i % 1000 == 7:
        raise ValueError(f"bad {{i}}")
    return i

def fine(text):
    return len(text)

def main():
    for i in range({SPANS - 3}):
        try:
            leaf(i)
        except ValueError:
            pass
    fine("ada")
    with trace.get_tracer("shop", "1.2").start_as_current_span("sell", kind=trace.SpanKind.CLIENT):
        pass

main()
"""
CHAT = """
from opentelemetry import trace
def ask(text):
    given = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "small"}
    given["gen_ai.usage.input_tokens"] = 12
    with trace.get_tracer("llm").start_as_current_span("chat small", attributes=given):
        return 42
ask("warm?")
"""
RECEIVER = Path(__file__).with_name("otlp_receiver.py")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A project whose program made 20,000 spans."""
    project = new_project(tmp_path_factory.mktemp("forwarding"))
    project.write("app.py", APP)
    ran = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_THINNING_RATE": "0"})
    assert ran.returncode == 0, ran.stderr
    project.environ["BREADCRUMB_OTLP_TRACE_BYTES"] = "0"
    return project


def forward(project: Project, *words: object, code: int = 0, **environ: str) -> str:
    """Run `breadcrumb forward WORDS`; what it says on both streams."""
    ended = project.call("breadcrumb", "forward", *words, environ=environ)
    assert ended.returncode == code, ended
    return ended.stdout + ended.stderr


def ids(receiver: Receiver) -> Counter[bytes]:
    return Counter(span.span_id for span in receiver.spans())


def wanted(project: Project) -> set[bytes]:
    rows = project.query("SELECT span_id FROM calls UNION ALL SELECT span_id FROM spans")
    return {bytes.fromhex(span_id) for (span_id,) in rows}


class Restarted:
    """A receiver on ports that stay, which dies in the middle of a request and is started anew."""

    def __init__(self, kept: Path) -> None:
        self.kept = kept
        self.ports = ("0", "0")
        self.start(dies_at=1_000_000)

    def start(self, **options: int) -> None:
        words = [sys.executable, str(RECEIVER), str(self.kept), *self.ports, *map(str, options.values())]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        grpc, http = self.process.stdout.readline().split()
        self.ports = (grpc, http)

    def dies(self) -> None:
        self.process.wait(HANGS)
        self.process.communicate()

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def restarted(tmp_path: Path) -> Iterator[Restarted]:
    (tmp_path / "requests").touch()
    backend = Restarted(tmp_path / "requests")
    yield backend
    backend.kill()


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_a_backend_that_is_killed_and_restarted_gets_all(
    protocol: str, shop: Project, restarted: Restarted
) -> None:
    from conftest import Receiver

    where = f"http://127.0.0.1:{restarted.ports[protocol != 'grpc']}"
    words = [
        Path(sys.executable).parent / "breadcrumb",
        "forward",
        "--endpoint",
        where,
        "--protocol",
        protocol,
    ]
    with subprocess.Popen(
        [*map(str, words), "--rate", "5000"],
        cwd=shop.path,
        env=shop.environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as going:
        receiver = Receiver(restarted.kept, *map(int, restarted.ports))
        restarted.dies()
        assert going.stderr is not None
        said = [going.stderr.readline(), going.stderr.readline()]
        restarted.start()
        said += going.stderr.readlines()
    assert going.returncode == 0, said
    assert "takes nothing now" in said[1] and "takes spans again" in said[2]
    got = ids(receiver)
    assert set(got) == wanted(shop)
    assert sum(got.values()) - len(got) <= 1_000, "more than the request that was under way came twice"
    before = restarted.kept.stat().st_size
    assert f"Sent 0 spans of run {run_of(shop)}" in forward(shop, *words[2:])
    assert restarted.kept.stat().st_size == before


def run_of(project: Project) -> str:
    [(run,)] = project.query("SELECT run_id FROM runs")
    return str(run)


def test_a_command_that_was_killed_goes_on_where_it_was(shop: Project, receiver: Receiver) -> None:
    words = [Path(sys.executable).parent / "breadcrumb", "forward", "--endpoint", receiver.endpoints["grpc"]]
    words += ["--protocol", "grpc", "--rate", "10000"]
    for least in (800_000, 1_600_000):
        with subprocess.Popen([*map(str, words)], cwd=shop.path, env=shop.environ) as going:
            kept_or_ended(receiver, least, going)
            going.send_signal(signal.SIGKILL)
    forward(shop, *words[2:6])
    got = ids(receiver)
    assert set(got) == wanted(shop)
    assert sum(got.values()) - len(got) <= 2 * 1_000
    starts = [span.start_time_unix_nano for span in receiver.spans() if span.name.endswith("leaf")]
    repeated = [later for earlier, later in itertools.pairwise(starts) if later < earlier]
    assert len(repeated) <= 2, "out of order"


def kept_or_ended(receiver: Receiver, least: int, going: subprocess.Popen[bytes]) -> None:
    """Wait until so many bytes have arrived, or no more will."""
    until(lambda: receiver.kept.stat().st_size >= least or going.poll() is not None)


def test_what_is_chosen_goes_and_nothing_else(shop: Project, receiver: Receiver) -> None:
    where = ("--endpoint", receiver.endpoints["http/protobuf"], "--format", "json")
    errors = json.loads(forward(shop, *where, "--errors").splitlines()[0])
    assert errors["sent"] == SPANS // 1_000 == len(receiver.spans())
    assert {span.status.code for span in receiver.spans()} == {2}
    counts = {
        ("--function", "shop", "--function", "*.fine"): 2,
        ("--function", "*.fine", "--slower-than", "1000s"): 0,
        ("--function", "*.fine", "--share", "0.000001"): 0,
        ("--depth", "1"): 2,  # main, and the span: it has no depth
    }
    for words, count in counts.items():
        assert json.loads(forward(shop, *where, *words).splitlines()[0])["sent"] == count, words
    assert "no test is known" in forward(shop, *where, "--test", "test_x", code=1)
    anew = (*where[:2], "--depth", "9")
    said = forward(shop, *anew, BREADCRUMB_OTLP_TRACE_BYTES="30000")
    outermost = {span.name for span in receiver.spans()[-31:]}
    assert "Sent 31 spans" in said and f"{SPANS - 31:,} calls of traces that are too large" in said, said
    assert "__main__.main" in outermost


def test_openinference_is_added_where_asked(project: Project, receiver: Receiver) -> None:
    project.write("app.py", CHAT)
    assert project.run("--no-report", "python", "app.py").returncode == 0
    where = ("--endpoint", receiver.endpoints["http/protobuf"], "--openinference")
    forward(project, *where)
    told = {span.name: {each.key: each.value for each in span.attributes} for span in receiver.spans()[-2:]}
    model = told["chat small"]
    assert model["openinference.span.kind"].string_value == "LLM"
    assert model["llm.model_name"].string_value == "small" and model["llm.token_count.prompt"].int_value == 12
    call = told["__main__.ask"]
    assert call["openinference.span.kind"].string_value == "CHAIN"
    assert (
        call["input.value"].string_value == '{"text": "warm?"}' and call["output.value"].string_value == "42"
    )


def test_values_stay_home_where_told(shop: Project, receiver: Receiver) -> None:
    where = ("--endpoint", receiver.endpoints["http/protobuf"])
    said = forward(shop, *where, "--slower-than", "1us", "--errors", BREADCRUMB_OTLP_VALUES="false")
    assert "arguments" not in said
    spans = receiver.spans()
    told = {each.key for span in spans for each in span.attributes}
    assert spans and not told & {"breadcrumb.args", "breadcrumb.return"}
    events = {each.key for span in spans for event in span.events for each in event.attributes}
    assert events == {"exception.type", "exception.stacktrace"}
    assert b"bad 7" not in receiver.kept.read_bytes()


LIVE = """
def step(n):
    total = 0
    for i in range(n):
        total += i
    return {"total": total, "password": "hunter2-hunter2"}

def fails():
    raise ValueError("no")

def main():
    step(3)
    try:
        fails()
    except ValueError:
        pass

main()
"""


def test_spans_are_those_that_the_program_s_own_exporter_sends(project: Project, receiver: Receiver) -> None:
    project.write("app.py", LIVE)
    words = () if sys.version_info < (3, 12) else ("--lines", "__main__.step")
    environ = receiver.environment("http/protobuf")
    assert project.run("--no-report", *words, "python", "app.py", environ=environ).returncode == 0
    live = told(receiver)
    receiver.kept.write_bytes(b"")
    forward(project, "--endpoint", receiver.endpoints["grpc"], "--protocol", "grpc")
    assert told(receiver) == live
    receiver.kept.write_bytes(b"")
    said = forward(project, "--endpoint", receiver.endpoints["http/protobuf"], "--protocol", "http/json")
    assert "arguments and returns, redacted, go with the spans" in said
    assert told(receiver) == live
    assert b"hunter2" not in receiver.kept.read_bytes()


def told(receiver: Receiver) -> dict[bytes, str]:
    """What is said of each span, with what emitted it.

    The order of attributes says nothing; the SDK's exporter leaves out that a trace is sampled.
    """
    found = {}
    for request in receiver.requests():
        for resource in request.resource_spans:
            resource.resource.attributes.sort(key=lambda each: each.key)
            for scope in resource.scope_spans:
                for span in scope.spans:
                    span.attributes.sort(key=lambda each: each.key)
                    span.flags &= ~1
                    emitter = f"{resource.resource}{scope.scope}{scope.schema_url}"
                    found[span.span_id] = f"{emitter}{span}"
    assert found
    return found


def test_trouble_is_one_line_and_nothing_is_lost(shop: Project, receiver: Receiver) -> None:
    http, grpc = receiver.endpoints["http/protobuf"], receiver.endpoints["grpc"]
    few = ("--function", "*.fine", "--patience", "0.5")
    troubles = [
        (http, "http/protobuf", "HTTP 404 Not Found", {"OTEL_EXPORTER_OTLP_HEADERS": "backend=absent"}, 1),
        (grpc, "grpc", "gRPC UNAUTHENTICATED", {"OTEL_EXPORTER_OTLP_HEADERS": "backend=forbidden"}, 1),
        (http, "grpc", "does not speak gRPC (try --protocol http/protobuf)", {}, 1),
        (grpc, "http/protobuf", "does not speak HTTP (try --protocol grpc)", {}, 1),
        ("http://127.0.0.1:1", "http/protobuf", "Connection refused", {}, 1),
        ("http://me:secret@127.0.0.1:1", "grpc", "give it as a header", {}, 2),
    ]
    for url, protocol, reason, environ, code in troubles:
        said = forward(shop, "--endpoint", url, "--protocol", protocol, *few, code=code, **environ)
        last = said.splitlines()[-1]
        assert reason in last, said
        assert "Traceback" not in said and "secret" not in said
        assert code == 2 or "took 0 spans, then no more" in last
    said = forward(shop, "--endpoint", http, *few[:2], OTEL_EXPORTER_OTLP_HEADERS="backend=recovering")
    assert "takes spans again" in said and "Sent 1 spans" in said
    assert len(receiver.spans()) == 1


def test_who_holds_the_store_is_waited_for_and_told(shop: Project, receiver: Receiver) -> None:
    words = [Path(sys.executable).parent / "breadcrumb", "forward", "--function", "*.fine", "--endpoint"]
    words += [receiver.endpoints["http/protobuf"]]
    with (shop.store / LOCK).open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen(
            [*map(str, words)], cwd=shop.path, env=shop.environ, stderr=subprocess.PIPE, text=True
        ) as going:
            assert going.stderr is not None
            said = [going.stderr.readline() for _ in range(2)]
            assert f"waiting for process {os.getpid()}, which holds {shop.store}" in said[1]
            fcntl.flock(lock, fcntl.LOCK_UN)
    assert going.returncode == 0
    assert [span.name for span in receiver.spans()] == ["__main__.fine"]


def test_an_address_is_made_whole_or_refused() -> None:
    made = {
        ("http://localhost:4318", None): ("http://localhost:4318/v1/traces", "http/protobuf"),
        ("localhost:4317", None): ("http://localhost:4317", "grpc"),
        ("https://tempo/otlp/", "http/json"): ("https://tempo/otlp/v1/traces", "http/json"),
        ("http://a:1/v1/traces", None): ("http://a:1/v1/traces", "http/protobuf"),
    }
    for typed, (url, protocol) in made.items():
        found = endpoint(*typed)
        assert (found.url, found.protocol) == (url, protocol)
    for wrong in (("ftp://a", None), ("http://", None), ("http://a:x", None), ("http://a", "http/xml")):
        with pytest.raises(NoAnswer):
            endpoint(*wrong)


def test_what_a_backend_takes_in_part_is_told_and_not_sent_again(shop: Project, receiver: Receiver) -> None:
    words = ("--endpoint", receiver.endpoints["grpc"], "--protocol", "grpc", "--errors")
    said = forward(shop, *words, code=1, OTEL_EXPORTER_OTLP_HEADERS="backend=partial")
    assert "10 of them it did not take (TRACE_TOO_LARGE)" in said
    assert "Sent 0 spans" in forward(shop, *words)
    assert len(receiver.spans()) == 10


GOES_ON = """
import sys, time
def tick(i): return i
for i in range(3):
    tick(i)
    print(i, flush=True)
    sys.stdin.readline()
"""


def test_a_run_is_followed_to_its_end(project: Project, receiver: Receiver) -> None:
    project.write("app.py", GOES_ON)
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        ["breadcrumb", "run", "--no-report", "python", "app.py"],
        cwd=project.path,
        env=project.environ,
        **pipes,
    ) as program:
        assert program.stdout is not None
        program.stdout.readline()
        words = ["breadcrumb", "forward", "--follow", "--endpoint", receiver.endpoints["http/protobuf"]]
        with subprocess.Popen(words, cwd=project.path, env=project.environ) as following:
            until(lambda: receiver.spans() or following.poll() is not None)
            program.communicate("\n\n\n")
            assert following.wait(HANGS) == 0
    assert sorted(span.name for span in receiver.spans()) == ["__main__.tick"] * 3


def test_pruned_and_compacted_stores_go_on(shop: Project, tmp_path: Path, receiver: Receiver) -> None:
    where = ("--endpoint", receiver.endpoints["http/protobuf"], "--errors")
    forward(shop, *where)
    assert shop.call("breadcrumb", "store", "compact").returncode == 0
    assert "Sent 0 spans" in forward(shop, *where)
    with open_store(shop.store) as reader:
        progress = cursors.read(reader.connection, run_of(shop), f"{where[1]}/v1/traces --errors")
    assert (progress.sent, progress.refused) == (20, 0)
