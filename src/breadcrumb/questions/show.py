"""`breadcrumb show ID`: the run, trace or call that an id, or the unambiguous beginning of one, names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.calls.call_rows import keys
from breadcrumb.questions.facts.calls.open_stacks import standing
from breadcrumb.questions.facts.run.deliveries import delivery_lines, read_deliveries
from breadcrumb.questions.facts.run.recorders import recorders
from breadcrumb.questions.facts.run.run_facts import find_run
from breadcrumb.questions.flow import flow_of
from breadcrumb.questions.trace import below, trace, tree

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.answer import Answer

_HEX = re.compile(r"[0-9a-f]{1,32}")
_SHOWN = 5

_FIND = """select kind, id, any_value(run_id) from (
        select 'run' as kind, run_id as id, run_id from runs where starts_with(run_id, $id)
        union all
        select 'trace', replace(trace_id::varchar, '-', ''), run_id
        from (select trace_id, run_id from base.call union all select trace_id, run_id from base.span)
        where trace_id between $first::uuid and $last::uuid
        union all
        select 'call', printf('%016x', span_id), run_id from base.call where span_id between $low and $high
        union all
        select 'span', printf('%016x', span_id), run_id from base.span where span_id between $low and $high)
    group by kind, id order by kind = 'call', kind, id limit 6"""


def show(reader: Reader, ask: Ask, identifier: str) -> Answer:
    """Give a run's flow, a trace's tree, or one call with what it called."""
    kind, full, run_id = _find(reader, ask, identifier)
    ask = replace(ask, run=run_id)
    answer = {"run": _run, "trace": _trace, "call": _call, "span": _span}[kind](reader, ask, full)
    return replace(answer, question="show", command=("show",), words=(full,))


def _find(reader: Reader, ask: Ask, identifier: str) -> tuple[str, str, str]:
    if identifier == "last":
        run = find_run(reader, ask)
        return "run", run.run_id, run.run_id
    wanted = identifier.lower().removeprefix("0x").replace("-", "")
    if not _HEX.fullmatch(wanted):
        raise NoAnswer(f"{identifier or 'nothing'} is no id: ids are hexadecimal", ask.command("runs"))
    ends = {
        "low": int(wanted[:16].ljust(16, "0"), 16),
        "high": int(wanted[:16].ljust(16, "f"), 16),
        "first": wanted.ljust(32, "0"),
        "last": wanted.ljust(32, "f"),
    }
    found = reader.connection.execute(_FIND, {"id": wanted, **ends}).fetchall()
    found = [row for row in found if row[1].startswith(wanted)]
    found = [row for row in found if row[1] == wanted] or found
    if not found:
        raise NoAnswer(f"no run, trace or call has the id {identifier}", ask.command("runs"))
    if len(found) > 1:
        named = ", ".join(f"{kind} {full}" for kind, full, _ in found[:_SHOWN])
        raise NoAnswer(f"{identifier} is ambiguous: {named}", "give more of the id")
    return found[0]


def _run(reader: Reader, ask: Ask, run_id: str) -> Answer:
    run = find_run(reader, ask)
    answer = flow_of(reader, run, ask)
    recorded = recorders(reader, run_id)
    recorder = f"Recorder: {recorded}." if recorded else ""
    deliveries = read_deliveries(reader, run_id)
    sent = delivery_lines(deliveries, is_running=run.status == "running")
    summary = " ".join(filter(None, (answer.summary, recorder, *sent)))
    return replace(answer, summary=summary, stood=standing(reader, run), deliveries=deliveries)


def _trace(reader: Reader, ask: Ask, trace_id: str) -> Answer:
    return trace(reader, ask, trace_id)


def _call(reader: Reader, ask: Ask, span_id: str) -> Answer:
    run = find_run(reader, ask)
    return tree(reader, run, ask, below(reader, run, ask, keys([span_id])), (span_id,))


def _span(reader: Reader, ask: Ask, span_id: str) -> Answer:
    run = find_run(reader, ask)
    return tree(reader, run, ask, below(reader, run, ask, [], [span_id]), (span_id,))
