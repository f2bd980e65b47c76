"""Writes a run as one HTML file that needs nothing else: no server, no network, no other file."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.picture.lanes import placed
from breadcrumb.questions.expensive import costs
from breadcrumb.questions.facts.ask import Ask
from breadcrumb.questions.facts.calls.call_rows import ORDER, calls_at
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.render.parts.call_lines import Writer
from breadcrumb.render.parts.values import Memory, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.expensive import Cost
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.run.run_facts import Run

MOST = 20_000
"""Calls that a page shows: a browser stays quick, and the file below some 10 MB."""
WIDTH = 400
"""Characters of one value."""
STATES = {"ok": 0, "error": 1, "open": 2, "unknown": 3}


def page(reader: Reader, run: Run, most: int = MOST) -> tuple[str, int]:
    """The page's text and how many calls it shows: all, or the `most` longest and those that failed."""
    calls = _shown(reader, run, most)
    told = json.dumps(_told(reader, run, calls), ensure_ascii=False, separators=(",", ":"))
    here = files("breadcrumb.picture")
    text = (here / "page.html").read_text(encoding="utf-8")
    for mark, part in (
        ("/* style */", (here / "page.css").read_text(encoding="utf-8")),
        ("/* script */", (here / "page.js").read_text(encoding="utf-8")),
        ("/* run */", told.replace("<", "\\u003c")),
    ):
        text = text.replace(mark, part, 1)
    return text, len(calls)


def _shown(reader: Reader, run: Run, most: int) -> list[Call]:
    query = sql(
        """select place from (select place, {order} from base.call where run_id = {run}
            order by outcome = 255 desc, outcome = 1 desc, duration_ns desc limit {most}) order by {order}""",
        order=ORDER,
        run=run.run_id,
        most=most,
    )
    return calls_at(reader.connection, query.column(reader.connection))


def _told(reader: Reader, run: Run, calls: Sequence[Call]) -> dict[str, Any]:
    names = display_names(reader, run)
    rows = sorted(costs(reader, run, Ask(run=run.run_id)), key=lambda cost: (-cost.self_ns, cost.function))
    functions = {cost.function: at for at, cost in enumerate(rows)}
    for call in calls:  # those of which no call has ended yet
        functions.setdefault(call.function, len(functions))
    begin = min((call.start_ns for call in calls), default=0)
    end = max((call.start_ns + (call.duration_ns or 0) for call in calls), default=0)
    lanes, places = placed(calls, end)
    index = {call.span_id: at for at, call in enumerate(calls)}
    writer = Writer(names, width=WIDTH)
    return {
        "run": run.run_id,
        "command": run.command,
        "status": run.status,
        "exit": run.exit_status,
        "duration": run.duration_ns,
        "kept": run.kept,
        "counted": run.calls,
        "errors": run.errors,
        "notes": list(run.notes),
        "begin": begin,
        "end": end - begin,
        "lanes": lanes,
        "functions": [
            {
                "name": names.get(function, function),
                "full": function,
                "cost": _cost(rows[at]) if at < len(rows) else None,
            }
            for function, at in functions.items()
        ],
        "calls": [
            [
                lane,
                row,
                functions[call.function],
                call.start_ns - begin,
                call.duration_ns,
                call.self_ns,
                STATES[call.status],
                index.get(call.parent_span_id or "", -1),
                call.span_id,
                *_text(writer, call),
            ]
            for call, (lane, row) in zip(calls, places, strict=True)
        ],
    }


def _cost(cost: Cost) -> list[Any]:
    return [cost.calls, cost.errors, cost.self_ns, cost.total_ns, cost.max_ns, cost.file, cost.line]


def _text(writer: Writer, call: Call) -> tuple[str, str | None, str | None]:
    """Arguments, return, exception, as Python would write them."""
    writer.memory = Memory()
    arguments = writer.arguments([call])
    result = render([call.result], Memory(), width=WIDTH) if call.returned else None
    if call.raised is None:
        return arguments, result, None
    message = call.raised.message if call.raised.message is not None else call.raised.args
    said = message if isinstance(message, str) else render([message], Memory(), width=WIDTH)
    place = f" ({call.raised.file}:{call.raised.line})" if call.raised.file else ""
    return arguments, result, f"{call.raised.type}: {said}{place}"
