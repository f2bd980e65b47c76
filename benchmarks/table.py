"""The results as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks import tracers
from benchmarks.catalog import WORKLOADS
from benchmarks.figures import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from benchmarks.figures import Figure
    from benchmarks.pairs import Row

HEAD = (
    "workload", "tracer", "calls", "thread", "spread", "added ns/call", "process", "whole", "wall",
    "bytes/call",
    "peak MB", "recorded", "value",
)  # fmt: skip


def cells(row: Row) -> list[str]:
    """One row of the table of workloads."""
    head = [row.workload, row.tracer, f"{row.calls:,}"]
    if not row.pairs:
        return [*head, "-", *[""] * (len(HEAD) - 6), *seen(row)]
    ratios = row.ratios("thread")
    more = [number(row.middle(clock)) for clock in ("process", "whole", "wall")]
    peak = max(pair["traced"]["peak_rss"] for pair in row.pairs)
    spread = f"{number(min(ratios))}..{number(max(ratios))}"
    added = f"{row.added('thread'):,.0f}"
    return [
        *head, number(row.middle("thread")), spread, added, *more,
        stored(row), f"{peak / 1e6:,.0f}", *seen(row),
    ]  # fmt: skip


def stored(row: Row) -> str:
    """Bytes a call, where the tool writes calls at all."""
    return f"{row.per_call('stored'):,.0f}" if tracers.find(row.tracer).writes else "-"


def seen(row: Row) -> list[str]:
    """How much of the calls was recorded, and whether a known value is right."""
    told = row.verified
    if told is None:
        return ["", ""]
    share = "all" if told["recorded"] == told["calls"] else f"{told['recorded'] / told['calls']:.1%}"
    counted = f", {told['unkept']:,} only counted" if told["unkept"] else ""
    return [share + counted, told["value"]]


def aligned(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines whose columns stand under each other."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    for line in lines:
        yield "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


def dropped(rows: Iterable[Row]) -> Iterator[str]:
    """What tracers could not do, did not record, or recorded differently; one line for each row."""
    rows = list(rows)
    reasons = dict.fromkeys((row.tracer, row.missing) for row in rows if row.missing)
    for tool, reason in reasons:
        names = [row.workload for row in rows if (row.tracer, row.missing) == (tool, reason)]
        yield f"{', '.join(names)} under {tool}: {reason}"
    for row in rows:
        told = row.verified
        if told and not row.missing and (told["notes"] or told["value"] == "wrong"):
            lost = told["calls"] - told["recorded"]
            many = f"dropped {lost:,} of {told['calls']:,} calls. " if lost else ""
            surplus = f"{told['surplus']:,} too many. " if told["surplus"] else ""
            wrong = "Known value not found. " if told["value"] == "wrong" else ""
            yield f"{row.workload} under {row.tracer}: {many}{surplus}{wrong}{'; '.join(told['notes'])}"


def text(rows: Sequence[Row], held: Sequence[Figure]) -> str:
    """All of it."""
    order = {name: place for place, name in enumerate(WORKLOADS)}
    tools = {name: place for place, name in enumerate(tracers.MODULES)}
    rows = sorted(rows, key=lambda row: (order[row.workload], tools[row.tracer]))
    lines = list(aligned(HEAD, map(cells, rows))) if rows else []
    missing = list(dropped(rows))
    if missing:
        lines += ["", "Not as the workload made them:", *missing]
    shown = (
        [each.what, each.shown, each.to_hold, each.verdict, each.note]
        for each in held
        if each.measured is not None
    )
    lines += ["", *aligned(("figure", "measured", "to hold", "", ""), shown)]
    return "\n".join(lines)
