"""Answers `breadcrumb attach PID`: says why a running process cannot be joined, and what to do instead."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from breadcrumb.cli.ask import fail
from breadcrumb.cli.parser import Parser, count
from breadcrumb.exit_codes import ExitCode
from breadcrumb.questions.answer import NoAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence


def attach(argv: Sequence[str]) -> int:
    """Run `breadcrumb attach`: refuses in one line, whatever the process."""
    parser = Parser(
        prog="breadcrumb attach",
        description="Not possible yet: says what is missing, and how to trace the program instead.",
        allow_abbrev=False,
    )
    parser.add_argument("pid", metavar="PID", nargs="?", type=count, help="the process")
    try:
        pid = parser.parse_args(list(argv)).pid
    except NoAnswer as error:
        return fail(error, as_json=False)
    process = "a running process" if pid is None else f"process {pid}, which runs already"
    why = (
        f"it takes sys.remote_exec of Python 3.14, which is not used yet; this is {platform.python_version()}"
    )
    instead = "start the program with `breadcrumb run CMD`, or call breadcrumb.init() in it"
    return fail(NoAnswer(f"cannot attach to {process}: {why}", instead, ExitCode.REFUSED), as_json=False)
