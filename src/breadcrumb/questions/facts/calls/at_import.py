"""Tells calls that modules made while they were imported from what the program then did."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.facts.calls.call_rows import Call, changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from breadcrumb.questions.facts.run.run_facts import Run

NOTABLE = 0.1
"""The part of the time of all outermost calls from which one is worth a line, wherever it was made."""


def marked(connection: duckdb.DuckDBPyConnection, run: Run, calls: Sequence[Call]) -> list[Call]:
    """Mark the outermost calls that an import made and that took little of the time."""
    outermost = [call for call in calls if not call.parent_span_id]
    notable_ns = NOTABLE * sum(call.duration_ns or 0 for call in outermost)
    bodies = _bodies(connection, run) if outermost else {}
    return [
        changed(call, at_import=True)
        if not call.parent_span_id
        and call.duration_ns is not None
        and call.duration_ns < notable_ns
        and _is_within(bodies.get((call.process, call.thread), ()), call.start_ns)
        else call
        for call in calls
    ]


def _bodies(
    connection: duckdb.DuckDBPyConnection, run: Run
) -> dict[tuple[str, str | None], list[tuple[int, int]]]:
    """Give when each thread ran bodies of imported modules: the outermost, which do not overlap, in order."""
    query = sql(
        """select printf('%016x', body.process), thread.value->>'$.name',
            (body.value->>'$.start_ns')::bigint as start_ns,
            start_ns + (body.value->>'$.duration_ns')::bigint as end_ns
        from base.fact body left join base.fact thread on thread.kind = 'thread'
            and thread.process = body.process and thread.key = body.value->>'$.thread'
        where body.run_id = {run} and body.kind = 'module' and body.value->>'$.module' <> '__main__'
            and end_ns is not null order by start_ns""",
        run=run.run_id,
    )
    found: dict[tuple[str, str | None], list[tuple[int, int]]] = defaultdict(list)
    for process, thread, start_ns, end_ns in query.rows(connection):
        bodies = found[process, thread]
        if not bodies or start_ns > bodies[-1][1]:
            bodies.append((start_ns, end_ns))
    return found


def _is_within(bodies: Sequence[tuple[int, int]], moment_ns: int) -> bool:
    at = bisect_right(bodies, (moment_ns, 1 << 63)) - 1
    return at >= 0 and moment_ns <= bodies[at][1]
