"""The subcommands of `breadcrumb`, and the function that each is done by."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

COMMANDS = {
    "run": "breadcrumb.launch.launcher:run",
    "query": "breadcrumb.cli.ask:query",
    "runs": "breadcrumb.cli.ask:runs",
    "show": "breadcrumb.cli.ask:show",
    "diff": "breadcrumb.cli.ask:diff",
    "top": "breadcrumb.cli.ask:top",
    "ask": "breadcrumb.cli.asking:main",
    "config": "breadcrumb.cli.config:main",
    "store": "breadcrumb.cli.store:store",
    "export": "breadcrumb.cli.exports:export",
    "forward": "breadcrumb.cli.forward:forward",
    "serve": "breadcrumb.cli.serve:serve",
    "mcp": "breadcrumb.mcp.serving:main",
    "attach": "breadcrumb.cli.attach:attach",
    "completion": "breadcrumb.cli.completion:main",
}
"""Each command's function, as `module:name`; it takes the words and gives the exit code. One is imported."""


def function_of(command: str) -> Callable[[Sequence[str]], int]:
    """Import what a command is done by."""
    module, _, name = COMMANDS[command].partition(":")
    function: Callable[[Sequence[str]], int] = getattr(import_module(module), name)
    return function
