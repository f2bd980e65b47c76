"""The last calls that meet a condition, and what passed a result on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import Sql, sql

from breadcrumb.questions.facts.calls.args_after import with_args_after
from breadcrumb.questions.facts.calls.call_rows import calls_at, in_order
from breadcrumb.questions.facts.calls.relations import complete

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.run.run_facts import Run

WRAPPED = 10
"""Calls within each other that passed on one result."""
MADE = 12
"""The last calls of one among which the one is sought that made its result."""


def last_calls(reader: Reader, run: Run, condition: Sql, most: int) -> tuple[tuple[Call, ...], int]:
    """Read the last calls that meet a condition, those that failed before all, in order, and how many do."""
    query = sql(
        """select place, count(*) over () from base.call where run_id = {run} and {condition}
        order by outcome = 1 desc, start_ns desc, ordinal desc limit {most}""",
        run=run.run_id,
        condition=condition,
        most=most,
    )
    found = query.rows(reader.connection)
    calls = in_order(calls_at(reader.connection, [place for place, _ in found]))
    whole = with_args_after(reader, run, complete(reader.connection, run.run_id, calls, calls_made=False))
    return tuple(whole), found[0][1] if found else 0


def made_within(reader: Reader, run: Run, call: Call) -> Call:
    """Go down to the call that gave what others only passed on, as decorators do."""
    for _ in range(WRAPPED):
        calls, _ = last_calls(reader, run, sql("parent_id = {key}", key=int(call.span_id, 16)), MADE)
        same = [each for each in calls if _gave(each) == _gave(call)]
        if not same or (call.result is None and not call.yields):
            break
        call = same[-1]
    return call


def _gave(call: Call) -> tuple[Json, int | None, Mapping[str, Json]]:
    return call.result, call.yields, call.yielded
