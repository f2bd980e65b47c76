"""What can be typed after `breadcrumb query`, `runs`, `show` and `top`."""

from __future__ import annotations

import argparse
import shutil
import textwrap
from typing import TYPE_CHECKING, NoReturn

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.quantities import age, count
from breadcrumb.questions.facts.ask import Ask, NoAnswer

if TYPE_CHECKING:
    from collections.abc import Sequence

QUERY_EXAMPLES = """examples:
  breadcrumb query --why
  breadcrumb query --call withdraw --where 'amount > 30'
  breadcrumb query --errors --since 10m
  breadcrumb query --sql "SELECT function, count(*) FROM calls GROUP BY ALL"
"""

QUESTIONS = tuple(
    f"--{name}"
    for name in (
        "flow",
        "gaps",
        "call",
        "lines",
        "trace",
        "why",
        "value",
        "source",
        "functions",
        "expensive",
        "data",
        "errors",
        "sql",
    )
)
"""The options that are questions."""

STORE_ACTIONS = {
    "info": "where the store is, what it holds and what it takes",
    "prune": "let go of what is beyond the limits",
    "pin": "keep a run whatever the limits say",
    "unpin": "let a run go when its time has come",
    "compact": "write the database anew, without what is free in it",
    "clear": "remove every run",
    "verify": "look for damaged files and for rows that contradict each other",
    "export": "write a run to files: one to read elsewhere, a page, Parquet, JSON Lines or OTLP JSON",
    "import": "take in a run exported to zip or Parquet, spans in OTLP or Jaeger JSON, or a store",
    "adopt": "use a store from now on that this account's Breadcrumb did not make",
}


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, raised as `NoAnswer`."""

    def error(self, message: str) -> NoReturn:
        """Raise the error instead of printing the usage and exiting."""
        raise NoAnswer(message, f"see {self.prog} --help", ExitCode.USAGE)

    def format_help(self) -> str:
        """Write the help, its description as wide as the terminal, also where the examples are as written."""
        columns = max(shutil.get_terminal_size().columns - 2, 40)
        self.description = self.description and textwrap.fill(self.description, columns)
        return super().format_help()


def query_parser() -> Parser:
    """Parse `breadcrumb query`."""
    parser = Parser(
        prog="breadcrumb query",
        usage="breadcrumb query QUESTION [OPTIONS]",
        description="Ask what a traced program did: the last run, unless --run names another.",
        epilog=QUERY_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
        add_help=False,
    )
    question = parser.add_argument_group("questions, one of").add_mutually_exclusive_group(required=True)
    for name, metavar, words in (
        ("why", "[WHAT]", "how it came to a failure, or to what a call F#4 did"),
        ("flow", "[F]", "what happened, in order, as a tree; below F or an id"),
        ("call", "F", "what went in and out of F; F#4 is its fourth call"),
        ("trace", "F", "the calls of F, or of an id, and all below them"),
        ("value", "TEXT", "which calls held a number or a word, in order"),
        ("source", "F", "the source of F, beside its lines what happened there"),
        ("lines", "F", "which lines of F ran and what each changed"),
        ("data", "TYPE", "where objects went and what changed them; TYPE.field"),
        ("errors", "", "each exception once, and who handled it"),
        ("functions", "[F]", "the map of the run: each function, or those of F"),
        ("expensive", "", "where the time went"),
        ("gaps", "", "what was called but not traced, and how to trace it"),
        ("sql", "SELECT", "your own query over calls, exceptions, gaps, ..."),
    ):
        if not metavar:
            question.add_argument(f"--{name}", action="store_true", help=words)
        elif metavar.startswith("["):
            question.add_argument(f"--{name}", metavar=metavar[1:-1], nargs="?", const="", help=words)
        else:
            question.add_argument(f"--{name}", metavar=metavar, help=words)
    options = parser.add_argument_group("options")
    options.add_argument("--where", metavar="EXPR", help="with --call, --trace: such calls: 'amount > 30'")
    options.add_argument("--full", action="store_true", help="with --call: whole values, as far as recorded")
    options.add_argument(
        "--handled", action="store_true", help="with --errors: what was handled where raised too"
    )
    add_filters(options, test=True)
    options.add_argument("-h", "--help", action="help", help="show this")
    return parser


def list_parser(name: str, description: str) -> Parser:
    """Parse `breadcrumb runs` and `breadcrumb top`."""
    parser = Parser(prog=f"breadcrumb {name}", description=description, allow_abbrev=False)
    add_filters(parser, run=name != "runs")
    return parser


def show_parser() -> Parser:
    """Parse `breadcrumb show`."""
    parser = Parser(
        prog="breadcrumb show",
        description="Show a run, a trace, a call or a span by its id.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "id", metavar="ID", help="a run, trace or span id, or the beginning of one; `last` is the last run"
    )
    add_filters(parser, run=False, since=False)
    return parser


def diff_parser() -> Parser:
    """Parse `breadcrumb diff`."""
    parser = Parser(
        prog="breadcrumb diff",
        description="Compare two runs, or two calls of one run with all below them: where they came apart "
        "first, and what was called more often.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "a",
        metavar="A",
        nargs="?",
        default="last",
        help="a run's id, or its beginning; `last` alone: against the one before; or a call: F#1, a span id; "
        "with --test alone: the last run in which that test passed, against the last in which it failed",
    )
    parser.add_argument("b", metavar="B", nargs="?", default="last", help="the other one (default: last)")
    parser.add_argument(
        "--ignore",
        metavar="PATTERN",
        action="append",
        default=[],
        help="leave out these functions, arguments or fields (repeatable): '*.timestamp'",
    )
    add_filters(parser, since=False, test=True)
    return parser


def store_parser() -> Parser:
    """Parse `breadcrumb store`."""
    parser = Parser(
        prog="breadcrumb store",
        description="Look after the store: where runs are kept.",
        allow_abbrev=False,
    )
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True, parser_class=Parser)
    for name, text in STORE_ACTIONS.items():
        action = actions.add_parser(name, help=text, description=text, allow_abbrev=False)
        if name in ("pin", "unpin"):
            action.add_argument("run", metavar="RUN", help="a run's id, its beginning, or `last`")
        if name == "prune":
            action.add_argument("--dry-run", action="store_true", help="only say what would go")
            for limit in ("days", "megabytes", "runs"):
                action.add_argument(
                    f"--{limit}",
                    metavar="N",
                    type=limit_count,
                    help=f"instead of the setting retention.{limit}",
                )
        if name == "clear":
            action.add_argument("--yes", action="store_true", help="do not ask")
        if name == "export":
            _add_export(action)
        if name == "import":
            action.add_argument(
                "path",
                metavar="PATH",
                help="what `export RUN --to parquet` or `zip` wrote, OTLP or Jaeger JSON, or a store",
            )
        _add_place(action)
    return parser


def export_parser() -> Parser:
    """Parse `breadcrumb export`, which is `breadcrumb store export`."""
    parser = Parser(prog="breadcrumb export", description=STORE_ACTIONS["export"], allow_abbrev=False)
    parser.set_defaults(action="export")
    _add_export(parser)
    _add_place(parser)
    return parser


def export_test_parser() -> Parser:
    """Parse `breadcrumb export --test NAME`."""
    parser = Parser(
        prog="breadcrumb export",
        description="Write the last run in which a test failed, else ran, to one file.",
        allow_abbrev=False,
    )
    parser.set_defaults(action="export", run="last", to="zip")
    parser.add_argument("--test", metavar="NAME", required=True, help="the test's id or a part of it")
    parser.add_argument(
        "--output", metavar="FILE", dest="path", help="a new file (default: ID.zip of the run)"
    )
    _add_place(parser)
    return parser


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, its beginning, or `last`")
    formats = ("html", "parquet", "jsonl", "otlp-json", "zip")
    parser.add_argument("--to", choices=formats, required=True, help="the format; zip is one file to import")
    parser.add_argument(
        "path", metavar="PATH", help="parquet: a new directory; else a new file, or - for stdout"
    )
    parser.set_defaults(test=None)
    parser.epilog = "breadcrumb export --test NAME [--output FILE] writes the last run in which a test failed"


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--store", metavar="DIR", help="the store, where it is not the project's")


def add_filters(
    options: argparse.ArgumentParser | argparse._ArgumentGroup,
    *,
    run: bool = True,
    since: bool = True,
    test: bool = False,
) -> None:
    """Add the options that questions share."""
    if run:
        options.add_argument(
            "--run", metavar="ID", help="a run's id, or `last` (default); for --sql also `all`"
        )
    if test:
        options.add_argument("--test", metavar="NAME", help="only while a test ran: its id, or a part of it")
    if since:
        options.add_argument(
            "--since", metavar="AGE", type=age, help="what started in the last 30s, 10m, 2h, 1d"
        )
    options.add_argument("--limit", metavar="N", type=count, help="read at most N rows")
    options.add_argument(
        "--budget", metavar="TOKENS", type=count, help="cut the answer to about so many tokens"
    )
    options.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    options.add_argument(
        "--color",
        metavar="WHEN",
        choices=("auto", "always", "never"),
        default="auto",
        help="auto, always or never; auto: on a terminal",
    )
    options.add_argument("--store", metavar="DIR", help="the store, where it is not the project's")
    options.add_argument("-v", "--verbose", action="store_true", help="say on stderr which store answers")


def limit_count(text: str) -> int:
    """Read a whole number from 0, which is no limit."""
    return 0 if text == "0" else count(text)


def ask_from(arguments: argparse.Namespace) -> Ask:
    """Take the filters out of parsed arguments."""
    return Ask(
        run=getattr(arguments, "run", None) or "last",
        since=getattr(arguments, "since", None),
        test=getattr(arguments, "test", None),
        limit=arguments.limit,
        store=arguments.store,
        calls_made=arguments.format == "json",
        handled=getattr(arguments, "handled", False),
        where=getattr(arguments, "where", None),
        full=getattr(arguments, "full", False),
        ignore=tuple(getattr(arguments, "ignore", ())),
    )


def parse_query(argv: Sequence[str]) -> argparse.Namespace:
    """Parse and check the words of `breadcrumb query`."""
    parser = query_parser()
    meant = f"--{argv[0]}" if argv else ""
    if meant in QUESTIONS:
        parser.error(f"{argv[0]} is written {meant}")
    arguments = parser.parse_args(list(argv))
    if arguments.sql is not None and arguments.since is not None:
        parser.error("--since does not go with --sql: write it into the WHERE clause")
    if arguments.sql is not None and arguments.test is not None:
        parser.error("--test does not go with --sql: use the view tests")
    if arguments.handled and not arguments.errors:
        parser.error("--handled goes with --errors")
    if arguments.where is not None and arguments.call is None and arguments.trace is None:
        parser.error("--where goes with --call and --trace")
    if arguments.full and arguments.call is None:
        parser.error("--full goes with --call")
    return arguments
