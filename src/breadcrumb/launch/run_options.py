"""Reads the options of `breadcrumb run`; they end at the first word that is not one of them.

Standard library only, and without argparse: the launcher stands between the user and every program.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.common.setting_kinds import MOST_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

HELP = """\
usage: breadcrumb run [options] [--] COMMAND...

Run a program and record every call of the project's own functions, with arguments and returns.
COMMAND is what you would type without us: python app.py, python -m pkg, pytest, flask run, make test, ...

options:
  -i, --include PATTERN  trace these too: a package, module, class or function, or a glob
                         over module.qualname (repeatable)
  --only PATTERN         trace these in place of the project's own code (repeatable)
  -x, --exclude PATTERN  never trace these (repeatable)
  --lines PATTERN        trace these, and keep which lines ran and how each variable changed (repeatable)
  -c, --profile PROFILE  use the settings in [profiles.PROFILE]
  --store DIR            keep the run there (default: .breadcrumb in the project)
  --timeout SECONDS      end the program after that time; exit status 124
  --no-report            say nothing about the run at its end
  -h, --help             show this
"""
INSTRUMENT_HELP = """\
usage: breadcrumb-instrument COMMAND...

Run a program as `breadcrumb run` does, but in its own process: no report at the end, no timeout.
Options are BREADCRUMB_* and OTEL_* variables.
"""


class UsageError(Exception):
    """Words that are no command line of ours."""


class _Option(NamedTuple):
    name: str
    takes_value: bool = True


_OPTIONS = {
    "-i": _Option("include"),
    "--include": _Option("include"),
    "--only": _Option("only"),
    "-x": _Option("exclude"),
    "--exclude": _Option("exclude"),
    "--lines": _Option("lines"),
    "-c": _Option("profile"),
    "--profile": _Option("profile"),
    "--store": _Option("store"),
    "--timeout": _Option("timeout"),
    "--no-report": _Option("no_report", takes_value=False),
    "-h": _Option("help", takes_value=False),
    "--help": _Option("help", takes_value=False),
}


@dataclass(frozen=True)
class RunOptions:
    """What `breadcrumb run` was told."""

    command: tuple[str, ...]
    words: tuple[str, ...] = ()
    """The options, as they would choose the same again; where the store is depends on who asks."""
    include: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    profile: str | None = None
    store: str | None = None
    timeout: float | None = None
    report: bool = True
    help: bool = False


def parse(argv: Sequence[str]) -> RunOptions:
    """Read the words after `breadcrumb run`. Raises UsageError."""
    words = list(argv)
    values: dict[str, list[str]] = {}
    while words and words[0].startswith("-") and words[0] not in ("-", "--"):
        name, value = _option(words)
        values.setdefault(name, []).append(value)
    if words[:1] == ["--"]:
        words.pop(0)
    if not words and "help" not in values:
        raise UsageError("no command given; try: breadcrumb run python app.py")
    return _options(tuple(words), values)


def _option(words: list[str]) -> tuple[str, str]:
    """Take one option, and its value, off the front."""
    word = words.pop(0)
    flag, given, value = (
        word.partition("=") if word.startswith("--") else (word[:2], bool(word[2:]), word[2:])
    )
    option = _OPTIONS.get(flag)
    if option is None or (given and not option.takes_value):
        raise UsageError(f"{word}: no such option; see: breadcrumb run --help")
    if option.takes_value and not given:
        if not words:
            raise UsageError(f"{flag} needs a value; see: breadcrumb run --help")
        value = words.pop(0)
    if option.takes_value and not value:
        raise UsageError(f"{flag} needs a value that is not empty")
    return option.name, value


def pattern_of(word: str) -> str:
    """The word, as a pattern. Raises UsageError where a shell made a file name of it."""
    if not word.strip():
        raise UsageError("an empty pattern names nothing; give a module, or a glob such as 'app.*'")
    if os.path.isfile(word):
        raise UsageError(f"{word} is a file, a pattern names modules or functions; quote it, as in 'app.*'")
    return word


def _options(command: tuple[str, ...], values: dict[str, list[str]]) -> RunOptions:
    def last(name: str) -> str | None:
        return values.get(name, [None])[-1]

    return RunOptions(
        command=command,
        words=tuple(_again(values)),
        include=tuple(map(pattern_of, values.get("include", ()))),
        only=tuple(map(pattern_of, values.get("only", ()))),
        exclude=tuple(map(pattern_of, values.get("exclude", ()))),
        lines=tuple(map(pattern_of, values.get("lines", ()))),
        profile=last("profile"),
        store=last("store"),
        timeout=_seconds(last("timeout")),
        report="no_report" not in values,
        help="help" in values,
    )


def _again(values: dict[str, list[str]]) -> Iterator[str]:
    """Write the options again that say what is traced and how long."""
    flags = {option.name: flag for flag, option in reversed(_OPTIONS.items()) if option.takes_value}
    for name, given in values.items():
        if name in flags and name != "store":
            yield from (word for value in given for word in (flags[name], value))


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= MOST_SECONDS:
        raise UsageError(f"--timeout {text}: expected a number of seconds above 0")
    return seconds
