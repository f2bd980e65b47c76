"""The `breadcrumb` command: hands its words to the one part that a subcommand needs, imports nothing else."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from breadcrumb_exporter_duckdb.base import own_process

from breadcrumb.cli.commands import COMMANDS, function_of

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
  breadcrumb completion bash|zsh|fish     a script that completes commands and options
  breadcrumb --version

example:
  breadcrumb run python app.py
  breadcrumb query --flow

Each command has its own --help.
"""


def main() -> int:
    """Run `breadcrumb` with the words of this process; gives the exit code."""
    return _until_read(sys.argv[1:])


def query() -> int:
    """Run `breadcrumb-query`, which is `breadcrumb query`."""
    return _until_read(["query", *sys.argv[1:]])


QUESTIONS = ("query", "runs", "show", "diff", "top", "ask")


def command() -> NoReturn:
    """Be the command `breadcrumb`."""
    _leave(main(), *sys.argv[1:2])


def query_command() -> NoReturn:
    """Be the command `breadcrumb-query`."""
    _leave(query(), "query")


def _leave(code: int, command: str = "") -> NoReturn:
    if command in (*QUESTIONS, "run"):
        own_process.leave(code)
    sys.exit(code)  # others may have more to take apart


def _until_read(words: Sequence[str]) -> int:
    """Run a command; its output may be closed, or full, or read by somebody who has enough before its end."""
    if words[:1] == ["run"]:  # the output is the program's
        return _dispatch(words)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - as long as the process
    try:
        code = _dispatch(words)
        sys.stdout.flush()
    except OSError as error:
        # point stdout elsewhere, so that the interpreter's last flush is quiet
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0 if isinstance(error, BrokenPipeError) else _failed(error)
    return code


def _failed(error: OSError) -> int:
    from breadcrumb.common.messages import say

    say(str(error))
    return 1


def _dispatch(words: Sequence[str]) -> int:
    command, *rest = words or ["--help"]
    if command not in COMMANDS:
        return _other(command)
    own_process.begin(relations=command not in QUESTIONS)
    return function_of(command)(rest)


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
    command()
