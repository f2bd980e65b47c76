"""Answers `breadcrumb attach PID`: traces a process that runs already, until Ctrl-C or for a time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import location, ownership
from breadcrumb_exporter_duckdb.base.records import replace
from breadcrumb_exporter_duckdb.format import encryption

from breadcrumb.attach import controller, pep768
from breadcrumb.cli.ask import fail
from breadcrumb.cli.parser import Parser
from breadcrumb.common import settings
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say
from breadcrumb.common.quantities import count, seconds
from breadcrumb.launch import closing
from breadcrumb.launch.run_options import UsageError, pattern_of
from breadcrumb.questions.facts.ask import Ask, NoAnswer

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from breadcrumb.common.settings import Settings

WAIT_SECONDS = 30.0
"""How long the main thread may take to run Python code."""


def attach(argv: Sequence[str]) -> int:
    """Run `breadcrumb attach`."""
    try:
        return _attach(_parser().parse_args(list(argv)))
    except NoAnswer as error:
        trouble = error
    except pep768.RemoteError as error:
        trouble = NoAnswer(error.message, error.hint, error.code)
    except location.StoreError as error:
        trouble = NoAnswer(error.message, error.hint, ExitCode.STORE)
    except (settings.SettingsError, UsageError) as error:
        trouble = NoAnswer(str(error), code=ExitCode.USAGE)
    return fail(trouble, as_json=False)


def _parser() -> Parser:
    parser = Parser(
        prog="breadcrumb attach",
        description="Trace a process that runs already (Python 3.14 or newer) until Ctrl-C, then report. "
        "The program goes on, untraced again.",
        allow_abbrev=False,
    )
    parser.add_argument("pid", metavar="PID", type=count, help="the process")
    for flags, text in (
        (
            ("-i", "--include"),
            "trace these too: a package, module, class or function, or a glob over module.qualname "
            "(repeatable)",
        ),
        (("--only",), "trace these in place of the project's own code (repeatable)"),
        (("-x", "--exclude"), "never trace these (repeatable)"),
        (("--lines",), "trace these, and keep which lines ran and how each variable changed (repeatable)"),
    ):
        parser.add_argument(*flags, metavar="PATTERN", action="append", default=[], help=text)
    parser.add_argument("-c", "--profile", metavar="PROFILE", help="use the settings in [profiles.PROFILE]")
    parser.add_argument(
        "--store", metavar="DIR", help="keep the run there (default: the store of this directory)"
    )
    parser.add_argument(
        "--seconds", metavar="N", type=seconds, help="trace for so long instead of until Ctrl-C"
    )
    parser.add_argument(
        "--wait",
        metavar="N",
        type=seconds,
        default=WAIT_SECONDS,
        help=f"give up when its main thread runs no Python code for so long (default: {WAIT_SECONDS:g})",
    )
    parser.add_argument("--no-report", action="store_true", help="say nothing about the run at its end")
    return parser


def _attach(arguments: argparse.Namespace) -> int:
    interrupts = controller.Interrupts()
    pid = arguments.pid
    owner = pep768.owner(pid)
    resolved = _settings(arguments)
    with controller.join(pid, interrupts, arguments.wait) as channel:
        controller.become(owner)
        attachment = controller.begin(pid, channel, _with_store(resolved), interrupts)
        _follow(attachment, interrupts, arguments)
    return ExitCode.OK


def _follow(
    attachment: controller.Attachment, interrupts: controller.Interrupts, arguments: argparse.Namespace
) -> None:
    store = attachment.store
    where = None if location.find_store(None) == store else str(store)
    query = Ask(store=where).query("--flow", "--run", attachment.run_id)
    until = (
        "Ctrl-C ends that" if arguments.seconds is None else f"for {arguments.seconds:g} s, or until Ctrl-C"
    )
    say(f"process {attachment.pid} is traced as run {attachment.run_id}, {until}; meanwhile: {query}")
    say(attachment.follow(interrupts, arguments.seconds))
    if arguments.no_report:
        closing.fold(store)
    else:
        closing.report(store, attachment.run_id)


def _settings(arguments: argparse.Namespace) -> Settings:
    flags = {
        name: tuple(map(pattern_of, getattr(arguments, name)))
        for name in ("include", "only", "exclude", "lines")
    }
    resolved = settings.load(Path.cwd(), profile=arguments.profile, flags={**flags, "store": arguments.store})
    if not resolved.enabled:
        raise NoAnswer("nothing is traced: enabled is false in the settings", code=ExitCode.REFUSED)
    return resolved


def _with_store(resolved: Settings) -> Settings:
    """Make the store ready, as the process's user; the key is read here where it is in the keyring."""
    store = ownership.prepare(Path(resolved.store) if resolved.store else location.find_store())
    encryption.use(resolved.encryption_key)
    encryption.prepare(store)
    return replace(resolved, store=str(store), encryption_key=os.environ.get(encryption.ENV_KEY))
