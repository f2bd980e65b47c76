"""One object of a run: the states in which calls saw it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.references import REFERENCES
from breadcrumb_exporter_duckdb.database.statements import columns, sql

from breadcrumb.questions.facts.calls.args_after import with_args_after
from breadcrumb.questions.facts.calls.call_numbers import numbered
from breadcrumb.questions.facts.calls.call_rows import read_calls
from breadcrumb.questions.facts.objects.following import State, follow
from breadcrumb.questions.facts.objects.sightings import sightings

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.run.run_facts import Run

READ = 500
"""Calls of which the last ones with the object are read."""


def states_of(
    reader: Reader, run: Run, process: str, kind: str, object_id: str, until_ns: int
) -> list[State]:
    """Give the states of the object until a moment, from the last calls that had it by then."""
    connection = reader.connection
    connection.execute(
        """create or replace temp table wanted as select id from base.value
            where run_id = ? and contains(text::varchar, ?)""",
        [run.run_id, f'"{object_id}"'],
    )
    where = sql(
        "run_id = {run} and start_ns <= {until} and ({holds})",
        run=run.run_id,
        until=until_ns,
        holds=columns(REFERENCES, "{name} in (from wanted)", " or "),
    )
    last_first = sql("start_ns desc, ordinal desc, span_id desc")
    last = read_calls(connection, where, limit=READ, order=last_first)
    calls = with_args_after(reader, run, numbered(connection, run.run_id, last))
    seen = [each for call in calls if call.process == process for each in sightings(call, kind.__eq__)]
    found = follow(each for each in seen if each.object_id == object_id and each.moment_ns <= until_ns)
    newest = found[-1].object_number if found else 0
    return [state for state in found if state.object_number == newest]
