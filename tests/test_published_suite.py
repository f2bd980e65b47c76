"""The suite of a published package fails: pytest says why, and an agent is at the cause in three calls."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastmcp import Client
from fastmcp.client.transports import StdioTransport

if TYPE_CHECKING:
    from conftest import Project

PACKAGE = "sortedcontainers"
RIGHT = "values = sorted(iterable)\n"
WRONG = "values = sorted(iterable)[:-1]\n"
TEST = "SortedDict.pop"
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("why", {"test": TEST}),
    ("query", {"question": "call", "about": "SortedList.update", "test": TEST}),
    ("source", {"function": "SortedList.update", "test": TEST}),
]
TOKENS = 2_000
COMMAND = str(Path(sys.executable).with_name("breadcrumb"))


@pytest.fixture
def broken(project: Project) -> Project:
    """A project that is the package, with one line of it changed."""
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        pytest.skip(f"{PACKAGE} is not installed")
    shutil.copytree(Path(found.origin).parent, project.path / PACKAGE)
    module = project.path / PACKAGE / "sortedlist.py"
    text = module.read_text()
    assert RIGHT in text
    module.write_text(text.replace(RIGHT, WRONG, 1))
    return project


def test_it_is_three_calls_from_a_failing_suite_to_the_cause(broken: Project) -> None:
    words = ("-p", "no:cacheprovider", "--breadcrumb", "--breadcrumb-keep", "failures")
    done = broken.call("python", "-m", "pytest", "--doctest-modules", f"{PACKAGE}/sorteddict.py", *words)
    assert done.returncode == 1
    told = done.stdout.partition("= breadcrumb =")[2]
    assert "ValueError: 'c' not in list" in told and "SortedList.remove" in told
    printed = broken.call("breadcrumb", "mcp", "install", "claude-code", "--print").stdout
    settings = json.loads(printed[printed.index("{") : printed.index("\n# ")])
    server = settings["mcpServers"]["breadcrumb"]
    answers = asyncio.run(asked(broken, server["command"], server["args"], CALLS))
    assert "'c' not in list" in answers[0] and "[['a', 'b']]" in answers[0]
    assert "called by SortedDict.update" in answers[1] and WRONG.strip() in answers[2]
    assert sum(map(len, answers)) / 4 < TOKENS, list(map(len, answers))


async def asked(
    project: Project, command: str, arguments: list[str], calls: list[tuple[str, dict[str, Any]]]
) -> list[str]:
    """What the tools answer, one after the other."""
    transport = StdioTransport(command, arguments, cwd=str(project.path), env=project.environ)
    async with Client(transport) as client:
        told = [await client.call_tool(name, given) for name, given in calls]
    return [str(getattr(each.content[0], "text", "")) for each in told]
