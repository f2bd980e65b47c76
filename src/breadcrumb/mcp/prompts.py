"""Prompts: what somebody may ask an agent to do with a run, each with the first answer at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.mcp.tools import TOOLS
from breadcrumb.questions.facts.ask import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mcp_types import GetPromptResult, ListPromptsResult

    from breadcrumb.mcp.asking import Asker, Tell


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


def listed() -> ListPromptsResult:
    """Every prompt."""
    import mcp_types as types

    return types.ListPromptsResult(
        prompts=[
            types.Prompt(
                name=name,
                description=prompt.description,
                arguments=[
                    types.PromptArgument(
                        name=each, description=words, required=prompt.required and each == "a"
                    )
                    for each, words in prompt.arguments.items()
                ],
            )
            for name, prompt in PROMPTS.items()
        ]
    )


def got(asker: Asker, name: str, arguments: Mapping[str, str], tell: Tell) -> GetPromptResult:
    """A prompt with the answer it begins with. Raises NoAnswer."""
    import mcp_types as types

    prompt = PROMPTS.get(name)
    if prompt is None:
        raise NoAnswer(f"there is no prompt {name}: there are {', '.join(PROMPTS)}", code=ExitCode.USAGE)
    unknown = [each for each in arguments if each not in prompt.arguments]
    if unknown or (prompt.required and not arguments.get("a")):
        raise NoAnswer(f"{name} takes {', '.join(prompt.arguments)}", code=ExitCode.USAGE)
    tool = next(each for each in TOOLS if each.name == prompt.tool)
    filled = {each: value for each, value in arguments.items() if value}
    told = tool.ask(asker, {**filled, **prompt.given}, tell)
    text = types.TextContent(text=f"{prompt.words}\n\n{told.text}")
    return types.GetPromptResult(
        description=prompt.description, messages=[types.PromptMessage(role="user", content=text)]
    )
