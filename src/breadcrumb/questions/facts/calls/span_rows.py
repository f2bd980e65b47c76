"""Spans of other instrumentations as rows: they stand in trees between the calls, above and below them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, replace
from breadcrumb_exporter_duckdb.database.statements import Sql, sql

from breadcrumb.questions.facts.calls.call_rows import Call
from breadcrumb.questions.facts.calls.model_calls import model_call

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.run.run_facts import Run

_STATUS_CODES = ("http.response.status_code", "http.status_code", "rpc.grpc.status_code")


@dataclass(frozen=True)
class Span(Call):
    """A span that is no call of ours: `function` is its name, `kind` OpenTelemetry's."""

    message: str | None = None
    """What its ERROR status says."""
    attributes: Any = None

    @property
    def alike(self) -> Hashable:
        """What spans that are written as one have in common besides their name."""
        return (self.kind, self.status, self.message, str(self.code), model_call(self.attributes))

    @property
    def code(self) -> object:
        """The status code of the response, if the attributes have one."""
        known = self.attributes if isinstance(self.attributes, dict) else {}
        return next((known[name] for name in _STATUS_CODES if name in known), None)

    def json(self) -> dict[str, Any]:
        """Give the row: that of a call, marked, with what only a span has."""
        own = {"span_kind": self.kind, "status_message": self.message, "attributes": self.attributes}
        return {**super().json(), "kind": "span", **own}


def count_spans(reader: Reader, run: Run, ask: Ask) -> int:
    """Count the spans of other instrumentations in the run."""
    return sql("select count(*) from base.span where {where}", where=run.where(ask)).number(reader.connection)


def read_spans(reader: Reader, where: Sql, *, limit: int) -> list[Span]:
    """Read at most `limit` spans that meet the condition, in start order."""
    query = sql(
        """select s.run_id, s.process, coalesce(p.pid, 0), s.trace_id, s.span_id, s.parent_span_id, s.name,
            s.kind, s.start_ns, s.duration_ns, s.status, s.status_message, s.attributes
        from (select * from spans where {where} order by start_ns, span_id limit {limit}) s
        left join processes p on p.process = s.process
        order by s.start_ns, s.span_id""",
        where=where,
        limit=limit,
    )
    return [_span(*row) for row in query.rows(reader.connection)]


def _span(
    run: str, process: str, pid: int, trace: str, span: str, parent: str | None, name: str, kind: str,
    start_ns: int, duration_ns: int, status: str, message: str | None, attributes: str | None,
) -> Span:  # fmt: skip
    return Span(
        run=run, process=process, pid=pid, trace_id=trace, span_id=span, parent_span_id=parent,
        function=name, kind=kind, start_ns=start_ns, duration_ns=duration_ns,
        status="error" if status == "ERROR" else "ok", message=message,
        attributes=None if attributes is None else json.loads(attributes),
        file="", line=0, ran_ns=None, self_ns=None, suspensions=0, depth=0, thread=None, task=None,
        outcome=None, args={}, result=None, returned=False, raised=None,
        called_line=None, ended_line=None,
    )  # fmt: skip


def spans_by_id(reader: Reader, ids: Iterable[str]) -> list[Span]:
    """Read the spans with these ids."""
    wanted = list(ids)
    where = sql("span_id in (select unnest({wanted}::varchar[]))", wanted=wanted)
    return read_spans(reader, where, limit=len(wanted)) if wanted else []


def outermost(rows: Iterable[Call], limit: int) -> list[Call]:
    """Keep of calls and spans the outermost `limit` ones, in start order, each with its depth among them."""
    whole = {row.span_id: row for row in rows}
    if len(whole) > limit:
        depths = _depths(whole.values(), cut_off=_CUT_OFF)
        kept = sorted(whole.values(), key=lambda row: (depths[row.span_id], row.start_ns))[:limit]
        whole = {row.span_id: row for row in kept}
    depths = _depths(whole.values(), cut_off=0)
    found = [replace(row, depth=depths[row.span_id]) for row in whole.values()]
    return sorted(found, key=lambda row: (row.start_ns, row.depth))


_CUT_OFF = 1_000_000
"""What comes below a row that was not read is deeper than all that was."""


def _depths(rows: Iterable[Call], cut_off: int) -> dict[str, int]:
    """Count for each row how many are above it; from `cut_off` on where what is above it is absent."""
    parents = {row.span_id: row.parent_span_id for row in rows}
    depths: dict[str, int] = {}
    for span in parents:
        path: dict[str, None] = {}
        at: str | None = span
        while at in parents and at not in depths and at not in path:
            path[at] = None
            at = parents[at]
        depth = -1 if at is None else depths.get(at, cut_off - 1)
        for above in reversed(path):
            depth += 1
            depths[above] = depth
    return depths
