"""`breadcrumb runs`: the runs that the store holds, the latest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.run.deliveries import undelivered
from breadcrumb.questions.facts.run.run_facts import RECORDING

if TYPE_CHECKING:
    from datetime import datetime

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask


@dataclass(frozen=True)
class RunRow:
    """One run in the list."""

    run_id: str
    started: datetime | None
    duration_ns: int | None
    command: str
    status: str
    exit_status: int | None
    processes: int
    calls: int
    thinned: int
    """How many of the calls were only counted."""
    errors: int
    exception: str | None
    dropped: int
    cut_short: str | None
    """Why recording stopped before the run did."""
    lost: int
    """How much was dropped besides, which `dropped` counts too."""
    undelivered: int
    """Spans that another exporter was given and no backend is known to have taken."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "run": self.run_id,
            "started": None
            if self.started is None
            else self.started.isoformat(timespec="microseconds") + "Z",
            "duration_ns": self.duration_ns,
            "command": self.command,
            "status": self.status,
            "exit_status": self.exit_status,
            "processes": self.processes,
            "calls": self.calls,
            "thinned": self.thinned,
            "errors": self.errors,
            "exception": self.exception,
            "dropped": self.dropped,
            "cut_short": self.cut_short,
            "undelivered": self.undelivered,
        }


def runs(reader: Reader, ask: Ask) -> Answer:
    """Give the runs that started within `ask.since`, or all."""
    since = ask.since_ns or 0
    sql = """select run_id, started, duration_ns, coalesce(command, '?'), status, exit_status, processes,
            calls, thinned, errors, exception, dropped
        from runs where ? = 0 or started >= make_timestamp(?) order by started desc nulls last"""
    found = reader.connection.execute(sql, [since, since // 1000]).fetchall()
    missed = undelivered(reader, [row[0] for row in found])
    ended = _cut_short(reader)
    rows = [_row(row, ended.get(row[0], (None, 0)), missed.get(row[0], 0)) for row in found]
    return Answer(
        question="runs",
        run=None,
        rows=tuple(rows[: ask.rows]),
        total=len(rows),
        ask=ask,
        words=(),
        command=("runs",),
        dropped=sum(row.dropped for row in rows),
        notes=tuple(reader.notes),
        noun="runs",
        next=(ask.query("--flow", "--run", rows[0].run_id),)
        if rows
        else (ask.command("run", "python", "app.py"),),
    )


def _row(row: tuple[Any, ...], ended: tuple[str | None, int], undelivered: int) -> RunRow:
    cut_short, marks = ended
    return RunRow(*(*row, cut_short, int(row[-1] or 0) - marks, undelivered))


def _cut_short(reader: Reader) -> dict[str, tuple[str, int]]:
    """Give by run why recording stopped before the program ended, and how many drops say so."""
    sql = "select run_id, any_value(reason), sum(count)::bigint from drops where where_ = ? group by run_id"
    found = reader.connection.execute(sql, [RECORDING]).fetchall()
    return {run: (reason, marks) for run, reason, marks in found}
