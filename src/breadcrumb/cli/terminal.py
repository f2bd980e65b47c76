"""How an answer reaches a person at a terminal: fitted to its width, in colour, a long one in a pager.

What is piped, redirected or read by an agent is never touched: it is the text of the answer, byte for byte.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from typing import TYPE_CHECKING

from breadcrumb.common.messages import one_line
from breadcrumb.render.parts.fitting import fitted, margin_at

if TYPE_CHECKING:
    from collections.abc import Mapping

AUTO, ALWAYS = "auto", "always"
NARROWEST = 60
"""Columns below which lines are not cut further: they would say nothing."""

BOLD, DIM, RED, CYAN, PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[36m", "\x1b[0m"
_COMMAND = re.compile(r"(?P<before>(?:Next|   or|all|more|each|ask): )(?P<command>breadcrumb .+)")
_CALL = re.compile(r"(?P<indent>\s*)(?P<name>[\w.<>]+)(?=\()")
_RAISED = re.compile(
    r"(?:^\s*|  !! )(?P<raised>[\w.]*(?:Error|Exception|Exit|Interrupt)\b(?:: .*?)?)(?=    |$)"
)


def write(text: str, color: str = AUTO, *, is_paged: bool = True) -> None:
    """Write the lines of an answer to stdout."""
    is_terminal = sys.stdout.isatty()
    colored = color == ALWAYS or (color == AUTO and is_terminal and _is_wanted(os.environ))
    if not is_terminal and not colored:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
        return
    lines = text.split("\n")
    columns, rows = shutil.get_terminal_size()
    if is_terminal:
        lines = within(lines, max(columns, NARROWEST))
    if colored:
        lines = [painted(line) for line in lines]
    written = "\n".join(lines) + "\n"
    if is_paged and is_terminal and len(lines) >= rows and _paged(written):
        return
    sys.stdout.write(written)
    sys.stdout.flush()


def within(lines: list[str], columns: int) -> list[str]:
    """Fit lines into a terminal, but for commands, which are to be copied; say so where something was cut."""
    shown = [line if _COMMAND.search(line) else fitted(line, columns) for line in lines]
    cut = sum(before != after for before, after in zip(lines, shown, strict=True))
    if not cut:
        return shown
    were = "1 line was" if cut == 1 else f"{cut} lines were"
    return [*shown, f"({were} cut to the terminal's width; whole: add `| cat`)"]


def painted(line: str) -> str:
    """Colour what one looks for: exceptions, commands to type, names; what stands beside is dim."""
    command = _COMMAND.search(line)
    if command is not None:
        return f"{line[: command.start('command')]}{CYAN}{command['command']}{PLAIN}"
    at = margin_at(line)
    head, beside = line[:at], line[at:]
    raised = _RAISED.search(head)
    if raised is not None:
        start, end = raised.span("raised")
        head = f"{head[:start]}{RED}{head[start:end]}{PLAIN}{head[end:]}"
    head = _CALL.sub(rf"\g<indent>{BOLD}\g<name>{PLAIN}", head, count=1) if _CALL.match(head) else head
    return f"{head}{DIM}{beside}{PLAIN}" if beside else head


def _is_wanted(environment: Mapping[str, str]) -> bool:
    """Tell whether colour is welcome: https://no-color.org, and a terminal that has any."""
    return not environment.get("NO_COLOR") and environment.get("TERM", "dumb") != "dumb"


def _paged(text: str) -> bool:
    """Show the text in the reader's pager, as git does; False where there is none, or none is wanted."""
    if not sys.stdin.isatty() or os.environ.get("TERM", "dumb") == "dumb":
        return False
    import shlex
    import subprocess

    command = shlex.split(os.environ.get("BREADCRUMB_PAGER", os.environ.get("PAGER", "less")))
    if not command or command[0] == "cat" or shutil.which(command[0]) is None:
        return False
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    try:
        subprocess.run(command, input=text.encode(errors="replace"), env=environment, check=False)
    except OSError as error:
        sys.stderr.write(one_line(f"breadcrumb: {command[0]}: {error}") + "\n")
        return False
    except KeyboardInterrupt:
        pass
    return True
