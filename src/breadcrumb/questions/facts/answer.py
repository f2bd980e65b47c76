"""What every question answers with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

from breadcrumb_exporter_duckdb.base.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.calls.open_stacks import Standing
    from breadcrumb.questions.facts.run.counts import Count
    from breadcrumb.questions.facts.run.deliveries import Delivery


CHARACTERS_PER_TOKEN = 4
"""What a token is taken to hold; close enough for English and code."""

CALLS = "calls"
"""What most answers count."""

MORE = 10
"""How many times as many rows to read next where nobody knows how many there are."""


TREES = ("flow", "trace", "show")
"""The questions whose answers are trees, of which a part is chosen where all does not fit."""

COUNTS = 20
"""Functions whose exact counts an answer gives."""


class Row(Protocol):
    """One row of an answer."""

    def json(self) -> dict[str, Any]:
        """Give the row with the keys that the formats promise."""


@dataclass(frozen=True)
class Truncated:
    """What of an answer is shown, and the command that shows all of it."""

    shown: int
    total: int | None
    """None where nobody counted."""
    command: str

    def json(self) -> dict[str, Any]:
        """Give the object of the JSON format."""
        return {"shown": self.shown, "total": self.total, "command": self.command}


@dataclass(frozen=True)
class Answer:
    """The answer to one question; `json()` is the object that every format and the MCP tools share."""

    question: str
    run: str | None
    rows: tuple[Row, ...]
    total: int | None
    """Rows that there are, shown or not; None if more than were read and nobody counted."""
    ask: Ask
    words: tuple[str, ...]
    """The words of `breadcrumb query` that ask this question."""
    dropped: int = 0
    notes: tuple[str, ...] = ()
    """What makes the answer incomplete, one sentence each."""
    summary: str = ""
    """What the rows do not say; a sentence of the text format."""
    next: tuple[str, ...] = ()
    now_ns: int | None = None
    """The time of the answer, if the run still goes on."""
    noun: str = CALLS
    spans: int = 0
    """How many of all rows are spans of other instrumentations."""
    names: Mapping[str, str] = field(default_factory=dict)
    """The short names of functions, unambiguous in the run."""
    command: tuple[str, ...] = ("query",)
    """The subcommand that `words` belong to."""
    counts: tuple[Count, ...] = ()
    """Functions of the run of which not every call was kept, the most thinned first."""
    compared: tuple[str, ...] = ()
    """The two runs of a comparison, as a line each names them."""
    stood: tuple[Standing, ...] = ()
    """Where the threads and tasks of a run stood that was stopped or died."""
    deliveries: tuple[Delivery, ...] = ()
    """What became of the run's spans on their way to other exporters."""

    @property
    def truncated(self) -> Truncated | None:
        """Say what is not among the rows; None if nothing."""
        return self.cut(len(self.rows), len(json.dumps(self.row_objects())))

    def cut(self, shown: int, size: int) -> Truncated | None:
        """Describe an answer that shows only `shown` rows, all that were read taking `size` characters."""
        if self.total is not None and shown >= self.total:
            return None
        wanted = len(self.rows) * MORE if self.total is None else self.total
        tokens = size * wanted // max(len(self.rows), 1) // CHARACTERS_PER_TOKEN
        budget = (tokens * 5 // 4 // 100 + 2) * 100
        return Truncated(shown, self.total, self._all(wanted, budget))

    def _all(self, limit: int, budget: int) -> str:
        if self.command == ("query",):
            return self.ask.query(*self.words, limit=limit, budget=budget)
        return self.ask.command(*self.command, *self.words, "--limit", str(limit), "--budget", str(budget))

    def row_objects(self) -> list[dict[str, Any]]:
        """Give the rows as JSON objects."""
        return [row.json() for row in self.rows]

    def next_row(self, end: int, start: int | None) -> int | None:
        """The row at which to read on after a page from `start` to `end`; None where nothing is left.

        A first page without a `start` may be a choice of a tree's rows: all of them are to come.
        """
        if (self.total is not None and end >= self.total) or end == start:
            return None
        return 0 if start is None and self.question in TREES else end

    def json(self, budget: int | None = None, start: int | None = None) -> dict[str, Any]:
        """Give the JSON object, its rows (from `start`) cut to about `budget` tokens; one at least stays."""
        rows = self.row_objects()
        size = len(json.dumps(rows))
        rows = rows[start or 0 :]
        if budget is not None:
            outermost = start is None and self.question in TREES
            rows = _fitting(rows, budget * CHARACTERS_PER_TOKEN, outermost=outermost)
        truncated = self.cut((start or 0) + len(rows), size)
        answer = {
            "question": self.question,
            "run": self.run,
            "rows": rows,
            "truncated": None if truncated is None else truncated.json(),
            "dropped": self.dropped,
            "next": list(self.next),
        }
        if self.counts:
            answer["counts"] = [count.json() for count in self.counts[:COUNTS]]
        if self.stood:
            answer["stood"] = [each.json() for each in self.stood]
        if self.deliveries:
            answer["deliveries"] = [each.json() for each in self.deliveries]
        return {**answer, "notes": list(self.notes)} if self.notes else answer


def _fitting(rows: list[dict[str, Any]], characters: int, *, outermost: bool) -> list[dict[str, Any]]:
    """Keep the first rows that fit, one at least; of a tree the outermost."""
    order = sorted(range(len(rows)), key=lambda at: rows[at]["depth"]) if outermost else range(len(rows))
    kept: list[int] = []
    for at in order:
        characters -= len(json.dumps(rows[at])) + 2
        if characters < 0 and kept:
            break
        kept.append(at)
    return [rows[at] for at in sorted(kept)]
