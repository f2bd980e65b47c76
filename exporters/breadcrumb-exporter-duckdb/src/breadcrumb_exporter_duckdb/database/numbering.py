"""Numbers the calls of each function as they are folded, and keeps what each chunk of them adds up to.

A chunk is what one transaction loaded. Within it the calls of a function are numbered in start order; how
many were numbered in other chunks, and when those began, stands in `tally`. So which call of its function a
call is, and what a run or a function took, is answered without reading the calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import sql

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SUMS = """
SELECT run_id, chunk, function, any_value(file) AS file, any_value(line) AS line,
    max(number) AS numbers, count(*) AS calls, count(*) FILTER (outcome = 1) AS errors,
    sum(ran_ns - child_ns)::BIGINT AS self_ns, sum(duration_ns)::BIGINT AS total_ns,
    min(duration_ns) AS min_ns, max(duration_ns) AS max_ns,
    arg_max(span_id, duration_ns) AS slowest, min(start_ns) AS first_ns, max(start_ns) AS last_ns
FROM call WHERE {which} GROUP BY run_id, chunk, function
"""


def next_chunk(connection: DuckDBPyConnection) -> int:
    """A chunk that nothing was loaded in yet; 0 is that of calls from before there were any."""
    row = connection.execute("SELECT coalesce(max(chunk), 0) + 1 FROM tally").fetchone()
    return int(row[0]) if row else 1


def sum_up(connection: DuckDBPyConnection, chunk: int) -> None:
    """Add what the calls of a new chunk add up to."""
    sums = sql(_SUMS, which=sql("chunk = {chunk}", chunk=chunk))
    sql("INSERT INTO tally {sums}", sums=sums).execute(connection)


def recount(connection: DuckDBPyConnection, run_id: str) -> None:
    """Sum up what is left of a run after some of its calls went; those left keep their numbers."""
    sums = sql(_SUMS, which=sql("run_id = {run}", run=run_id))
    sql(_RECOUNTED, sums=sums, run=run_id).execute(connection)
    connection.execute("DELETE FROM tally WHERE run_id = ?", [run_id])
    connection.execute("INSERT INTO tally FROM recounted; DROP TABLE recounted")


_RECOUNTED = """
CREATE TEMP TABLE recounted AS
SELECT t.run_id, t.chunk, t.function, t.file, t.line, t.numbers, coalesce(s.calls, 0), coalesce(s.errors, 0),
    s.self_ns, s.total_ns, s.min_ns, s.max_ns, s.slowest, t.first_ns, t.last_ns
FROM tally t LEFT JOIN ({sums}) s ON s.chunk = t.chunk AND s.function = t.function
WHERE t.run_id = {run}
"""
