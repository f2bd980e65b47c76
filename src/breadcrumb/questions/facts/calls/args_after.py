"""What calls left of the arguments that they changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from breadcrumb.questions.facts.calls.call_rows import Call, changed, keys

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.run.run_facts import Run


def with_args_after(reader: Reader, run: Run, calls: list[Call]) -> list[Call]:
    """Add to each call the arguments that it left different."""
    sql = """select printf('%016x', span_id), extra->'$.args_after' from base.call
        where run_id = ? and function in (select unnest(?)) and extra is not null
        and span_id in (select unnest(?::ubigint[])) and (extra->'$.args_after') is not null"""
    functions = sorted({call.function for call in calls})
    parameters = [run.run_id, functions, keys(call.span_id for call in calls)]
    found = dict(reader.connection.execute(sql, parameters).fetchall())
    return [
        changed(call, args_after=json.loads(found[call.span_id])) if call.span_id in found else call
        for call in calls
    ]
