"""`--sql "SELECT ..."`: the asker's own read-only query over the views, in a child with a time limit.

The views show the run that is asked about, as every question does, or all of them with `--run all`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import ALL_RUNS, Ask, NoAnswer
from breadcrumb.questions.facts.run.counts import count_note
from breadcrumb.questions.facts.run.run_facts import find_run

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 200
"""Rows of a query where nobody set a limit."""

_NAMED = 3
"""Functions named in the note."""

_CUT = ("Only the first rows were read: aggregate, or raise --limit.",)


@dataclass(frozen=True)
class Record:
    """One row of the asker's query, by column name."""

    values: dict[str, Any]

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return self.values


def sql(store: Path, ask: Ask, text: str, *, seconds: float = 30) -> Answer:
    """Run one SELECT over the store's views, for at most `seconds`."""
    from breadcrumb_exporter_duckdb.reading.sandbox import SqlFailed, SqlRefused, SqlTimeout, run_sql

    limit = ROWS if ask.limit is None else ask.limit
    read = _Read() if ask.run == ALL_RUNS else _read(store, ask)
    try:
        result = run_sql(store, text, limit=limit, seconds=seconds, run_id=read.run_id)
    except (SqlRefused, SqlFailed, SqlTimeout) as error:
        raise NoAnswer(error.message, error.hint, ExitCode.SQL) from error
    rows = tuple(Record(dict(zip(_unique(result.columns), row, strict=True))) for row in result.rows)
    return Answer(
        question="sql",
        run=read.run_id,
        rows=rows,
        total=None if result.truncated else len(rows),
        ask=ask,
        words=("--sql", text),
        dropped=read.dropped,
        notes=(*read.notes, *_thinned_note(result.thinned), *(_CUT if result.truncated else ())),
        summary=read.summary,
        noun="rows",
    )


@dataclass(frozen=True)
class _Read:
    """What the query reads, and what is missing there; of all runs, nobody looks."""

    run_id: str | None = None
    dropped: int = 0
    notes: tuple[str, ...] = ()
    summary: str = "Of every run."


def _read(store: Path, ask: Ask) -> _Read:
    """Find the run that is asked about; its thinned functions are told with the answer."""
    from breadcrumb_exporter_duckdb.reading.store import open_store

    with open_store(store, every_view=False) as reader:
        run = find_run(reader, ask)
        (runs,) = reader.connection.execute("select count(*) from runs").fetchone() or (1,)
    others = f"; --run {ALL_RUNS} reads every run" if runs > 1 else ""
    notes = tuple(note for note in run.notes if note not in count_note(run.counts))
    return _Read(run.run_id, run.dropped, notes, f"Of run {run.run_id}{others}.")


def _thinned_note(functions: list[str]) -> list[str]:
    """Warn of calls that are missing in the views, whatever was asked."""
    if not functions:
        return []
    named = ", ".join(functions[:_NAMED]) + (" and others" if len(functions) > _NAMED else "")
    return [f"Not every call of {named} was kept: the view counts has exact numbers."]


def _unique(columns: list[str]) -> list[str]:
    """Tell columns of the same name apart: `n`, `n_2`."""
    seen: dict[str, int] = {}
    names = []
    for column in columns:
        seen[column] = seen.get(column, 0) + 1
        names.append(column if seen[column] == 1 else f"{column}_{seen[column]}")
    return names
