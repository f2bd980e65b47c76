"""What other threads and tasks did with the objects of a call while it ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.facts.calls.args_after import with_args_after
from breadcrumb.questions.facts.calls.call_rows import read_calls
from breadcrumb.questions.facts.calls.relations import complete

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.run.run_facts import Run

READ = 200
"""Calls that began meanwhile which are looked at."""
TOLD = 8
"""Those that had one of its objects which are told."""


def meanwhile(reader: Reader, run: Run, call: Call) -> tuple[Call, ...]:
    """Give the first calls that began elsewhere in the process while this one ran, and had its objects."""
    own = set(_objects(call.args))
    if not own or call.duration_ns is None:
        return ()
    where = sql(
        """run_id = {run} and process = {process} and start_ns between {start} and {end}
        and not (thread is not distinct from {thread} and task is not distinct from {task})""",
        run=run.run_id,
        process=int(call.process, 16),
        start=call.start_ns,
        end=call.start_ns + call.duration_ns,
        thread=call.thread,
        task=call.task,
    )
    found = read_calls(reader.connection, where, limit=READ)
    shared = [each for each in found if not own.isdisjoint(_objects(each.args))][:TOLD]
    whole = with_args_after(reader, run, complete(reader.connection, run.run_id, shared, calls_made=False))
    return tuple(whole)


def _objects(value: Json) -> Iterator[str]:
    """Name the objects in captured values."""
    if isinstance(value, dict):
        if "@id" in value:
            yield f"{value['@']} {value['@id']}"
        for each in value.values():
            yield from _objects(each)
    elif isinstance(value, list):
        for each in value:
            yield from _objects(each)
