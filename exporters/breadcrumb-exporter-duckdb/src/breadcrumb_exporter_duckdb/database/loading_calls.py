"""Loads the calls of frames, after their values: a value is kept once in a run, whoever refers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base import own_process
from breadcrumb_exporter_duckdb.database.numbering import next_chunk, sum_up

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from breadcrumb_exporter_duckdb.database.statements import Sql
    from breadcrumb_exporter_duckdb.format.frame import Frame


def load_calls(connection: DuckDBPyConnection, frames: Sequence[Frame], known: Sql, *, once: bool) -> None:
    """Load the calls of frames whose facts are loaded; with `once` only those that are not there yet.

    `known` is the table, or view, with all values there are; new ones go into the table `value`.
    """
    filled = [frame for frame in frames if frame.rows]
    if not filled:
        return

    from breadcrumb_exporter_duckdb.database.arrow import call_table

    own_process.arrow_for_duckdb()
    chunk = next_chunk(connection)
    calls = call_table.made(connection, filled, known, once=once)
    connection.register("given_call", calls)
    connection.execute("SET preserve_insertion_order = true")  # they are in order
    connection.execute(_INSERT_CALLS, {"chunk": chunk})
    connection.execute("SET preserve_insertion_order = false")
    connection.unregister("given_call")
    sum_up(connection, chunk)


_INSERT_CALLS = """
INSERT INTO call
SELECT run_id, process, pid, trace_id::UUID, span_id, parent_id, function, module, file, line, kind,
    start_ns, duration_ns, child_ns, ran_ns, suspensions, depth, stack, ordinal, last_ordinal,
    thread_name, thread, task_name, task, outcome, k1, k2, k3, k4, a1, a2, a3, a4, rest, result,
    exception, extra, more, $chunk, number,
    TRY_CAST(nullif(called_line, 0) AS INTEGER), TRY_CAST(nullif(ended_line, 0) AS INTEGER)
FROM given_call
"""
