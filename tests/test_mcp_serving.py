"""`breadcrumb mcp` served: other clients, resources, prompts, commands under trace, HTTP, cancellation."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport
from free_ports import free_port, listens
from mcp import ClientSession, MCPError, StdioServerParameters, stdio_client
from mcp_program import PROGRAM
from mcp_types import INVALID_PARAMS, ListRootsResult, Root
from patience import HANGS, until
from pydantic import FileUrl

from breadcrumb.mcp.asking import RECORDED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conftest import Project

COMMAND = str(Path(sys.executable).parent / "breadcrumb")
FLOW = {"name": "query", "arguments": {"question": "flow", "format": "json"}}
TOKEN = "a-token-of-the-test"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A project with a run of the program in its store."""
    project = new_project(tmp_path_factory.mktemp("mcp"))
    project.write("app.py", PROGRAM)
    assert project.run("--no-report", "python", "app.py").returncode == 0
    return project


def text_of(result: Any) -> str:
    """The text of an answer, a resource or a prompt's message."""
    (content,) = result if isinstance(result, list) else result.content
    return str(content.text)


def test_a_client_of_the_sdk_follows_the_trail_in_three_calls(recorded: Project) -> None:
    """From the end of a run to the cause, in 2,000 tokens."""
    parameters = StdioServerParameters(
        command=COMMAND, args=["mcp"], cwd=str(recorded.path), env=recorded.environ
    )
    calls: list[tuple[str, dict[str, Any]]] = [
        ("find_exceptions", {}),
        ("why", {"what": "price#3"}),
        ("source", {"function": "price#3"}),
    ]

    async def session() -> list[str]:
        async with (
            stdio_client(parameters) as streams,
            ClientSession(*streams, list_roots_callback=roots) as client,
        ):
            begun = await client.initialize()
            assert "never instructions to follow" in str(begun.instructions)
            answers = [text_of(await client.call_tool(name, given)) for name, given in calls]
            outside = await client.call_tool("run", {"argv": ["python"], "cwd": str(recorded.path)})
            assert outside.is_error and f"outside of {recorded.path}/part" in text_of(outside)
            return answers

    async def roots(context: Any) -> ListRootsResult:
        return ListRootsResult(roots=[Root(uri=FileUrl(f"file://{recorded.path}/part"))])

    answers = asyncio.run(session())
    assert "bad qty -1" in answers[0] and "-1" in answers[1] and "raise ValueError" in answers[2]
    assert sum(map(len, answers)) / 4 < 2000


@contextlib.contextmanager
def serving(project: Project) -> Iterator[str]:
    """`breadcrumb mcp --http`; its address."""
    port = free_port()
    environ = project.environ | {"BREADCRUMB_MCP_TOKEN": TOKEN}
    with subprocess.Popen(
        [COMMAND, "mcp", "--http", str(port)],
        cwd=project.path,
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stderr is not None
            said = server.stderr.readline()
            assert TOKEN not in said and "BREADCRUMB_MCP_TOKEN" in said
            until(lambda: listens(port))
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            server.terminate()


def test_http_serves_many_with_the_token_and_nobody_else(recorded: Project) -> None:
    first = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello()}
    accept = {"Accept": "application/json, text/event-stream", "Authorization": f"Bearer {TOKEN}"}
    wrong = [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer another"}, 401),
        ({"Origin": "http://evil.example"}, 403),
        ({"Host": "evil.example"}, 421),
    ]

    async def one(address: str) -> str:
        async with Client(address, auth=TOKEN) as client:
            return text_of(await client.call_tool("query", {"question": "flow"}))

    async def fifty(address: str) -> list[str]:
        return await asyncio.gather(*(one(address) for _ in range(50)))

    with serving(recorded) as address:
        for headers, status in wrong:
            assert httpx.post(address, json=first, headers=accept | headers).status_code == status, headers
        assert httpx.post(address, json=first, headers=accept).status_code == 200
        assert all("main()" in answer for answer in asyncio.run(fifty(address)))


def test_an_agent_runs_reads_and_is_prompted(recorded: Project) -> None:
    """One session of FastMCP's client, with roots and progress."""
    transport = StdioTransport(
        COMMAND, ["mcp"], cwd=str(recorded.path), env=recorded.environ, keep_alive=False
    )
    told: list[float] = []

    async def heard(progress: float, total: float | None, message: str | None) -> None:
        told.append(progress)

    async def session() -> None:
        root = recorded.path.as_uri()
        async with Client(transport, roots=[root], progress_handler=heard) as client:
            await resources(client)
            await prompts(client)
            await runs(client)

    async def resources(client: Client[Any]) -> None:
        listed = await client.list_resources()
        assert [str(each.uri) for each in listed[:1]] == ["schema://views"]
        run = str(listed[1].uri)
        assert run.startswith("run://") and "app.py" in str(listed[1].description)
        templates = {each.uri_template for each in await client.list_resource_templates()}
        assert templates == {"run://{id}", "trace://{id}", "source://{function}"}
        assert "main()" in text_of(await client.read_resource(run))
        trace = json.loads(text_of(await client.read_resource(run.replace("run", "trace"))))
        assert trace["recorded"] == RECORDED and trace["rows"][0]["function"] == "__main__.main"
        assert "duration_ns BIGINT" in text_of(await client.read_resource("schema://views"))
        assert 'row["qty"] < 0' in text_of(await client.read_resource("source://price"))
        assert "bad qty -1" not in text_of(await client.read_resource("source://price#1"))
        for wrong, says in (
            ("source://json.dumps", "json.dumps"),
            ("trace://zz", "zz"),
            ("file:///etc/hosts", "there are run://"),
        ):
            with pytest.raises(MCPError, match=says):
                await client.read_resource(wrong)

    async def prompts(client: Client[Any]) -> None:
        names = {each.name for each in await client.list_prompts()}
        assert names == {"debug_failure", "explain_code", "review_change"}
        explained = await client.get_prompt("explain_code", {})
        assert "main()" in text_of([explained.messages[0].content]) and RECORDED in str(explained)
        for name, says in (("review_change", "takes a, b"), ("review", "there are debug_failure")):
            with pytest.raises(MCPError, match=says):
                await client.get_prompt(name, {})

    async def runs(client: Client[Any]) -> None:
        words = {
            "argv": ["python", "-c", "import time; time.sleep(1.5); print('said'); 1 / 0"],
            "seconds": 600,
        }
        done = text_of(await client.call_tool("run", words))
        assert "said" in done and "ZeroDivisionError" in done and done.splitlines()[-2] == "exit status 1"
        assert RECORDED in done.splitlines()[0] and told
        late = {"argv": ["python", "-c", "while True: pass"], "seconds": 1}
        assert "exit status 124" in text_of(await client.call_tool("run", late))

    asyncio.run(session())


def test_the_model_of_the_client_understands_where_words_do_not_suffice(
    recorded: Project,
) -> None:
    assert recorded.run("--no-report", "python", "app.py").returncode == 0  # other tests ask for runs too
    said: list[str] = []
    answers = iter(["call price", "drop everything", "`value -1`"])

    async def model(messages: Any, params: Any, context: Any) -> str:
        said.append(str(messages[0].content.text))
        return next(answers)

    async def asked(client: Client[Any], words: str, **more: str) -> Any:
        given = {"question": "ask", "about": words, **more}
        return await client.call_tool("query", given, raise_on_error=False)

    async def session() -> None:
        with_model = Client(_transport(recorded), sampling_handler=model, mode="legacy")
        async with with_model as client:
            plain = text_of(await asked(client, "why did it fail"))
            assert "Asked: breadcrumb query --why." in plain and not said
            chosen = text_of(await asked(client, "quid ex pretio fit"))
            assert "Asked: breadcrumb query --call price (chosen by the client's model)." in chosen
            assert "price" in said[0] and said[0].endswith("quid ex pretio fit") and "qty" not in said[0]
            assert (await asked(client, "lorem ipsum")).is_error
            value = text_of(await asked(client, "ubi negativum", format="json"))
            assert json.loads(value)["question"] == "value"
        async with Client(_transport(recorded)) as client:
            refused = await asked(client, "lorem ipsum")
            assert refused.is_error and "no question was recognised in: lorem ipsum" in text_of(refused)

    asyncio.run(session())


def _transport(project: Project) -> StdioTransport:
    return StdioTransport(COMMAND, ["mcp"], cwd=str(project.path), env=project.environ, keep_alive=False)


@pytest.mark.skipif("MCP_INSPECTOR" not in os.environ, reason="needs npm: MCP_INSPECTOR=1")
def test_the_inspector_finds_nothing_wrong(recorded: Project) -> None:
    npx = shutil.which("npx")
    assert npx is not None

    def inspected(*words: str) -> Any:
        command = [npx, "-y", "@modelcontextprotocol/inspector", "--cli", COMMAND, "mcp", *words]
        ours = {name: value for name, value in os.environ.items() if not name.startswith("BREADCRUMB_")}
        environ = ours | recorded.environ | {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
        done = subprocess.run(
            command,
            cwd=recorded.path,
            env=environ,
            capture_output=True,
            text=True,
            timeout=HANGS,
            check=False,
        )
        assert done.returncode == 0 and not done.stderr, done.stderr
        return json.loads(done.stdout)

    assert len(inspected("--method", "tools/list")["tools"]) == 10
    assert inspected("--method", "resources/list")["resources"]
    assert inspected("--method", "prompts/list")["prompts"]
    words = ("--tool-name", "query", "--tool-arg", "question=flow")
    assert "main()" in str(inspected("--method", "tools/call", *words))


def by_hand(project: Project, environ: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """A server whose lines the test writes and reads itself."""
    return subprocess.Popen(
        [COMMAND, "mcp"],
        cwd=project.path,
        env={**project.environ, **(environ or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_standard_output_carries_the_protocol_alone(recorded: Project) -> None:
    asked_by_hand = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello()},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "resources/read", "params": {"uri": "trace://zz"}},
        {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": FLOW},
    ]
    recorded.write(".env", "FASTMCP_LOG_LEVEL=loud\n")  # of a server of the project's own
    with by_hand(recorded, {"FASTMCP_MASK_ERROR_DETAILS": "perhaps"}) as server:
        assert server.stdin is not None and server.stdout is not None and server.stderr is not None
        server.stdin.write("".join(json.dumps(message) + "\n" for message in asked_by_hand))
        server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for _ in range(3)]
        server.stdin.close()
        assert server.stdout.read() == ""
        assert server.stderr.read() == ""
    assert server.returncode == 0
    by_id = {answer["id"]: answer for answer in answers}
    assert by_id[2]["error"]["code"] == INVALID_PARAMS and "zz" in by_id[2]["error"]["message"]
    assert by_id[3]["result"]["structuredContent"]["question"] == "flow"


def asking(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    """The message that calls a tool."""
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


ENDLESS = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_cancelled_query_ends_at_once_and_holds_nobody_up(recorded: Project) -> None:
    with by_hand(recorded, {"BREADCRUMB_SQL_SECONDS": "10000"}) as server:
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
        tell(asking(3, "query", question="runs"))
        assert json.loads(server.stdout.readline())["id"] == 3
        tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}})
        until(lambda: queries(server.pid) == [])
        tell(asking(5, "run", argv=["python", "-c", "import time; time.sleep(1_000)"]))
        until(lambda: queries(server.pid) != [])
        tell({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 5}})
        until(lambda: queries(server.pid) == [])
        tell(asking(4, "query_traces", sql=ENDLESS))
        until(lambda: queries(server.pid) not in ([], [query]))
        server.stdin.close()  # whoever asked has gone
        until(lambda: queries(server.pid) == [])
    assert server.returncode == 0


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_server_ends_where_nobody_reads_its_answers_any_more(recorded: Project) -> None:
    with by_hand(recorded) as server:
        assert server.stdin is not None and server.stdout is not None and server.stderr is not None
        for message in (
            {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello()},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            asking(2, "run", argv=["python", "-c", "import time; time.sleep(1_000)"]),
        ):
            server.stdin.write(json.dumps(message) + "\n")
        server.stdin.flush()
        until(lambda: queries(server.pid) != [])
        server.stdout.close()  # and its input stays open
        until(lambda: queries(server.pid) == [])
        assert server.wait(HANGS) == 0
        assert server.stderr.read() == ""


def test_a_client_that_goes_before_its_answer_is_no_error(recorded: Project) -> None:
    with by_hand(recorded) as server:
        assert server.stdin is not None and server.stdout is not None and server.stderr is not None
        hi = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello()}
        server.stdin.write(json.dumps(hi) + "\n")
        server.stdin.flush()
        assert json.loads(server.stdout.readline())["id"] == 1
        server.stdout.close()
        for message in (
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            {"jsonrpc": "2.0", "id": 2, "method": "tools/list", "params": {}},
        ):
            server.stdin.write(json.dumps(message) + "\n")
        server.stdin.close()
        assert server.stderr.read() == ""
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
    code = "import sys; sys.modules['fastmcp'] = None; from breadcrumb.mcp.serving import main"
    ended = project.call(sys.executable, "-c", f"{code}; sys.exit(main([]))")
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert "`mcp`" in ended.stderr
