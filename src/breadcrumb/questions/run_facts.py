"""Which run a question is about, and what is missing from it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from breadcrumb.questions.answer import Ask, NoAnswer

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.store import Reader


@dataclass(frozen=True)
class Run:
    """One run, as the `runs` view gives it, with what makes answers about it incomplete."""

    run_id: str
    command: str
    status: str
    exit_status: int | None
    calls: int
    errors: int
    exception: str | None
    dropped: int
    processes: int
    duration_ns: int | None
    open_calls: int
    notes: tuple[str, ...] = ()

    @property
    def now_ns(self) -> int | None:
        """The time now, if the run still goes on."""
        return time.time_ns() if self.status == "running" else None

    def where(self, ask: Ask) -> tuple[str, list[Any]]:
        """Give the condition and its parameters that pick the rows asked about."""
        return _where(self.run_id, ask)


def _where(run_id: str, ask: Ask) -> tuple[str, list[Any]]:
    if ask.since is None:
        return "run_id = ?", [run_id]
    start = time.time_ns() - int(ask.since.total_seconds() * 1e9)
    return "run_id = ? and start_ns >= ?", [run_id, start]


_NAMED = 3
"""Functions named in one note."""

_COLUMNS = "run_id, command, status, exit_status, calls, errors, exception, dropped, processes, duration_ns"


def find_run(reader: Reader, ask: Ask) -> Run:
    """Find the run that `ask` names: the last one, an id, or the unambiguous beginning of one."""
    if ask.run == "last":
        sql = f"select {_COLUMNS} from runs order by started desc nulls last limit 1"  # noqa: S608
        rows = reader.connection.execute(sql).fetchall()
    else:
        sql = f"select {_COLUMNS} from runs where starts_with(run_id, ?) order by run_id limit 6"  # noqa: S608
        rows = reader.connection.execute(sql, [ask.run.lower()]).fetchall()
    exact = [row for row in rows if row[0] == ask.run] or rows
    if len(exact) > 1:
        raise NoAnswer(
            f"run {ask.run} is ambiguous: {', '.join(row[0] for row in exact[:5])}", "give more of the id"
        )
    if not exact and ask.run == "last":
        raise NoAnswer("nothing was recorded here yet", "breadcrumb run python app.py")
    if not exact:
        raise NoAnswer(f"there is no run {ask.run}", ask.command("runs"))
    return _run(reader, ask, exact[0])


def _run(reader: Reader, ask: Ask, row: tuple[Any, ...]) -> Run:
    run_id, command, status, exit_status, calls, errors, exception, dropped, processes, duration = row
    where, parameters = _where(run_id, ask)
    sql = f"""select (select count(*) from calls where {where} and status = 'open'),
        exists (select 1 from counts where run_id = ?)"""  # noqa: S608 - the condition is ours
    opened, thinned = reader.connection.execute(sql, [*parameters, run_id]).fetchone() or (0, False)
    joined = () if processes else ("No Python process joined this run: nothing was traced.",)
    status_notes = _status_notes(status, opened)
    drop_notes = _drop_notes(reader, run_id, ask) if dropped else []
    notes = (*joined, *status_notes, *drop_notes, *(_count_notes(reader, run_id) if thinned else []))
    return Run(
        run_id=run_id,
        command=command or "?",
        status=status,
        exit_status=exit_status,
        calls=calls or 0,
        errors=errors or 0,
        exception=exception,
        dropped=int(dropped or 0),
        processes=processes or 0,
        duration_ns=duration,
        open_calls=opened,
        notes=(*notes, *reader.notes),
    )


def _status_notes(status: str, opened: int) -> list[str]:
    calls = "1 call" if opened == 1 else f"{opened} calls"
    if status == "running":
        return [f"The run still goes on{f', {calls} open' if opened else ''}."]
    never = f"{calls} did not end" if opened else ""
    if status == "ended without goodbye":
        lost = (
            f"; {never}, and the very last may be missing"
            if never
            else ": its very last calls may be missing"
        )
        return [f"The run ended without goodbye{lost}."]
    if status == "timeout":
        return [f"The run was stopped at its time limit{f': {never}' if never else ''}."]
    return [f"{never}."] if never else []


def _drop_notes(reader: Reader, run_id: str, ask: Ask) -> list[str]:
    whole = "" if ask.since is None else " in the whole run"
    sql = "select where_, reason, sum(count) from drops where run_id = ? group by all order by 3 desc"
    return [
        f"{count} dropped in {where} ({reason}){whole}: counts are lower bounds."
        for where, reason, count in reader.connection.execute(sql, [run_id]).fetchall()
    ]


def exact_counts(reader: Reader, run_id: str) -> dict[str, tuple[int, str]]:
    """Give how often each function was called of which not every call was kept, and why not."""
    sql = """select function, sum(calls)::bigint, any_value(reason) from counts n
        join codes c on c.process = n.process and c.key = n.code
        where n.run_id = ? group by function order by 2 desc, 1"""
    rows = reader.connection.execute(sql, [run_id]).fetchall()
    return {function: (calls, reason or "thinned") for function, calls, reason in rows}


def _count_notes(reader: Reader, run_id: str) -> list[str]:
    counts = [
        f"{function.removeprefix('__main__.')} x{calls:,} ({reason})"
        for function, (calls, reason) in exact_counts(reader, run_id).items()
    ]
    more = f" and {len(counts) - _NAMED} more" if len(counts) > _NAMED else ""
    return [f"Not every call was kept of {', '.join(counts[:_NAMED])}{more}."] if counts else []


def command_line(reader: Reader, run: Run) -> list[str]:
    """Give the words that would start the run again; none if they are not known or hide a secret."""
    sql = """select value->'$.command' from facts where run_id = ? and kind in ('run', 'process')
        order by kind desc, value->>'$.start_ns' limit 1"""
    found = reader.connection.execute(sql, [run.run_id]).fetchone()
    words = json.loads(found[0]) if found and found[0] else []
    if not isinstance(words, list) or any("[redacted:" in str(word) for word in words):
        return []
    return [str(word) for word in words]
