"""`breadcrumb ask WORDS`: runs the built-in question that the words mean, and says which one that is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import StoreError

from breadcrumb.cli import ask
from breadcrumb.cli.parser import Parser, add_filters, ask_from
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import folding, one_line
from breadcrumb.questions.facts.ask import NoAnswer, shell
from breadcrumb.questions.plain_words import HINT, Meant, known_names, meant
from breadcrumb.stores.chosen import chosen_store, is_elsewhere, opened

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

EXAMPLES = """examples:
  breadcrumb ask "why did it fail?"
  breadcrumb ask "why is checkout slow"
  breadcrumb ask "where does the value 42.5 come from"
  breadcrumb ask "what changed since the last run"
"""


def main(argv: Sequence[str]) -> int:
    """Run `breadcrumb ask`."""
    as_json = ask.wants_json(argv)
    try:
        arguments = _parser().parse_args(list(argv))
        found, store = _meant(arguments)
    except NoAnswer as error:
        return ask.fail(error, as_json=as_json)
    except StoreError as error:
        return ask.fail(ask.no_store(error), as_json=as_json)
    command, *words = found.command
    shown = [*words, *_filters(arguments, found.command, store)]
    words += _filters(arguments, found.command, arguments.store)
    nobody = f" (not understood: {', '.join(found.unknown)})" if found.unknown else ""
    said = one_line(f"{shell('breadcrumb', command, *shown)}{nobody}") + "\n"
    (sys.stderr if arguments.format == "json" else sys.stdout).write(said)
    sys.stdout.flush()
    return ask.diff(words) if command == "diff" else ask.query(words)


def _parser() -> Parser:
    import argparse

    parser = Parser(
        prog="breadcrumb ask",
        description="Ask in plain words: runs the question that they mean, and says which.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("words", metavar="WORDS", nargs="+", help="the question")
    add_filters(parser, test=True)
    return parser


def _meant(arguments: argparse.Namespace) -> tuple[Meant, str | None]:
    """The question, and the store as commands name it."""
    text = " ".join(arguments.words)
    settings = ask.settings_of(None if is_elsewhere(arguments.store) else arguments.store)
    store, name = chosen_store(arguments.store, settings)
    with opened(store, ask_from(arguments), "functions", (), folding) as reader:
        found = meant(text, *known_names(reader, ask_from(arguments)))
    if found is None:
        raise NoAnswer(f"no question was recognised in: {text}", HINT, ExitCode.USAGE)
    return found, name


def _filters(arguments: argparse.Namespace, words: Sequence[str], store: str | None) -> list[str]:
    """The options that were given, for the question's own command."""
    given: list[str] = ["--verbose"] if arguments.verbose else []
    given += ["--store", store] if store is not None else []
    names = ["format", "limit", "budget", "color"]
    names += ["test"] if "--test" not in words else []
    names += ["run"] if words[0] == "query" else []
    for name in names:
        value = getattr(arguments, name)
        if value is not None and (name, value) not in (("format", "text"), ("color", "auto")):
            given += [f"--{name}", str(value)]
    if words[0] == "query" and arguments.since is not None:
        given += ["--since", f"{int(arguments.since.total_seconds())}s"]
    return given
