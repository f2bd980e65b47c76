"""Decides what goes when a limit of the retention is reached, and lets it go, in one transaction.

Whole runs go first, the oldest before the others; a run that is pinned, still written to or the newest one
loses its oldest calls at most, and only where it is not pinned: a fact then says what is missing. A call goes
before whatever called it, so that what is left has no holes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, field
from breadcrumb_exporter_duckdb.base.retention import Retention
from breadcrumb_exporter_duckdb.database.numbering import recount
from breadcrumb_exporter_duckdb.database.references import REFERENCES
from breadcrumb_exporter_duckdb.database.statements import columns, identifier, sql

if TYPE_CHECKING:
    from collections.abc import Iterable

    from duckdb import DuckDBPyConnection

DAY_NS = 86_400 * 10**9
ENOUGH = 0.8
"""The part of the size limit that is left after pruning, so that not every fold prunes again."""
NEWEST_TASKS = 10_000
"""Names of threads and tasks of a process that stay in any case: calls of theirs may still come."""
PIN = "pin"
PRUNED = "pruned"


@dataclass(frozen=True)
class Gone:
    """A run that goes, or what of it: how many rows (calls and spans), and because of which setting."""

    run_id: str
    rows: int
    reason: str
    before_ns: int | None = None
    """Only what ended before that time goes; None: everything."""


@dataclass
class Run:
    run_id: str
    start_ns: int
    last_ns: int
    pinned: bool
    rows: int = 0


@dataclass
class _Plan:
    """What goes; runs are considered oldest first."""

    runs: list[Run]
    kept_whole: frozenset[str]
    gone: dict[str, Gone] = field(default_factory=dict)
    cuts: dict[str, Gone] = field(default_factory=dict)

    def remove(self, runs: Iterable[Run], reason: str) -> None:
        for run in runs:
            if run.run_id not in self.kept_whole and run.run_id not in self.gone:
                self.gone[run.run_id] = Gone(run.run_id, run.rows, reason)

    @property
    def left(self) -> list[Run]:
        return [run for run in self.runs if run.run_id not in self.gone]


def in_force(connection: DuckDBPyConnection) -> Retention:
    """The retention that the newest process said to keep; the defaults where none did."""
    row = connection.execute(
        "SELECT value->'$.retention' FROM fact WHERE kind = 'process' AND (value->'$.retention') IS NOT NULL"
        " ORDER BY TRY_CAST(value->>'$.start_ns' AS BIGINT) DESC LIMIT 1"
    ).fetchone()
    said = json.loads(row[0]) if row else {}
    return Retention(**{name: said[name] for name in ("days", "megabytes", "runs") if name in said})


def plan(
    connection: DuckDBPyConnection, retention: Retention, *, now_ns: int, alive: frozenset[str]
) -> list[Gone]:
    """What is beyond the limits now; `alive` are the runs that something still writes to."""
    runs = stored_runs(connection)
    if not runs:
        return []
    pinned = frozenset(run.run_id for run in runs if run.pinned)
    made = _Plan(runs, alive | pinned | {runs[-1].run_id})
    oldest_ns = now_ns - retention.days * DAY_NS if retention.days else 0
    made.remove([run for run in runs if run.last_ns < oldest_ns], "retention.days")
    if retention.runs:
        counted = [run for run in made.left if not run.pinned]
        made.remove(counted[: -retention.runs], "retention.runs")
    if oldest_ns:
        _cut_by_age(connection, made, alive, oldest_ns)
    if retention.size and (used := used_bytes(connection)) > retention.size:
        _shrink(connection, made, used, retention.size)
    return [*made.gone.values(), *made.cuts.values()]


def prune(connection: DuckDBPyConnection, going: list[Gone]) -> None:
    """Let go of what was planned."""
    if not going:
        return
    whole = [gone.run_id for gone in going if gone.before_ns is None]
    connection.begin()
    try:
        for table in _tables(connection) if whole else ():
            query = sql(
                "DELETE FROM {table} WHERE run_id IN (SELECT unnest({whole}))",
                table=identifier(table),
                whole=whole,
            )
            query.execute(connection)
        for gone in going:
            if gone.before_ns is not None:
                _cut(connection, gone, gone.before_ns)
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def used_bytes(connection: DuckDBPyConnection) -> int:
    """What the database's content takes in its file; the rest is free for what comes."""
    row = connection.execute(
        "SELECT used_blocks * block_size FROM pragma_database_size() WHERE database_name = current_database()"
    ).fetchone()
    return int(row[0]) if row else 0


def pin(connection: DuckDBPyConnection, run_id: str) -> None:
    """Keep a run whatever the limits say."""
    unpin(connection, run_id)
    _add_fact(connection, run_id, PIN, {"key": run_id})


def unpin(connection: DuckDBPyConnection, run_id: str) -> None:
    """Let a run go when its time has come."""
    connection.execute("DELETE FROM fact WHERE kind = ? AND run_id = ?", [PIN, run_id])


def _add_fact(connection: DuckDBPyConnection, run_id: str, kind: str, value: dict[str, object]) -> None:
    connection.execute("INSERT INTO fact VALUES (?, 0, ?, ?, ?)", [run_id, kind, run_id, json.dumps(value)])


_RUNS = """
SELECT run_id,
    coalesce(min(TRY_CAST(value->>'$.start_ns' AS BIGINT)), 0) AS start_ns,
    max(greatest(TRY_CAST(value->>'$.start_ns' AS BIGINT), TRY_CAST(value->>'$.end_ns' AS BIGINT)))
        AS last_ns,
    count(*) FILTER (kind = 'process' OR kind = 'run')
        > count(*) FILTER ((kind = 'end' OR kind = 'run') AND (value->>'$.end_ns') IS NOT NULL) AS unended,
    count(*) FILTER (kind = 'pin') > 0 AS pinned
FROM fact WHERE kind IN ('process', 'run', 'end', 'pin') GROUP BY run_id
"""


def stored_runs(connection: DuckDBPyConnection) -> list[Run]:
    """The runs, the one with the latest sign of life last."""
    runs = []
    for run_id, start_ns, last_ns, unended, pinned in connection.execute(_RUNS).fetchall():
        last = max(last_ns or 0, _last_call(connection, run_id) if unended else 0)
        runs.append(Run(run_id, start_ns, last, pinned))
    return sorted(runs, key=lambda run: (run.last_ns, run.run_id))


def _last_call(connection: DuckDBPyConnection, run_id: str) -> int:
    row = connection.execute("SELECT max(start_ns) FROM call WHERE run_id = ?", [run_id]).fetchone()
    return int(row[0] or 0) if row else 0


def _cut_by_age(connection: DuckDBPyConnection, made: _Plan, alive: frozenset[str], oldest_ns: int) -> None:
    for run in made.left:
        if run.run_id in alive and not run.pinned and run.start_ns < oldest_ns:
            rows = _ended_before(connection, run.run_id, oldest_ns)
            if rows:
                made.cuts[run.run_id] = Gone(run.run_id, rows, "retention.days", oldest_ns)


def _shrink(connection: DuckDBPyConnection, made: _Plan, used: int, most: int) -> None:
    """Remove the oldest runs, then the oldest calls of the others, until the content would fit.

    Bytes are reckoned by rows: where that is wrong, the next fold goes on.
    """
    query = """SELECT run_id, sum(n)::BIGINT FROM (SELECT run_id, count(*) AS n FROM call GROUP BY run_id
        UNION ALL SELECT run_id, count(*) FROM span GROUP BY run_id) GROUP BY run_id"""
    rows = dict(connection.execute(query).fetchall())
    for run in made.runs:
        run.rows = rows.get(run.run_id, 0)
    total = sum(rows.values())
    excess = total - total * most / used * ENOUGH
    excess -= sum(run.rows for run in made.runs if run.run_id in made.gone)
    excess -= sum(cut.rows for cut in made.cuts.values())
    for run in made.left:
        if excess > 0 and run.run_id not in made.kept_whole:
            made.remove([run], "retention.megabytes")
            excess -= run.rows
    for run in made.left:
        if excess > 0 and not run.pinned and run.rows:
            at = _end_at(connection, run.run_id, min(1.0, excess / run.rows))
            going = _ended_before(connection, run.run_id, at)
            made.cuts[run.run_id] = Gone(run.run_id, going, "retention.megabytes", at)
            excess -= going


_ENDED = sql("""(SELECT run_id, start_ns + duration_ns AS end_ns FROM call
    UNION ALL SELECT run_id, end_ns FROM span)""")


def _end_at(connection: DuckDBPyConnection, run_id: str, part: float) -> int:
    """The time by which that part of a run's calls and spans had ended, nanoseconds."""
    query = sql(
        "SELECT quantile_disc(end_ns, {part}) + 1 FROM {ended} WHERE run_id = {run}",
        part=part,
        ended=_ENDED,
        run=run_id,
    )
    row = query.execute(connection).fetchone()
    return int(row[0] or 0) if row else 0


def _ended_before(connection: DuckDBPyConnection, run_id: str, at_ns: int) -> int:
    query = sql(
        "SELECT count(*) FROM {ended} WHERE run_id = {run} AND end_ns < {at}",
        ended=_ENDED,
        run=run_id,
        at=at_ns,
    )
    return query.number(connection)


def _cut(connection: DuckDBPyConnection, gone: Gone, before_ns: int) -> None:
    known = connection.execute(
        "SELECT coalesce(sum(TRY_CAST(value->>'$.rows' AS BIGINT)), 0) FROM fact"
        " WHERE kind = ? AND run_id = ?",
        [PRUNED, gone.run_id],
    ).fetchone()
    rows = gone.rows + (int(known[0]) if known else 0)
    place = [gone.run_id, before_ns]
    connection.execute("DELETE FROM call WHERE run_id = ? AND start_ns + duration_ns < ?", place)
    sql(_FORGET_VALUES, run=gone.run_id, references=columns(REFERENCES)).execute(connection)
    recount(connection, gone.run_id)
    connection.execute("DELETE FROM span WHERE run_id = ? AND end_ns < ?", place)
    connection.execute("DELETE FROM fact WHERE kind = ? AND run_id = ?", [PRUNED, gone.run_id])
    fact = {"key": gone.run_id, "rows": rows, "before_ns": before_ns, "reason": gone.reason}
    _add_fact(connection, gone.run_id, PRUNED, fact)
    connection.execute(_FORGET_NAMES, [gone.run_id, NEWEST_TASKS])


_FORGET_VALUES = """
DELETE FROM value WHERE run_id = {run} AND id NOT IN (
    SELECT reference FROM (SELECT unnest([{references}]) AS reference FROM call WHERE run_id = {run})
    WHERE reference > 0)
"""
_FORGET_NAMES = """
DELETE FROM fact USING (
    SELECT process, kind, max(TRY_CAST(key AS UBIGINT)) AS newest FROM fact
    WHERE run_id = $1 AND kind IN ('thread', 'task') GROUP BY ALL
) n
WHERE fact.run_id = $1 AND fact.process = n.process AND fact.kind = n.kind
    AND TRY_CAST(fact.key AS UBIGINT) + $2 < n.newest
    AND NOT EXISTS (SELECT 1 FROM call WHERE call.process = fact.process
        AND TRY_CAST(fact.key AS UBIGINT)
            = CASE fact.kind WHEN 'thread' THEN call.thread_id ELSE call.task_id END)
"""


def _tables(connection: DuckDBPyConnection) -> list[str]:
    """The tables whose rows belong to runs."""
    rows = connection.execute(
        "SELECT table_name FROM duckdb_columns() WHERE column_name = 'run_id' AND NOT internal"
        " AND database_name = current_database() AND schema_name = 'main'"
    ).fetchall()
    return [name for (name,) in rows]
