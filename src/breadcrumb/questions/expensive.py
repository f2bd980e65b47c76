"""`--expensive`: the functions in which the run's time went, by the time of their own code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from breadcrumb.questions.answer import Answer, Ask
from breadcrumb.questions.functions import display_names
from breadcrumb.questions.run_facts import Run, find_run

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.store import Reader

    from breadcrumb.questions.counts import Count


@dataclass(frozen=True)
class Cost:
    """What all calls of one function took."""

    function: str
    file: str
    line: int
    calls: int
    errors: int
    self_ns: int
    total_ns: int
    max_ns: int
    slowest_span_id: str | None
    """The slowest of those kept; None where none was."""
    kept: int | None = None
    """How many of the calls were kept, where not all were."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "function": self.function,
            "file": self.file,
            "line": self.line,
            "calls": self.calls,
            "errors": self.errors,
            "self_ns": self.self_ns,
            "total_ns": self.total_ns,
            "max_ns": self.max_ns,
            "slowest_span_id": self.slowest_span_id,
            **({} if self.kept is None else {"kept": self.kept}),
        }

    def with_thinned(self, count: Count) -> Cost:
        """Add the calls that were only counted."""
        return replace(
            self,
            calls=self.calls + count.thinned,
            self_ns=self.self_ns + count.thinned_self_ns,
            total_ns=self.total_ns + count.thinned_ns,
            max_ns=max(self.max_ns, count.max_ns),
            kept=self.calls,
        )


def expensive(reader: Reader, ask: Ask) -> Answer:
    """Give the functions of a run with their calls and times (ns), the most own time first."""
    run = find_run(reader, ask)
    rows = sorted(costs(reader, run, ask), key=lambda cost: (-cost.self_ns, cost.function))
    names = display_names(reader, run)
    slowest = [cost.slowest_span_id for cost in rows if cost.slowest_span_id]
    return Answer(
        question="expensive",
        run=run.run_id,
        rows=tuple(rows[: ask.rows]),
        total=len(rows),
        ask=ask,
        words=("--expensive",),
        dropped=run.dropped,
        counts=run.counts,
        notes=(*run.notes, *_since_note(run, ask)),
        noun="functions",
        names=names,
        next=(ask.command("show", slowest[0]),) if slowest else (),
    )


def costs(reader: Reader, run: Run, ask: Ask) -> list[Cost]:
    """Add the calls of each function up, those that were only counted included, in no order."""
    sql, parameters = (_WHOLE, [run.run_id]) if ask.since is None else _since(run, ask)
    kept = {row[0]: Cost(*row) for row in reader.connection.execute(sql, parameters).fetchall()}
    counts = {count.function: count for count in run.counts} if ask.since is None else {}
    unseen = [Cost(each.function, each.file, each.line, 0, 0, 0, 0, 0, None) for each in counts.values()]
    found = {cost.function: cost for cost in unseen} | kept
    return [
        cost.with_thinned(counts[cost.function]) if cost.function in counts else cost
        for cost in found.values()
    ]


_WHOLE = """select function, any_value(file), any_value(line), sum(calls)::bigint, sum(errors)::bigint,
        sum(self_ns)::bigint, sum(total_ns)::bigint, max(max_ns), printf('%016x', arg_max(slowest, max_ns))
    from base.tally where run_id = ? and total_ns is not null group by function"""


def _since(run: Run, ask: Ask) -> tuple[str, list[Any]]:
    where, parameters = run.where(ask)
    sql = f"""select function, any_value(file), any_value(line), count(*), count(*) filter (outcome = 1),
            sum(ran_ns - child_ns)::bigint, sum(duration_ns)::bigint, max(duration_ns),
            printf('%016x', arg_max(span_id, duration_ns))
        from base.call where {where} and duration_ns is not null group by function"""  # noqa: S608 - ours
    return sql, parameters


def _since_note(run: Run, ask: Ask) -> list[str]:
    """Counts have no times: a part of a run is told of by the calls that were kept."""
    if ask.since is None or not run.counts:
        return []
    return ["With --since only kept calls are added up; leave it out for exact counts."]
