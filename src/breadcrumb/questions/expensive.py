"""`--expensive`: the functions in which the run's time went, by the time of their own code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from breadcrumb.questions.answer import Answer, Ask
from breadcrumb.questions.functions import display_names
from breadcrumb.questions.run_facts import exact_counts, find_run

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.store import Reader


@dataclass(frozen=True)
class Cost:
    """What all finished calls of one function took."""

    function: str
    file: str
    line: int
    calls: int
    errors: int
    self_ns: int
    total_ns: int
    max_ns: int
    slowest_span_id: str
    exact_calls: int | None = None
    """How often it was called, where not every call was kept."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "function": self.function,
            "file": self.file,
            "line": self.line,
            "calls": self.calls if self.exact_calls is None else self.exact_calls,
            "errors": self.errors,
            "self_ns": self.self_ns,
            "total_ns": self.total_ns,
            "max_ns": self.max_ns,
            "slowest_span_id": self.slowest_span_id,
            **({} if self.exact_calls is None else {"kept": self.calls}),
        }


def expensive(reader: Reader, ask: Ask) -> Answer:
    """Give the functions of a run with their calls and times (ns), the most own time first."""
    run = find_run(reader, ask)
    where, parameters = run.where(ask)
    sql = f"""select function, any_value(file), any_value(line), count(*), count(*) filter (outcome = 1),
            sum(self_ns)::bigint as own, sum(duration_ns)::bigint, max(duration_ns),
            printf('%016x', arg_max(span_key, duration_ns))
        from calls where {where} and duration_ns is not null
        group by function order by own desc, function"""  # noqa: S608 - the condition is ours
    counts = {} if ask.since else {name: n for name, (n, _) in exact_counts(reader, run.run_id).items()}
    found = reader.connection.execute(sql, parameters).fetchall()
    rows = [Cost(*(*row, counts.get(row[0]))) for row in found]
    names = display_names(reader, run)
    return Answer(
        question="expensive",
        run=run.run_id,
        rows=tuple(rows[: ask.rows]),
        total=len(rows),
        ask=ask,
        words=("--expensive",),
        dropped=run.dropped,
        notes=run.notes,
        noun="functions",
        names=names,
        next=(ask.command("show", rows[0].slowest_span_id),) if rows else (),
    )
