"""`--expensive`: the functions in which the run's time went, by the time of their own code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, replace
from breadcrumb_exporter_duckdb.database.statements import Sql, sql

from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.calls import cost_details
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.questions.facts.run.run_facts import Run, find_run
from breadcrumb.questions.gaps import of_python

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.run.counts import Count

SPREAD = 10
"""Functions whose calls are looked at for percentiles and recursion."""

NOTABLE = 5
"""Functions of which more is told, at most."""

SHARE = 0.05
"""The part of all own time, or of all waiting, from which that is so."""


@dataclass(frozen=True)
class Detail:
    """What is told of a function in which much of the time went."""

    slowest: Call | None
    """None where no call was kept."""
    repeated: cost_details.Repeated | None
    untraced: tuple[cost_details.Untraced, ...]


@dataclass(frozen=True)
class Cost:
    """What all calls of one function took."""

    function: str
    file: str
    line: int
    calls: int
    errors: int
    self_ns: int
    total_ns: int | None
    """With callees, calls within calls of the same function not counted twice; None if these are too many."""
    max_ns: int
    slowest_span_id: str | None
    """The slowest of those kept; None where none was."""
    kept: int | None = None
    """How many of the calls were kept, where not all were."""
    waited_ns: int | None = None
    """How long calls of a coroutine function waited; not what coroutines waited that they awaited."""
    recursive: bool = False
    """Whether calls were seen within calls of the same function."""
    spread: cost_details.Spread | None = None
    """None where it is not known: not every call was kept, or other functions took more."""
    detail: Detail | None = None

    def json(self) -> dict[str, Any]:
        """Give the row."""
        spread, detail = self.spread, self.detail
        slowest = detail.slowest if detail else None
        return {
            "function": self.function,
            "file": self.file,
            "line": self.line,
            "calls": self.calls,
            "errors": self.errors,
            "self_ns": self.self_ns,
            "total_ns": self.total_ns,
            "waited_ns": self.waited_ns,
            "p50_ns": spread.p50_ns if spread else None,
            "p95_ns": spread.p95_ns if spread else None,
            "max_ns": self.max_ns,
            "slowest_span_id": self.slowest_span_id,
            **({"slowest": {"call": slowest.number, "args": slowest.args}} if slowest else {}),
            **({"repeated": detail.repeated.json()} if detail and detail.repeated else {}),
            **({"untraced": {each.callee: each.count for each in detail.untraced}} if detail else {}),
            **({} if self.kept is None else {"kept": self.kept}),
        }

    def with_thinned(self, count: Count) -> Cost:
        """Add the calls that were only counted."""
        return replace(
            self,
            calls=self.calls + count.thinned,
            self_ns=self.self_ns + count.thinned_self_ns,
            total_ns=None if self.total_ns is None else self.total_ns + count.thinned_ns,
            max_ns=max(self.max_ns, count.max_ns),
            kept=self.calls,
        )


def expensive(reader: Reader, ask: Ask) -> Answer:
    """Give the functions of a run with their calls and times (ns), the most own time first."""
    run = find_run(reader, ask)
    waited = cost_details.waits(reader, run, ask)
    found = sorted(costs(reader, run, ask), key=lambda cost: (-cost.self_ns, cost.function))
    rows = [replace(cost, waited_ns=waited.get(cost.function)) for cost in found]
    rows = _detailed(reader, run, ask, _spread(reader, run, ask, rows[: ask.rows]))
    names = display_names(reader, run)
    return Answer(
        question="expensive",
        run=run.run_id,
        rows=tuple(rows),
        total=len(found),
        ask=ask,
        words=("--expensive",),
        dropped=run.dropped,
        counts=run.counts,
        notes=(*run.notes, *_since_note(run, ask)),
        noun="functions",
        names=names,
        next=_next(ask, rows, names),
    )


def _spread(reader: Reader, run: Run, ask: Ask, rows: list[Cost]) -> list[Cost]:
    """Add percentiles to the first rows, and count recursion once."""
    first = [cost for cost in rows[:SPREAD] if cost.calls > 1]
    spreads = cost_details.spreads(reader, run, ask, [cost.function for cost in first if cost.kept is None])
    kept = {cost.function: cost.calls if cost.kept is None else cost.kept for cost in first}
    outermost = cost_details.outermost(reader, run, ask, kept)
    return [
        replace(
            cost,
            spread=spreads.get(cost.function),
            total_ns=outermost.get(cost.function, cost.total_ns),
            recursive=cost.function in outermost,
        )
        for cost in rows
    ]


def _detailed(reader: Reader, run: Run, ask: Ask, rows: list[Cost]) -> list[Cost]:
    """Tell more of the functions in which much of the time went or was waited."""
    notable = _notable(rows)
    slowest = cost_details.slowest_calls(
        reader, run, [c.slowest_span_id for c in notable if c.slowest_span_id]
    )
    untraced = cost_details.untraced(reader, run, [cost.function for cost in notable])
    details = {
        cost.function: Detail(
            slowest.get(cost.slowest_span_id or ""),
            cost_details.repeated(reader, run, ask, cost.function, recursive=cost.recursive)
            if cost.calls > 1
            else None,
            tuple(untraced.get(cost.function, ())),
        )
        for cost in notable
    }
    return [replace(cost, detail=details.get(cost.function)) for cost in rows]


def _notable(rows: Sequence[Cost]) -> list[Cost]:
    own, waited = (sum(times) for times in ([c.self_ns for c in rows], [c.waited_ns or 0 for c in rows]))
    much = [
        cost
        for cost in rows
        if cost.self_ns >= SHARE * max(own, 1) or (waited > own and (cost.waited_ns or 0) >= SHARE * waited)
    ]
    return much[:NOTABLE]


def _next(ask: Ask, rows: Sequence[Cost], names: Mapping[str, str]) -> tuple[str, ...]:
    """Look into the slowest call of the costliest function, and trace what its own time hides."""
    if not rows:
        return ()
    top = max(rows, key=lambda cost: max(cost.self_ns, cost.waited_ns or 0))
    slowest = top.detail.slowest if top.detail else None
    name = names.get(top.function, top.function)
    if slowest is not None:
        below = ask.query("--trace" if slowest.calls_made else "--call", f"{name}#{slowest.number}")
    else:
        below = ask.query("--call", name)
    hidden = top.detail.untraced if top.detail else ()
    includes = [each.include for each in hidden if each.include and not of_python(each.include)]
    return (below, *(ask.command("config", "add-include", include) for include in includes[:1]))


def costs(reader: Reader, run: Run, ask: Ask) -> list[Cost]:
    """Add the calls of each function up, those that were only counted included, in no order."""
    is_whole = ask.since is None and not run.tests
    query = _whole(run) if is_whole else _part(run, ask)
    kept = {row[0]: Cost(*row) for row in query.rows(reader.connection)}
    counts = {count.function: count for count in run.counts} if is_whole else {}
    unseen = [Cost(each.function, each.file, each.line, 0, 0, 0, 0, 0, None) for each in counts.values()]
    found = {cost.function: cost for cost in unseen} | kept
    return [
        cost.with_thinned(counts[cost.function]) if cost.function in counts else cost
        for cost in found.values()
    ]


def _whole(run: Run) -> Sql:
    return sql(
        """select function, any_value(file), any_value(line), sum(calls)::bigint, sum(errors)::bigint,
            sum(self_ns)::bigint, greatest(sum(total_ns), sum(self_ns))::bigint, max(max_ns),
            printf('%016x', arg_max(slowest, max_ns))
        from base.tally where run_id = {run} and total_ns is not null group by function""",
        run=run.run_id,
    )


def _part(run: Run, ask: Ask) -> Sql:
    return sql(
        """select function, any_value(file), any_value(line), count(*), count(*) filter (outcome = 1),
            sum(ran_ns - child_ns)::bigint, greatest(sum(duration_ns), sum(ran_ns - child_ns))::bigint,
            max(duration_ns),
            printf('%016x', arg_max(span_id, duration_ns))
        from base.call where {where} and duration_ns is not null group by function""",
        where=run.where(ask),
    )


def _since_note(run: Run, ask: Ask) -> list[str]:
    """Counts have no times: a part of a run is told of by the calls that were kept."""
    if ask.since is None or not run.counts:
        return []
    return ["With --since only kept calls are added up; leave it out for exact counts."]
