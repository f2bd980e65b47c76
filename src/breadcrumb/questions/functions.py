"""`--functions [PATTERN]`: the map of a run: each function, its calls, its results, which arguments varied.

It stands in the order of names and holds no times, so that those of two runs can be compared line by line.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.references import ARGUMENTS, KEYS
from breadcrumb_exporter_duckdb.database.statements import columns, sql

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.run.functions import display_names, functions_of, near_names, plain
from breadcrumb.questions.facts.run.run_facts import Run, find_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

REST = "…"
"""Arguments beyond the first four, of which it is only known whether any varied."""


@dataclass(frozen=True)
class Mapped:
    """One function of a run."""

    function: str
    file: str
    line: int
    calls: int
    errors: int
    results: int
    """How many different values its kept calls returned."""
    varied: tuple[str, ...]
    """The arguments that were not the same in all kept calls."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {**vars(self), "varied": list(self.varied)}


def functions(reader: Reader, ask: Ask, pattern: str = "") -> Answer:
    """Give the functions of a run, or those that a pattern means."""
    run = find_run(reader, ask)
    found = _mapped(reader, run, ask)
    rows = [each for each in found if not pattern or _means(pattern, each.function)]
    if not rows:
        raise _none(reader, run, ask, pattern)
    names = display_names(reader, run)
    return Answer(
        question="functions",
        run=run.run_id,
        rows=tuple(rows[: ask.rows]),
        total=len(rows),
        ask=ask,
        words=("--functions", *([pattern] if pattern else [])),
        dropped=run.dropped,
        counts=run.counts,
        notes=run.notes,
        now_ns=run.now_ns,
        noun="functions",
        names=names,
        next=_next(ask, rows, names),
    )


def _mapped(reader: Reader, run: Run, ask: Ask) -> list[Mapped]:
    query = sql(
        """select function, any_value(file), any_value(line), count(*), count(*) filter (outcome = 1),
            count(distinct result), [{varied}], [{keys}]
        from base.call where {where} group by function order by function""",
        varied=columns((*ARGUMENTS, "rest"), "min({name}) is distinct from max({name})"),
        keys=columns(KEYS, "any_value({name})"),
        where=run.where(ask),
    )
    counted = {each.function: each.thinned for each in run.counts} if ask.since is None else {}
    return [
        Mapped(function, file, line, calls + counted.get(function, 0), errors, results, _names(keys, differ))
        for function, file, line, calls, errors, results, differ, keys in query.rows(reader.connection)
    ]


def _names(keys: Sequence[str | None], differ: Sequence[bool]) -> tuple[str, ...]:
    """Name the arguments that differ; the first four have names of their own."""
    names = [json.loads(key.removesuffix(": ")) if key else REST for key in keys]
    return tuple(dict.fromkeys(name for name, own in zip((*names, REST), differ, strict=True) if own))


def _means(pattern: str, function: str) -> bool:
    if any(each in pattern for each in "*?["):
        return any(fnmatchcase(plain(function), each) for each in (pattern, f"*.{pattern}"))
    return f".{pattern.lower()}." in f".{plain(function).lower()}."


def _none(reader: Reader, run: Run, ask: Ask, pattern: str) -> NoAnswer:
    if not pattern:
        return NoAnswer(f"run {run.run_id} recorded no calls", ask.query("--gaps"))
    near = near_names(pattern, functions_of(reader, run))
    known = f"; near: {', '.join(near)}" if near else ""
    return NoAnswer(f"no function of run {run.run_id} is called {pattern}{known}", ask.query("--functions"))


def _next(ask: Ask, rows: Sequence[Mapped], names: Mapping[str, str]) -> tuple[str, ...]:
    """Look at the function that gave the most different results, and at its source."""
    chosen = max(rows, key=lambda each: (each.errors, each.results, each.calls))
    name = names.get(chosen.function, chosen.function)
    return ask.query("--call", name), ask.query("--source", name)
