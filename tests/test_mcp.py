"""An agent asks through `breadcrumb mcp`: a real client over stdio, on the store of a real run."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

from breadcrumb.mcp.tools import RECORDED

if TYPE_CHECKING:
    from conftest import Project

Asked = Callable[..., list[dict[str, Any]]]

PROGRAM = """
class Order:
    def __init__(self, total):
        self.total = total

def price(row):
    if row["qty"] < 0:
        raise ValueError(f"bad qty {row['qty']}")
    return Order(row["qty"] * row["price"])

def main():
    for qty in (1, 2, -1):
        try:
            price({"qty": qty, "price": 3})
        except ValueError:
            pass
    return round(1.5)

main()
"""
QUESTIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("flow", {}, ["query", "--flow"]),
    ("gaps", {}, ["query", "--gaps"]),
    ("call", {"function": "price"}, ["query", "--call", "price"]),
    ("trace", {"function": "price"}, ["query", "--trace", "price"]),
    ("expensive", {}, ["query", "--expensive"]),
    ("analyze_performance", {}, ["query", "--expensive"]),
    ("data", {"type": "Order"}, ["query", "--data", "Order"]),
    ("errors", {}, ["query", "--errors"]),
    ("find_exceptions", {"handled": True}, ["query", "--errors", "--handled"]),
    ("why", {"what": "ValueError"}, ["query", "--why", "ValueError"]),
    ("value", {"text": "3"}, ["query", "--value", "3"]),
    ("source", {"function": "price"}, ["query", "--source", "price"]),
    ("runs", {}, ["runs"]),
    ("top", {}, ["top"]),
    (
        "query_traces",
        {"sql": "SELECT function, count(*) AS n FROM calls GROUP BY ALL ORDER BY ALL"},
        ["query", "--sql", "SELECT function, count(*) AS n FROM calls GROUP BY ALL ORDER BY ALL"],
    ),
]
"""Each tool, its arguments and the command that asks the same."""
HAS_LINES = hasattr(sys, "monitoring")
if HAS_LINES:
    QUESTIONS.append(("lines", {"function": "main"}, ["query", "--lines", "main"]))
MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("call", {"function": "pric"}, "price"),
    ("flow", {"run": "zzzz"}, "breadcrumb runs"),
    ("flow", {"since": "yesterday"}, "10m"),
    ("flow", {"limit": 0}, "1 or more"),
    ("flow", {"limit": -1}, "1 or more"),
    ("flow", {"limit": 10**30}, "1 or more"),
    ("query_traces", {"sql": "SELECT 1", "limit": 10**30}, "1 or more"),
    ("flow", {"budget": -5}, "1 or more"),
    ("flow", {"budget": 10**30}, "1 or more"),
    ("flow", {"since": "nan"}, "10m"),
    ("flow", {"since": "9" * 400 + "d"}, "too long ago"),
    ("flow", {"format": "yaml"}, "format"),
    ("flow", {"budget": "much"}, "flow takes run, since, limit, budget, format"),
    ("call", {}, "function"),
    ("lines", {"function": "price"}, "breadcrumb run --lines"),
    ("show", {"id": "not-an-id"}, "not-an-id"),
    ("query_traces", {"sql": "DROP TABLE calls"}, "SELECT"),
    ("query_traces", {"sql": "SELECT nothing FROM calls"}, "nothing"),
    ("flaw", {}, "flow"),
]
"""Tools, wrong arguments and what the answer must say."""


def client_of(project: Project, *, keep_alive: bool) -> Client[StdioTransport]:
    """A client that starts `breadcrumb mcp` in the project."""
    command = str(Path(sys.executable).parent / "breadcrumb")
    environ = project.environ
    return Client(StdioTransport(command, ["mcp"], cwd=str(project.path), env=environ, keep_alive=keep_alive))


async def session(
    client: Client[StdioTransport], calls: tuple[tuple[str, dict[str, Any]], ...]
) -> list[dict[str, Any]]:
    """Call tools, given as (name, arguments); their answers."""
    answers = []
    async with client:
        for name, arguments in calls:
            result = await client.call_tool(name, arguments)
            assert result.structured_content is not None
            answers.append(result.structured_content)
    return answers


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A project with a run of the program in its store."""
    project = new_project(tmp_path_factory.mktemp("mcp"))
    project.write("app.py", PROGRAM)
    lines = ("--lines", "__main__.main") if HAS_LINES else ()
    ended = project.run(*lines, "python", "app.py")
    assert ended.returncode == 0, ended.stderr
    return project


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    """The event loop in which the client lives."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def client(recorded: Project, loop: asyncio.Runner) -> Iterator[Client[StdioTransport]]:
    """A client whose server stays from test to test: its start takes longer than any answer."""
    client = client_of(recorded, keep_alive=True)
    yield client
    loop.run(client.close())  # type: ignore[no-untyped-call]  # untyped upstream


@pytest.fixture
def asked(client: Client[StdioTransport], loop: asyncio.Runner) -> Asked:
    """Calls tools, given as (name, arguments), and returns their answers."""
    return lambda *calls: loop.run(session(client, calls))


def test_each_tool_answers_as_the_command_does(asked: Asked, recorded: Project) -> None:
    answers = asked(*((name, arguments) for name, arguments, _ in QUESTIONS))
    for (name, _, words), answer in zip(QUESTIONS, answers, strict=True):
        assert answer["rows"], name
        assert answer.pop("recorded") == RECORDED, name
        assert answer == json.loads(recorded.call("breadcrumb", *words, "--format", "json").stdout), name


def test_runs_are_compared(asked: Asked, recorded: Project) -> None:
    ((run,),) = recorded.query("SELECT run_id FROM runs")
    (answer,) = asked(("diff", {"a": run, "b": run}))
    assert answer.pop("recorded") == RECORDED
    assert answer == json.loads(recorded.call("breadcrumb", "diff", run, run, "--format", "json").stdout)
    assert (answer["question"], answer["rows"]) == ("diff", [])


def test_text_is_what_the_command_prints_and_no_json(
    client: Client[StdioTransport], loop: asyncio.Runner, recorded: Project
) -> None:
    async def texts() -> list[str]:
        async with client:
            told = [
                await client.call_tool(name, {**arguments, "format": "text"})
                for name, arguments, _ in QUESTIONS
            ]
        return [getattr(each.content[0], "text", "") for each in told]

    for text, (name, _, words) in zip(loop.run(texts()), QUESTIONS, strict=True):
        first, body, last = re.fullmatch(r"(.*?)\n(.*)\n(.*?)", text, re.DOTALL).groups()  # type: ignore[union-attr]
        assert first.endswith(f": {RECORDED}]") and last == first.split(":")[0] + ": end]", name
        assert body + "\n" == recorded.call("breadcrumb", *words, "--budget", "4000").stdout, name


def test_ids_are_shown_by_tool_and_resource(
    client: Client[StdioTransport], loop: asyncio.Runner, asked: Asked
) -> None:
    (calls,) = asked(("call", {"function": "price#1"}))
    (call,) = calls["rows"]
    tree, same, one = asked(
        ("get_trace", {"id": call["trace_id"]}),
        ("show", {"id": call["trace_id"]}),
        ("show", {"id": call["span_id"]}),
    )
    assert tree == same
    assert one["rows"][0]["function"] == call["function"]
    assert {row["trace_id"] for row in tree["rows"]} == {call["trace_id"]}

    async def read() -> str:
        async with client:
            (content,) = await client.read_resource(f"trace://{call['trace_id']}")
        return str(getattr(content, "text", ""))

    assert json.loads(loop.run(read())) == tree


def test_a_budget_cuts_the_answer_and_says_so(asked: Asked) -> None:
    whole, cut = asked(("flow", {}), ("flow", {"budget": 100}))
    assert whole["truncated"] is None
    assert cut["truncated"]["shown"] == len(cut["rows"]) < cut["truncated"]["total"] == len(whole["rows"])


def test_a_question_without_an_answer_says_what_to_do(asked: Asked) -> None:
    answers = asked(*((name, arguments) for name, arguments, _ in MISTAKES))
    for (name, arguments, says), answer in zip(MISTAKES, answers, strict=True):
        assert set(answer) == {"error"}, (name, arguments)
        assert set(answer["error"]) == {"code", "message", "hint"}
        assert says in answer["error"]["message"] + answer["error"]["hint"], (name, arguments)


def test_without_a_store_it_says_how_to_make_one(project: Project) -> None:
    (answer,) = asyncio.run(session(client_of(project, keep_alive=False), (("flow", {}),)))
    assert answer["error"]["code"] == "no_store"
    assert "breadcrumb run" in answer["error"]["hint"]


def test_tools_describe_themselves_shortly(client: Client[StdioTransport], loop: asyncio.Runner) -> None:
    async def listed() -> list[Any]:
        async with client:
            return list(await client.list_tools())

    tools = loop.run(listed())
    others = {"show", "get_trace", "lines", "diff"}
    assert {name for name, _, _ in QUESTIONS} | others == {tool.name for tool in tools}
    assert all(tool.description and len(tool.description) < 500 for tool in tools)
    assert all("description" in each for tool in tools for each in tool.input_schema["properties"].values())


def test_standard_output_carries_the_protocol_alone(recorded: Project) -> None:
    asked_by_hand = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello()},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "flow", "arguments": {}}},
    ]
    with subprocess.Popen(
        [Path(sys.executable).parent / "breadcrumb", "mcp"],
        cwd=recorded.path,
        env=recorded.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None and server.stdout is not None and server.stderr is not None
        server.stdin.write("".join(json.dumps(message) + "\n" for message in asked_by_hand))
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in range(2)]
        server.stdin.close()
        assert server.stdout.read() == ""
        assert server.stderr.read() == ""
    assert server.returncode == 0
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[1]["result"]["structuredContent"]["question"] == "flow"


ENDLESS = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_cancelled_query_ends_at_once_and_holds_nobody_up(recorded: Project) -> None:
    def asking(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
        params = {"name": tool, "arguments": arguments}
        return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}

    with subprocess.Popen(
        [Path(sys.executable).parent / "breadcrumb", "mcp"],
        cwd=recorded.path,
        env=recorded.environ | {"BREADCRUMB_SQL_SECONDS": "600"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin is not None and server.stdout is not None

        def tell(*messages: dict[str, Any]) -> None:
            assert server.stdin is not None
            server.stdin.write("".join(json.dumps(message) + "\n" for message in messages))
            server.stdin.flush()

        tell({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello()})
        server.stdout.readline()
        tell(
            {"jsonrpc": "2.0", "method": "notifications/initialized"}, asking(2, "query_traces", sql=ENDLESS)
        )
        until(lambda: queries(server.pid) != [])
        (query,) = queries(server.pid)
        tell(asking(3, "runs"))
        assert json.loads(server.stdout.readline())["id"] == 3
        tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}})
        until(lambda: queries(server.pid) == [])
        tell(asking(4, "query_traces", sql=ENDLESS))
        until(lambda: queries(server.pid) not in ([], [query]))
        server.stdin.close()  # whoever asked has gone
        until(lambda: queries(server.pid) == [])
    assert server.returncode == 0


def queries(server: int) -> list[int]:
    """The processes of a server that run queries."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = status.read_text().rpartition(")")[2].split()
            if int(words[1]) == server and words[0] != "Z":
                found.append(int(status.parent.name))
    return found


def until(holds: Callable[[], bool]) -> None:
    """Wait for what happens soon; a query alone would take ten minutes."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen")


def hello() -> dict[str, Any]:
    """The parameters of a client's first message."""
    return {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }


def test_help_needs_no_client(project: Project) -> None:
    ended = project.call("breadcrumb", "mcp", "--help")
    assert ended.returncode == 0
    assert "--store" in ended.stdout


def test_without_fastmcp_it_names_the_extra(project: Project) -> None:
    hide = "import sys; sys.modules['fastmcp'] = None"
    ended = project.call(
        sys.executable, "-c", f"{hide}; from breadcrumb.mcp.server import main; sys.exit(main([]))"
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "`mcp`" in ended.stderr
