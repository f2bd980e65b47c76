"""Spans that `breadcrumb serve` received belong to the run whose calls are in their trace, once there is one.

Which run that is is not known when they come: the calls may come later. So it is looked up when a store is
opened; a span of a trace with calls of two runs is in both. What is a call here, or was kept by the program
that also sent it, is shown once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

RECEIVED = "received"
"""The member of a `process` fact that says that the process made none of the spans that it wrote."""
_RUNS = """
CREATE TABLE base.received AS
SELECT DISTINCT run_id FROM base.fact WHERE kind = 'process' AND value->>? = 'true'
"""
_JOINED = """
CREATE TABLE base.received_trace AS
SELECT DISTINCT trace_id, run_id FROM base.call
WHERE trace_id IN (SELECT trace_id FROM base.stored_span WHERE run_id IN (FROM base.received));
CREATE TABLE base.known_span AS
SELECT span_id FROM base.call WHERE trace_id IN (SELECT trace_id FROM base.received_trace)
UNION SELECT span_id FROM base.stored_span
    WHERE run_id NOT IN (FROM base.received) AND trace_id IN (SELECT trace_id FROM base.received_trace);
CREATE VIEW base.span AS
SELECT * FROM base.stored_span WHERE run_id NOT IN (FROM base.received)
UNION ALL
SELECT s.* REPLACE (coalesce(t.run_id, s.run_id) AS run_id)
FROM base.stored_span s LEFT JOIN base.received_trace t ON t.trace_id = s.trace_id
WHERE s.run_id IN (FROM base.received) AND s.span_id NOT IN (FROM base.known_span)
"""


def join(connection: DuckDBPyConnection) -> None:
    """Make the view `base.span` of `base.stored_span` and `base.call`."""
    connection.execute(_RUNS, [f"$.{RECEIVED}"])
    if connection.execute("FROM base.received LIMIT 1").fetchone():
        connection.execute(_JOINED)
    else:
        connection.execute("CREATE VIEW base.span AS FROM base.stored_span")
