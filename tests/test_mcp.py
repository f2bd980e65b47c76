"""An agent asks through `breadcrumb mcp`: a real client over stdio, on the store of a real run."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from mcp_program import PROGRAM

from breadcrumb.mcp.asking import RECORDED

if TYPE_CHECKING:
    from conftest import Project

Asked = Callable[..., list[dict[str, Any]]]

SELECT = "SELECT function, count(*) AS n FROM calls GROUP BY ALL ORDER BY ALL"
QUESTIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("query", {"question": "flow"}, ["query", "--flow"]),
    ("query", {"question": "gaps"}, ["query", "--gaps"]),
    ("query", {"question": "call", "about": "price"}, ["query", "--call", "price"]),
    ("query", {"question": "trace", "about": "price"}, ["query", "--trace", "price"]),
    (
        "query",
        {"question": "call", "about": "price", "where": "exception"},
        ["query", "--call", "price", "--where", "exception"],
    ),
    ("query", {"question": "data", "about": "Order"}, ["query", "--data", "Order"]),
    ("query", {"question": "runs"}, ["runs"]),
    ("query", {"question": "top"}, ["top"]),
    ("analyze_performance", {}, ["query", "--expensive"]),
    ("find_exceptions", {"handled": True}, ["query", "--errors", "--handled"]),
    ("why", {"what": "ValueError"}, ["query", "--why", "ValueError"]),
    ("value", {"text": "3"}, ["query", "--value", "3"]),
    ("source", {"function": "price"}, ["query", "--source", "price"]),
    ("query_traces", {"sql": SELECT}, ["query", "--sql", SELECT]),
]
"""Tools, their arguments and the command that asks the same."""
HAS_LINES = hasattr(sys, "monitoring")
if HAS_LINES:
    QUESTIONS.append(("query", {"question": "lines", "about": "main"}, ["query", "--lines", "main"]))
NAMES = {name for name, _, _ in QUESTIONS} | {"get_trace", "diff", "run"}
FLOW = {"question": "flow"}
MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("query", {"question": "call", "about": "pric"}, "price"),
    ("query", {**FLOW, "run": "zzzz"}, "breadcrumb runs"),
    ("query", {**FLOW, "since": "yesterday"}, "10m"),
    ("query", {**FLOW, "since": "nan"}, "10m"),
    ("query", {**FLOW, "since": "9" * 400 + "d"}, "too long ago"),
    ("query", {**FLOW, "where": "raised"}, "where goes with call and trace"),
    ("query", {**FLOW, "budget": -5}, "1 or more"),
    ("query", {**FLOW, "budget": 10**30}, "1 or more"),
    (
        "query",
        {**FLOW, "budget": "much"},
        "query takes question, about, where, run, test, since, budget, cursor, format",
    ),
    ("query", {**FLOW, "format": "yaml"}, "format"),
    ("query", {**FLOW, "cursor": "two"}, "no cursor"),
    ("query", {**FLOW, "colour": "red"}, "colour"),
    ("query", {"question": "flaw"}, "flow"),
    ("query", {}, "question: is needed"),
    ("query", {"question": "lines", "about": "price"}, "breadcrumb run --lines"),
    ("query", {"question": "call"}, "about is needed"),
    ("query", {"question": "ask", "about": ""}, "about is needed"),
    ("value", {"text": ""}, "no value is named"),
    ("source", {"function": " "}, "no function is named"),
    ("why", {"what": "OSError"}, "no exception and no call of OSError"),
    ("source", {}, "function"),
    ("get_trace", {"id": "not-an-id"}, "not-an-id"),
    ("query_traces", {"sql": "DROP TABLE calls"}, "SELECT"),
    ("query_traces", {"sql": "SELECT nothing FROM calls"}, "nothing"),
    ("flow", {}, "query"),
    ("run", {"argv": []}, "no command"),
    ("run", {"argv": "ls -l"}, "array"),
    ("run", {"argv": ["python"], "cwd": "/"}, "outside of"),
    ("run", {"argv": ["python"], "cwd": "nowhere"}, "no directory"),
    ("run", {"argv": ["python"], "seconds": 100_000}, "600"),
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
            asked = arguments if name == "run" else {"format": "json", **arguments}
            result = await client.call_tool(name, asked, raise_on_error=False)
            assert result.structured_content is not None
            answers.append(result.structured_content)
    return answers


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A project with a run of the program in its store."""
    project = new_project(tmp_path_factory.mktemp("mcp"))
    project.write("app.py", PROGRAM)
    lines = ("--lines", "__main__.main") if HAS_LINES else ()
    ended = project.run("--no-report", *lines, "python", "app.py")
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
        assert answer.pop("recorded") == RECORDED and answer.pop("cursor") is None, name
        assert answer == json.loads(recorded.call("breadcrumb", *words, "--format", "json").stdout), name


def test_runs_are_compared(asked: Asked, recorded: Project) -> None:
    ((run,),) = recorded.query("SELECT run_id FROM runs")
    (answer,) = asked(("diff", {"a": run, "b": run}))
    assert answer.pop("recorded") == RECORDED and answer.pop("cursor") is None
    assert answer == json.loads(recorded.call("breadcrumb", "diff", run, run, "--format", "json").stdout)
    assert (answer["question"], answer["rows"]) == ("diff", [])


def test_text_is_what_the_command_prints_and_no_json(
    client: Client[StdioTransport], loop: asyncio.Runner, recorded: Project
) -> None:
    async def texts() -> list[str]:
        async with client:
            told = [await client.call_tool(name, arguments) for name, arguments, _ in QUESTIONS]
        return [getattr(each.content[0], "text", "") for each in told]

    for text, (name, _, words) in zip(loop.run(texts()), QUESTIONS, strict=True):
        first, body, last = re.fullmatch(r"(.*?)\n(.*)\n(.*?)", text, re.DOTALL).groups()  # type: ignore[union-attr]
        assert first.endswith(f": {RECORDED}]") and last == first.split(":")[0] + ": end]", name
        assert body + "\n" == recorded.call("breadcrumb", *words, "--budget", "1000").stdout, name


def test_an_answer_that_was_cut_is_read_on_by_cursor(asked: Asked) -> None:
    flow = {**FLOW, "budget": 300}
    whole, cut = asked(("query", FLOW), ("query", flow))
    assert cut["truncated"]["shown"] == len(cut["rows"]) < cut["truncated"]["total"] == len(whole["rows"])
    rows, cursor = [], cut["cursor"]
    while cursor is not None:
        (page,) = asked(("query", {**flow, "cursor": cursor}))
        rows += page["rows"]
        cursor = page["cursor"]
    assert rows == whole["rows"]


def test_text_is_read_on_by_cursor(client: Client[StdioTransport], loop: asyncio.Runner) -> None:
    async def pages(name: str, arguments: dict[str, Any]) -> list[str]:
        found: list[str] = []
        async with client:
            while True:
                told = await client.call_tool(name, {**arguments, "budget": 40})
                found.append(getattr(told.content[0], "text", ""))
                more = re.search(r"to read on: cursor (\d+)\]$", found[-1])
                if more is None:
                    return found
                arguments = {**arguments, "cursor": more[1]}

    first, *others = loop.run(pages("query", FLOW))
    assert "of 6 calls shown" in first
    told = "".join(others)
    assert "main()" in told and "ValueError: bad qty -1" in told
    assert "6 of 6." in others[-1]
    numbers = loop.run(pages("query_traces", {"sql": "SELECT range AS n FROM range(60) ORDER BY 1"}))
    assert re.findall(r"^ *(\d+) *$", "\n".join(numbers), re.MULTILINE) == [str(n) for n in range(60)]


def test_a_question_without_an_answer_says_what_to_do(asked: Asked) -> None:
    answers = asked(*((name, arguments) for name, arguments, _ in MISTAKES))
    for (name, arguments, says), answer in zip(MISTAKES, answers, strict=True):
        assert set(answer) == {"error"}, (name, arguments, answer)
        assert set(answer["error"]) == {"code", "message", "hint"}
        assert says in answer["error"]["message"] + answer["error"]["hint"], (name, arguments)


def test_without_a_store_it_says_how_to_make_one(project: Project) -> None:
    (answer,) = asyncio.run(session(client_of(project, keep_alive=False), (("query", FLOW),)))
    assert answer["error"]["code"] == "no_store"
    assert "breadcrumb run" in answer["error"]["hint"]


def test_a_store_in_use_is_told_and_answers_later(asked: Asked, recorded: Project) -> None:
    with duckdb.connect(str(recorded.store / "traces.duckdb")):
        (held,) = asked(("query", FLOW))
    assert held["error"]["code"] == "store" and "another program holds" in held["error"]["message"]
    (answer,) = asked(("query", FLOW))
    assert answer["rows"]


def test_tools_take_little_of_a_conversation(client: Client[StdioTransport], loop: asyncio.Runner) -> None:
    async def listed() -> Any:
        async with client:
            return await client.list_tools_mcp()

    result = loop.run(listed())
    assert {tool.name for tool in result.tools} == NAMES and len(NAMES) == 10
    size = len(result.model_dump_json(by_alias=True, exclude_none=True))
    assert size / 4 < 2000, size / 4
    assert all(
        "description" in each for tool in result.tools for each in tool.input_schema["properties"].values()
    )
    asks_first = [tool.name for tool in result.tools if not tool.annotations.read_only_hint]
    assert asks_first == ["run"]
