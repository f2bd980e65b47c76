"""Functions of which not every call was kept: how many there were, and what all of them took."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breadcrumb_exporter_duckdb.reading.store import Reader

_NAMED = 3
"""Functions named in one note."""

_COUNTS = """with counted as (
        select n.function, any_value(c.file) as file, any_value(c.line) as line,
            sum(thinned)::bigint as thinned, sum(thinned_ns)::bigint as thinned_ns,
            sum(thinned_self_ns)::bigint as thinned_self_ns, min(min_ns) as min_ns, max(max_ns) as max_ns,
            max_by(reason, thinned) as reason
        from counts n join codes c on c.process = n.process and c.key = n.code
        where n.run_id = $run and thinned > 0 group by n.function),
    kept as (
        select function, sum(calls)::bigint as kept, coalesce(sum(total_ns), 0)::bigint as kept_ns,
            min(min_ns) as least_ns, max(max_ns) as most_ns
        from base.tally where run_id = $run and function in (select function from counted) group by function)
    select function, file, line, coalesce(kept, 0), thinned, coalesce(kept_ns, 0) + thinned_ns, thinned_ns,
        thinned_self_ns, least(min_ns, least_ns), greatest(max_ns, most_ns), reason
    from counted left join kept using (function) order by thinned desc, function"""

_BARE = """select any_value(c.function), sum((n.value->>'$.bare')::bigint)::bigint as bare
    from facts n join codes c on c.process = n.process and c.key = try_cast(n.key as uinteger)
    where n.run_id = $run and n.kind = 'count' and (n.value->>'$.bare')::bigint > 0
    group by c.function order by bare desc, 1"""


@dataclass(frozen=True)
class Count:
    """All calls of one function in a run, of which some were only counted. Times are of those that ended."""

    function: str
    file: str
    line: int
    kept: int
    thinned: int
    """Calls that were only counted."""
    total_ns: int
    thinned_ns: int
    """The part of the total that the thinned ones took."""
    thinned_self_ns: int
    min_ns: int
    max_ns: int
    reason: str

    @property
    def calls(self) -> int:
        """How many calls there were, those included that have not ended."""
        return self.kept + self.thinned

    @property
    def name(self) -> str:
        """The function as notes call it."""
        return self.function.removeprefix("__main__.")

    def json(self) -> dict[str, Any]:
        """Give the object of the JSON format."""
        return {
            "function": self.function,
            "calls": self.calls,
            "kept": self.kept,
            "total_ns": self.total_ns,
            "min_ns": self.min_ns,
            "max_ns": self.max_ns,
            "reason": self.reason,
        }


def read_counts(reader: Reader, run_id: str) -> tuple[Count, ...]:
    """Read the functions of a run of which calls were only counted, the most first."""
    return tuple(Count(*row) for row in reader.connection.execute(_COUNTS, {"run": run_id}).fetchall())


def bare_note(reader: Reader, run_id: str) -> list[str]:
    """Say of which functions calls were kept without their values, and how to have them."""
    found = reader.connection.execute(_BARE, {"run": run_id}).fetchall()
    named = [f"{bare:,} of {function.removeprefix('__main__.')}" for function, bare in found[:_NAMED]]
    more = f" and {len(found) - _NAMED} more functions" if len(found) > _NAMED else ""
    return [
        f"{sum(bare for _, bare in found):,} calls were kept without arguments and return, since to record "
        f"them took more time than the overhead allowed: {', '.join(named)}{more}. "
        "BREADCRUMB_OVERHEAD=none keeps all."
        for _ in found[:1]
    ]


def count_note(counts: Iterable[Count]) -> list[str]:
    """Say of which functions not every call was kept, and why."""
    found = list(counts)
    named = [f"{each.kept:,} of {each.calls:,} of {each.name} ({each.reason})" for each in found[:_NAMED]]
    more = f" and {len(found) - _NAMED} more functions" if len(found) > _NAMED else ""
    return [f"Not every call was kept, the rest counted: {', '.join(named)}{more}."] if found else []


def function_note(counts: Iterable[Count], function: str) -> list[str]:
    """Say what all calls of one function took, where they were not all kept."""
    return [
        f"{each.kept:,} of {each.calls:,} calls of {each.name} in the run were kept, the rest counted "
        f"({each.reason}): {each.total_ns / 1e6:,.3f} ms in total, {each.min_ns / 1e6:,.3f} to "
        f"{each.max_ns / 1e6:,.3f} ms each; #n numbers those kept."
        for each in counts
        if each.function == function
    ]
