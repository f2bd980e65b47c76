"""What somebody is told who asks for a tool, resource or prompt that there is not, or that has no answer."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastmcp.exceptions import NotFoundError, ValidationError
from fastmcp.server.middleware import Middleware

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.mcp import running
from breadcrumb.mcp.asking import refusal
from breadcrumb.mcp.called import result
from breadcrumb.mcp.tools import TOOLS
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from fastmcp.server.middleware import CallNext, MiddlewareContext


def refused(text: str) -> ValidationError:
    """The protocol's error, for those answers that have no room for one; the client alone is told."""
    return ValidationError(text, log_level=logging.DEBUG)


class Refusals(Middleware):
    """Names what there is, where somebody asks for what there is not."""

    def __init__(self, resources: list[str], prompts: list[str]) -> None:
        self._resources, self._prompts = ", ".join(resources), ", ".join(prompts)

    async def on_call_tool(self, context: MiddlewareContext[Any], call_next: CallNext[Any, Any]) -> Any:
        """Call it."""
        try:
            return await call_next(context)
        except NotFoundError:
            known = ", ".join([*(each.name for each in TOOLS), running.NAME])
            words = f"there is no tool {context.message.name}", f"the tools are {known}"
            return result(refusal(NoAnswer(*words, ExitCode.USAGE)))

    async def on_read_resource(self, context: MiddlewareContext[Any], call_next: CallNext[Any, Any]) -> Any:
        """Read it."""
        try:
            return await super().on_read_resource(context, call_next)
        except NotFoundError as error:
            uri = context.message.uri
            raise refused(f"there is no resource {uri}: there are {self._resources}") from error

    async def on_get_prompt(self, context: MiddlewareContext[Any], call_next: CallNext[Any, Any]) -> Any:
        """Get it."""
        try:
            return await call_next(context)
        except NotFoundError as error:
            name = context.message.name
            raise refused(f"there is no prompt {name}: there are {self._prompts}") from error
