"""Answers the commands that read the store: parses, opens, asks, prints, and turns trouble into one line."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.location import StoreError
from breadcrumb_exporter_duckdb.format import encryption

from breadcrumb.cli.parser import ask_from, diff_parser, list_parser, parse_query, show_parser
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import folding, one_line, say
from breadcrumb.questions.facts.ask import NoAnswer
from breadcrumb.stores.chosen import chosen_store, directory, is_elsewhere, opened

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from breadcrumb.common.settings import Settings
    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.stores.chosen import Store

JSON_BUDGET = 8000
"""Tokens of a JSON answer: some 50 calls; programs read it more often than models, and want whole rows."""


def query(argv: Sequence[str]) -> int:
    """Run `breadcrumb query`."""
    return _command(argv, lambda: parse_query(argv), _answer)


def runs(argv: Sequence[str]) -> int:
    """Run `breadcrumb runs`."""
    parser = list_parser("runs", "List the runs that the store holds, the latest first.")
    return _command(argv, lambda: parser.parse_args(list(argv)), _runs)


def show(argv: Sequence[str]) -> int:
    """Run `breadcrumb show`."""
    return _command(argv, lambda: show_parser().parse_args(list(argv)), _show)


def diff(argv: Sequence[str]) -> int:
    """Run `breadcrumb diff`."""
    return _command(argv, lambda: diff_parser().parse_args(list(argv)), _diff)


def top(argv: Sequence[str]) -> int:
    """Run `breadcrumb top`."""
    parser = list_parser("top", "List the slowest single calls of a run.")
    return _command(argv, lambda: parser.parse_args(list(argv)), _top)


def _command(
    argv: Sequence[str],
    parse: Callable[[], argparse.Namespace],
    answer: Callable[[Store, argparse.Namespace, Settings], Answer],
) -> int:
    try:
        arguments = parse()
        _check_text(arguments)
        settings = settings_of(None if is_elsewhere(arguments.store) else arguments.store)
        store, arguments.store = chosen_store(arguments.store, settings)
        if arguments.verbose:
            sys.stderr.write(one_line(f"store: {store}") + "\n")
        _print(answer(store, arguments, settings), arguments)
    except NoAnswer as error:
        return fail(error, as_json=wants_json(argv))
    except StoreError as error:
        return fail(no_store(error), as_json=wants_json(argv))
    return ExitCode.OK


def _check_text(arguments: argparse.Namespace) -> None:
    """Refuse words that are no text: the store, whose path may be any bytes, holds none such."""
    for name, word in vars(arguments).items():
        if isinstance(word, str) and name != "store" and not word.isascii():
            try:
                word.encode()
            except UnicodeEncodeError as error:
                raise NoAnswer(f"{word!r} is no text in UTF-8", "write it so", ExitCode.USAGE) from error


def settings_of(store: str | None) -> Settings:
    """The settings of the working directory. Raises NoAnswer."""
    from breadcrumb.common.settings import SettingsError, load

    try:
        settings = load(Path.cwd(), flags={"store": store})
    except SettingsError as error:
        raise NoAnswer(str(error), "correct it there", ExitCode.USAGE) from error
    encryption.use(settings.encryption_key)
    return settings


def fail(error: NoAnswer, *, as_json: bool) -> int:
    """Say what is wrong: one line on stderr, or the error object on stdout."""
    if as_json:
        sys.stdout.write(json.dumps(error.json()) + "\n")
    else:
        hint = f" ({error.hint})" if error.hint else ""
        say(f"{' '.join(error.message.split())}{hint}")
    return error.code


def no_store(error: StoreError) -> NoAnswer:
    """What is wrong with a store, as an answer."""
    from breadcrumb_exporter_duckdb.base.location import StoreMissing

    code = ExitCode.NO_STORE if isinstance(error, StoreMissing) else ExitCode.STORE
    return NoAnswer(error.message, error.hint, code)


def wants_json(argv: Sequence[str]) -> bool:
    """Tell whether JSON was asked for, also where the words do not parse."""
    words = list(argv)
    return "--format=json" in words or ("--format", "json") in itertools.pairwise(words)


def _print(answer: Answer, arguments: argparse.Namespace) -> None:
    if arguments.format == "json":
        written = json.dumps(answer.json(arguments.budget or JSON_BUDGET))
    else:
        from breadcrumb.render.text import BUDGET, text

        written = text(answer, arguments.budget or BUDGET)
        if sys.stdout.isatty() or arguments.color == "always":
            from breadcrumb.cli import terminal

            terminal.write(written, arguments.color)
            return
    sys.stdout.write(written + "\n")
    sys.stdout.flush()


def _answer(store: Store, arguments: argparse.Namespace, settings: Settings) -> Answer:
    ask = ask_from(arguments)
    if arguments.sql is not None:
        from breadcrumb.questions.sql import sql

        with directory(store, ask) as path:
            return sql(path, ask, arguments.sql, seconds=settings.sql_seconds)
    return _asked(store, arguments, *_question(arguments))


def _question(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The question that was asked, and what about."""
    if arguments.flow is not None:
        return ("trace", arguments.flow) if arguments.flow else ("flow",)
    for name in ("gaps", "expensive", "errors"):
        if getattr(arguments, name):
            return (name,)
    return next(
        (name, value)
        for name in ("call", "lines", "trace", "why", "value", "source", "functions", "data")
        if (value := getattr(arguments, name)) is not None
    )


def _asked(store: Store, arguments: argparse.Namespace, question: str, *words: str) -> Answer:
    """Ask; only the question's module is imported."""
    from breadcrumb import questions

    ask = ask_from(arguments)
    with opened(store, ask, question, words, folding) as reader:
        return questions.find(question)(reader, ask, *words)


def _runs(store: Store, arguments: argparse.Namespace, _: Settings) -> Answer:
    return _asked(store, arguments, "runs")


def _show(store: Store, arguments: argparse.Namespace, _: Settings) -> Answer:
    return _asked(store, arguments, "show", arguments.id)


def _diff(store: Store, arguments: argparse.Namespace, _: Settings) -> Answer:
    return _asked(store, arguments, "diff", arguments.a, arguments.b)


def _top(store: Store, arguments: argparse.Namespace, _: Settings) -> Answer:
    return _asked(store, arguments, "top")
