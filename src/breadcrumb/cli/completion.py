"""`breadcrumb completion bash|zsh|fish`: a script that completes commands and options in a shell.

The words come out of each command's own --help, so that there is no second list of them; the script starts no
Python when somebody presses Tab.
"""

from __future__ import annotations

import contextlib
import io
import re
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.cli.commands import COMMANDS, function_of
from breadcrumb.cli.parser import Parser

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

SHELLS = ("bash", "zsh", "fish")
EXAMPLES = """examples:
  eval "$(breadcrumb completion bash)"                  # in ~/.bashrc
  eval "$(breadcrumb completion zsh)"                   # in ~/.zshrc, after compinit
  breadcrumb completion fish | source                   # in ~/.config/fish/config.fish
"""
PROGRAM = "breadcrumb"
_OPTION = re.compile(r"^ {2,4}(?P<names>-\S.*?)(?=  |$)", re.MULTILINE)
_NAME = re.compile(r"(?<![\w-])--?[a-z][\w-]*")
_CHOICES = re.compile(r"\{([\w,-]+)\}")
_ACTION = re.compile(r"^ {4}(?P<name>[a-z][\w-]*)  ", re.MULTILINE)


@dataclass(frozen=True)
class Words:
    """What can follow a command."""

    options: tuple[str, ...]
    actions: tuple[str, ...]
    """The words that come first; or those that an option takes."""


def main(argv: Sequence[str]) -> int:
    """Print the script for a shell."""
    import argparse
    import sys

    from breadcrumb.cli.ask import fail
    from breadcrumb.questions.facts.ask import NoAnswer

    parser = Parser(
        prog=f"{PROGRAM} completion",
        description="Print a script that completes commands and options.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("shell", metavar="SHELL", choices=SHELLS, help=", ".join(SHELLS))
    try:
        shell = parser.parse_args(list(argv)).shell
    except NoAnswer as error:
        return fail(error, as_json=False)
    sys.stdout.write(_SCRIPTS[shell](_every_command()))
    return 0


def _every_command() -> dict[str, Words]:
    return {name: words_in(_help_of(function_of(name))) for name in COMMANDS}


def _help_of(command: Callable[[Sequence[str]], int]) -> str:
    """Give what a command says of itself; nothing where what it needs is not installed."""
    with contextlib.redirect_stdout(io.StringIO()) as told, contextlib.suppress(SystemExit, ImportError):
        command(["--help"])
    return told.getvalue()


def words_in(text: str) -> Words:
    """Find options and actions in a command's help."""
    options = [name for line in _OPTION.finditer(text) for name in _NAME.findall(line["names"])]
    choices = [each for found in _CHOICES.findall(text) for each in found.split(",")]
    return Words(tuple(dict.fromkeys(options)), tuple(dict.fromkeys([*_ACTION.findall(text), *choices])))


def _bash(commands: Mapping[str, Words]) -> str:
    cases = "\n".join(
        f'        {name}) words="{" ".join((*words.options, *words.actions))}" ;;'
        for name, words in commands.items()
    )
    return f"""_breadcrumb() {{
    local current="${{COMP_WORDS[COMP_CWORD]}}" words
    case "${{COMP_WORDS[1]}}" in
{cases}
        *) words="" ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        words="{" ".join(commands)}"
    fi
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o bashdefault -o default -F _breadcrumb {PROGRAM}
"""


def _zsh(commands: Mapping[str, Words]) -> str:
    return f"autoload -U +X bashcompinit && bashcompinit\n{_bash(commands)}"


def _fish(commands: Mapping[str, Words]) -> str:
    lines = [f"complete -c {PROGRAM} -n __fish_use_subcommand -f -a '{' '.join(commands)}'"]
    for name, words in commands.items():
        given = " ".join((*words.options, *words.actions))
        lines.append(f"complete -c {PROGRAM} -n '__fish_seen_subcommand_from {name}' -a '{given}'")
    return "\n".join(lines) + "\n"


_SCRIPTS: dict[str, Callable[[Mapping[str, Words]], str]] = {"bash": _bash, "zsh": _zsh, "fish": _fish}
