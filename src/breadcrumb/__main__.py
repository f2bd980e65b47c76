"""The `breadcrumb` command: hands its words to the one part that a subcommand needs, imports nothing else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HELP = """usage: breadcrumb COMMAND ...

See what a Python program did: every call with its arguments and its return.

  breadcrumb run [OPTIONS] [--] CMD...    run a program, traced
  breadcrumb query QUESTION [OPTIONS]     ask what it did: --flow, --gaps, --call F, --errors, ...
  breadcrumb ask "why is it slow"         the same in plain words
  breadcrumb runs                         the runs that were recorded
  breadcrumb show ID                      a run, a trace or a call
  breadcrumb diff A [B]                   where two runs came apart
  breadcrumb top                          the slowest calls of the last run
  breadcrumb config add-include PATTERN   trace more; also remove-include, show, validate
  breadcrumb store info                   the store: also prune, pin, compact, clear, verify, import
  breadcrumb export RUN --to html FILE    a run as a page to look at; also zip, parquet, jsonl, otlp-json
  breadcrumb forward [RUN] --endpoint URL a run to an OpenTelemetry backend; goes on where it stopped
  breadcrumb serve                        spans of other programs into the store, over OTLP
  breadcrumb mcp                          the same questions for an agent, over MCP; mcp install CLIENT
  breadcrumb attach PID [OPTIONS]         trace a program that runs already (Python 3.14)
  breadcrumb --version

example:
  breadcrumb run python app.py
  breadcrumb query --flow

Each command has its own --help.
"""


def main() -> int:
    """Run `breadcrumb` with the words of this process; gives the exit code."""
    return _dispatch(sys.argv[1:])


def query() -> int:
    """Run `breadcrumb-query`, which is `breadcrumb query`."""
    return _dispatch(["query", *sys.argv[1:]])


def _dispatch(words: Sequence[str]) -> int:
    command, *rest = words or ["--help"]
    if command == "run":
        from breadcrumb.launch.launcher import run

        return run(rest)
    if command in ("query", "runs", "show", "diff", "top"):
        from breadcrumb.cli import ask

        commands = {"query": ask.query, "runs": ask.runs, "show": ask.show, "diff": ask.diff, "top": ask.top}
        return commands[command](rest)
    if command == "ask":
        from breadcrumb.cli.asking import main as ask_in_words

        return ask_in_words(rest)
    if command == "config":
        from breadcrumb.cli.config import main as config

        return config(rest)
    if command == "store":
        from breadcrumb.cli.store import store

        return store(rest)
    if command == "export":
        from breadcrumb.cli.exports import export

        return export(rest)
    if command == "forward":
        from breadcrumb.cli.forward import forward

        return forward(rest)
    if command == "serve":
        from breadcrumb.cli.serve import serve

        return serve(rest)
    if command == "mcp":
        from breadcrumb.mcp.serving import main as mcp

        return mcp(rest)
    if command == "attach":
        from breadcrumb.cli.attach import attach

        return attach(rest)
    return _other(command)


def _other(command: str) -> int:
    if command in ("-h", "--help", "help"):
        sys.stdout.write(HELP)
        return 0
    if command in ("-V", "--version"):
        from importlib.metadata import version

        sys.stdout.write(f"breadcrumb {version('breadcrumb-otel')}\n")
        return 0
    from breadcrumb.common.messages import say

    say(f"there is no command {command} (see breadcrumb --help)")
    return 2


if __name__ == "__main__":
    sys.exit(main())
