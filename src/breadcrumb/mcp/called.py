"""The tools as FastMCP serves them, with schemas written by hand: they fit in 2,000 tokens."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from fastmcp.server.dependencies import get_context
from fastmcp.tools.base import Tool, ToolResult
from mcp_types import TextContent, ToolAnnotations

from breadcrumb.mcp import running
from breadcrumb.mcp.arguments import checked, schema
from breadcrumb.mcp.asking import Asker, Given, Told, refusal
from breadcrumb.mcp.threads import in_thread
from breadcrumb.mcp.tools import TOOLS
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import mcp_types as types

    from breadcrumb.mcp import tools
    from breadcrumb.mcp.arguments import Argument

READS = ToolAnnotations(read_only_hint=True)
RUNS = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=True)


class Called(Tool):
    """A tool that checks its arguments itself, and answers in text."""

    _takes: Mapping[str, Argument]
    _answer: Callable[[Given], Awaitable[Told]]

    def __init__(
        self, takes: Mapping[str, Argument], answer: Callable[[Given], Awaitable[Told]], **described: Any
    ) -> None:
        super().__init__(parameters=schema(takes), **described)
        self._takes, self._answer = takes, answer

    def to_mcp_tool(self, **overrides: Any) -> types.Tool:
        """Describe it without a title made of its name and without tags: they cost tokens."""
        return super().to_mcp_tool(**overrides, title=None, _meta=None)

    async def run(self, arguments: dict[str, Any]) -> ToolResult:
        """Answer, or say why there is no answer."""
        try:
            return result(await self._answer(checked(self.name, self._takes, arguments)))
        except NoAnswer as problem:
            return result(refusal(problem))


def called(asker: Asker) -> list[Called]:
    """Every tool."""

    async def run(given: Given) -> Told:
        return await running.run(get_context(), asker.store, given)

    found = [_reading(asker, tool) for tool in TOOLS]
    running_one = Called(
        running.ARGUMENTS, run, name=running.NAME, description=running.DESCRIPTION, annotations=RUNS
    )
    return [*found, running_one]


def _reading(asker: Asker, tool: tools.Tool) -> Called:
    async def ask(given: Given) -> Told:
        return await in_thread(partial(tool.ask, asker, given))

    return Called(tool.arguments, ask, name=tool.name, description=tool.description, annotations=READS)


def result(told: Told) -> ToolResult:
    """The answer as FastMCP gives it."""
    content = [TextContent(text=told.text)]
    return ToolResult(content, structured_content=told.object, is_error=told.is_error)
