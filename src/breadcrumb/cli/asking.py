"""`breadcrumb ask WORDS`: runs the built-in question that the words mean, and says which one that is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import StoreError, find_store

from breadcrumb.cli import ask
from breadcrumb.cli.parser import Parser, add_filters, ask_from
from breadcrumb.cli.plain_words import Meant, meant
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import folding, one_line
from breadcrumb.questions.facts.ask import NoAnswer, shell

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

EXAMPLES = """examples:
  breadcrumb ask "why did it fail?"
  breadcrumb ask "why is checkout slow"
  breadcrumb ask "where does the value 42.5 come from"
  breadcrumb ask "what changed since the last run"
"""
WORDS = "name a function, a test or a value, or say why, slow, errors, changed, missing or happened"


def main(argv: Sequence[str]) -> int:
    """Run `breadcrumb ask`."""
    as_json = ask.wants_json(argv)
    try:
        arguments = _parser().parse_args(list(argv))
        found = _meant(arguments)
    except NoAnswer as error:
        return ask.fail(error, as_json=as_json)
    except StoreError as error:
        return ask.fail(ask.no_store(error), as_json=as_json)
    command, *words = found.words
    words += _filters(arguments, found.words)
    nobody = f" (nothing in the run is called {', '.join(found.unknown)})" if found.unknown else ""
    said = one_line(f"{shell('breadcrumb', command, *words)}{nobody}") + "\n"
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


def _meant(arguments: argparse.Namespace) -> Meant:
    from breadcrumb_exporter_duckdb.reading.store import open_store

    from breadcrumb.questions.facts.run.run_facts import find_run
    from breadcrumb.questions.facts.run.tests import read_tests

    text = " ".join(arguments.words)
    store = find_store(ask.settings_of(arguments.store).store)
    with open_store(store, every_view=False, tell=folding) as reader:
        run = find_run(reader, ask_from(arguments))
        sql = "select distinct function from base.tally where run_id = ? order by function"
        functions = [name for (name,) in reader.connection.execute(sql, [run.run_id]).fetchall()]
        found = meant(text, functions, [test.name for test in read_tests(reader, run.run_id)])
    if found is None:
        raise NoAnswer(f"no question was recognised in: {text}", WORDS, ExitCode.USAGE)
    return found


def _filters(arguments: argparse.Namespace, words: Sequence[str]) -> list[str]:
    """The options that were given, for the question's own command."""
    given: list[str] = ["--verbose"] if arguments.verbose else []
    names = ["format", "limit", "budget", "store"]
    names += ["test"] if "--test" not in words else []
    names += ["run"] if words[0] == "query" else []
    for name in names:
        value = getattr(arguments, name)
        if value is not None and (name, value) != ("format", "text"):
            given += [f"--{name}", str(value)]
    if words[0] == "query" and arguments.since is not None:
        given += ["--since", f"{int(arguments.since.total_seconds())}s"]
    return given
