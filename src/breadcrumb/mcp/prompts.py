"""Prompts: what somebody may ask an agent to do with a run, each with the first answer at hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass
from fastmcp.prompts.base import Prompt as FastMCPPrompt
from fastmcp.prompts.base import PromptArgument

from breadcrumb.mcp.refusals import refused
from breadcrumb.mcp.threads import in_thread
from breadcrumb.mcp.tools import TOOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from breadcrumb.mcp.asking import Asker, Tell, Told


@dataclass(frozen=True)
class Prompt:
    """One prompt: its words, and the tool whose answer goes with them."""

    description: str
    arguments: Mapping[str, str]
    words: str
    tool: str
    given: Mapping[str, str]
    """Arguments of the tool besides those of the prompt."""
    required: bool = False


PROMPTS = {
    "debug_failure": Prompt(
        "Find out why a run or a test failed",
        {"run": "A run's id; default the last", "test": "A test of it"},
        "Find the cause of this failure. Below is how it came to it. Follow the values that are wrong with "
        "`value`, look at a call with `query` (call, about name#4) and at the code with `source`. Name the "
        "cause with the values that prove it before you change anything; then run it again with `run` and "
        "compare with `diff`.",
        "why",
        {},
    ),
    "explain_code": Prompt(
        "Explain a code base from what one run of it did",
        {"run": "A run's id; default the last"},
        "Explain this code base to somebody new, from what it did in this run: its parts, who calls whom, "
        "what goes in and out, where the time goes. Below are its calls in order. Look closer with `query` "
        "(trace, call), `source` and `analyze_performance`; say what this run did not show (`query` gaps).",
        "query",
        {"question": "flow"},
    ),
    "review_change": Prompt(
        "Review a change by a run before it and a run after it",
        {"a": "The run before", "b": "The run after; default the last"},
        "Review this change by what it did. Below is where the two runs came apart. Tell which differences "
        "the change means, and which nobody meant; look at each side with `query` (call, about name#4, run) "
        "and `source`.",
        "diff",
        {},
        required=True,
    ),
}


class Asked(FastMCPPrompt):
    """A prompt with the answer that it begins with."""

    _ask: Callable[[Mapping[str, str], Tell], Told]
    _prompt: Prompt

    def __init__(self, asker: Asker, name: str) -> None:
        prompt = PROMPTS[name]
        super().__init__(
            name=name,
            description=prompt.description,
            arguments=[
                PromptArgument(name=each, description=words, required=prompt.required and each == "a")
                for each, words in prompt.arguments.items()
            ],
        )
        tool = next(each for each in TOOLS if each.name == prompt.tool)
        self._prompt = prompt
        self._ask = lambda given, tell: tool.ask(asker, given, tell)

    async def render(self, arguments: dict[str, Any] | None = None) -> str:
        """Ask, and put the words before the answer."""
        prompt, given = self._prompt, arguments or {}
        unknown = [each for each in given if each not in prompt.arguments]
        if unknown or (prompt.required and not given.get("a")):
            raise refused(f"{self.name} takes {', '.join(prompt.arguments)}")
        filled = {each: value for each, value in given.items() if value}
        told = await in_thread(partial(self._ask, {**filled, **prompt.given}))
        return f"{prompt.words}\n\n{told.text}"
