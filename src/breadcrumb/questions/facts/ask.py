"""What every question is asked with, and the error where it has no answer."""

from __future__ import annotations

import re
import shlex
import time
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

MESSAGE = 1000
"""Characters of what is said where there is no answer: it may repeat what was asked, of any length."""
_PLAIN = re.compile(r"[\w@%+=:,./-][\w@%+=:,./#-]*", re.ASCII)

ALL_RUNS = "all"
"""The word that names every run, for SQL."""

WHERE = ("--call", "--trace")
"""The questions with which a condition goes."""

FETCH = 1000
"""Rows that a question reads where nobody set a limit; the budget cuts what is shown of them."""


@dataclass(frozen=True)
class Ask:
    """The filters of a question, as they were given."""

    run: str = "last"
    since: timedelta | None = None
    test: str | None = None
    """The test during which; None for the whole run."""
    limit: int | None = None
    store: str | None = None
    """The store as the asker named it, repeated in commands; None where it is found by the rule."""
    calls_made: bool = True
    """Whether many rows tell what each call called: the text format does not write it."""
    handled: bool = False
    """Whether exceptions are told that were handled in the ordinary way."""
    where: str | None = None
    """The condition that calls of a named function must meet."""
    ignore: tuple[str, ...] = ()
    """Patterns of functions and parts of values that a comparison leaves out."""
    full: bool = False
    """Whether values are written whole."""

    @property
    def rows(self) -> int:
        """The number of rows to read."""
        return FETCH if self.limit is None else self.limit

    @property
    def since_ns(self) -> int | None:
        """The moment from which on is asked, nanoseconds since the epoch; None for all."""
        return None if self.since is None else time.time_ns() - int(self.since.total_seconds() * 1e9)

    def query(self, *words: str, limit: int | None = None, budget: int | None = None) -> str:
        """Write the `breadcrumb query` command that asks `words` of the same run and store."""
        since = () if self.since is None else ("--since", f"{int(self.since.total_seconds())}s")
        limits = () if limit is None else ("--limit", str(limit))
        budgets = () if budget is None else ("--budget", str(budget))
        run = () if self.run == "last" else ("--run", self.run)
        test = () if self.test is None else ("--test", self.test)
        where = (
            ("--where", self.where)
            if self.where is not None and words[0] in WHERE and "#" not in words[1]
            else ()
        )
        return self.command("query", *words, *where, *run, *test, *since, *limits, *budgets)

    def command(self, *words: str) -> str:
        """Write a `breadcrumb` command with the store, where one was named."""
        return shell("breadcrumb", *words, *self._store())

    def run_again(self, command: Sequence[str]) -> str:
        """Write the `breadcrumb run` command that runs `command` into the same store."""
        return shell("breadcrumb", "run", *self._store(), *command)

    def _store(self) -> tuple[str, ...]:
        return () if self.store is None else ("--store", self.store)


def shell(*words: str) -> str:
    """Write words for a shell, quoted where they must be (`F#4` need not)."""
    return " ".join(word if _PLAIN.fullmatch(word) else shlex.quote(word) for word in words)


class NoAnswer(Exception):  # noqa: N818 - it is an answer, and not always an error
    """A question that cannot be answered: what is wrong, and what to do about it; long words are cut."""

    def __init__(self, message: str, hint: str = "", code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(message)
        self.message = _bounded(one_line(message))
        self.hint = _bounded(one_line(hint))
        self.code = code

    def json(self) -> dict[str, Any]:
        """Give the error object of the JSON format."""
        return {"error": {"code": self.code.name.lower(), "message": self.message, "hint": self.hint}}


def _bounded(text: str) -> str:
    """Cut a long text in its middle: what is wrong stands at its ends."""
    return text if len(text) <= MESSAGE else f"{text[: MESSAGE // 2]}…{text[-MESSAGE // 2 :]}"
