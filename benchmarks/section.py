"""What was measured of real programs: as text, and as the first section of docs/performance.md."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from benchmarks.figures import number, real_figures
from benchmarks.pairs import Row
from benchmarks.probes.real import OURS, PEERS, TIMES
from benchmarks.real.catalog import REAL
from benchmarks.table import aligned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

BEGIN, END = "<!-- real programs -->", "<!-- end of real programs -->"
INTRODUCTION = f"""\
## Real programs

Work for pinned releases of published packages ([benchmarks/real](../benchmarks/real)): every function of
the package is traced, with the default settings, which [bound](running.md#what-recording-may-cost) what
recording may cost, and once more with every call and its values, whatever it costs ("whole"). "Process" is
the CPU time of the whole process tree, from its start to its end, with imports and all that is written
(folding comes later); "thread" is that of the calling thread in the program's work alone, without imports.
Both are multiples of the untraced program's: the median of the pairs, in brackets the least and the most.
viztracer and kolo, told to keep the same package's calls with arguments and returns, ran once, for no
longer than {TIMES} times the untraced program's CPU time and ten seconds. viztracer does not see what
another library calls: of pyflakes' tests nothing, as unittest runs them.
"""
AFTERWARDS = """
What the first of these runs left in the spool, what folding it took, and the first question after that
(`breadcrumb query --flow`, a process of its own, by wall time):
"""
COSTS = ("program", "untraced", "process", "thread", *(f"{peer}, process, thread, kept" for peer in PEERS))
KEPT = (
    "program", "calls kept", "without values", "only counted", "dropped", "bytes a call", "spool",
    "fold", "fold, CPU", "fold, peak", "first question",
)  # fmt: skip


def text(probes: Mapping[str, Any]) -> Iterator[str]:
    """Both tables for a terminal; nothing where no real program was measured."""
    if rows := _rows(probes):
        yield from aligned(COSTS, _costs(rows))
        yield ""
        yield from aligned(KEPT, _kept(rows))
        yield ""


def page(results: Mapping[str, Any]) -> Iterator[str]:
    """The section; where nothing was measured, the place where it goes."""
    yield BEGIN
    rows = _rows(results["probes"])
    if rows:
        yield INTRODUCTION
        yield from table(COSTS, _costs(rows))
        yield AFTERWARDS
        yield from table(KEPT, _kept(rows))
        yield ""
        head = ("figure", "measured", "to hold", "", "")
        held = real_figures(results["probes"])
        yield from table(
            head, ([each.what, each.shown, each.to_hold, each.verdict, each.note] for each in held)
        )
        yield from _how(results)
    yield END


def replaced(old: str, results: Mapping[str, Any]) -> str:
    """The page with this section new."""
    before, _, rest = old.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + "\n".join(page(results)) + after


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _rows(probes: Mapping[str, Any]) -> list[Row]:
    return [Row(**row) for row in probes.get("real", {}).get("rows", ())]


def _costs(rows: Sequence[Row]) -> Iterator[list[str]]:
    found = {(row.workload, row.tracer): row for row in rows}
    for row in rows:
        if row.tracer in OURS:
            beside = row.tracer == OURS[0]
            peers = [_beside(found[row.workload, peer]) if beside else "" for peer in PEERS]
            yield [_title(row), *(_cost(row) if row.pairs else [row.missing or "", "", ""]), *peers]


def _cost(row: Row) -> list[str]:
    seconds = statistics.median(pair["untraced"]["tree"] for pair in row.pairs) / 1e9
    ratios = {clock: row.ratios(clock) for clock in ("tree", "thread")}
    return [
        f"{number(seconds)} s",
        *(
            f"{number(row.middle(clock))} ({number(min(each))} to {number(max(each))})"
            for clock, each in ratios.items()
        ),
    ]


def _beside(row: Row) -> str:
    if not row.pairs:
        return row.missing or ""
    stored = row.pairs[0]["traced"]["stored"] / 1e6
    return f"{number(row.middle('tree'))}, {number(row.middle('thread'))}, {stored:,.1f} MB"


def _kept(rows: Sequence[Row]) -> Iterator[list[str]]:
    for row in rows:
        if row.kept:
            yield [_title(row), *_figures(row)]


def _figures(row: Row) -> Iterator[str]:
    kept = row.kept
    for name in ("recorded", "bare", "thinned", "dropped"):
        yield f"{kept[name]:,}"
    yield f"{kept['spool_bytes'] / row.calls:,.0f}"
    yield f"{kept['spool_bytes'] / 1e6:.1f} MB"
    yield f"{row.calls / kept['fold_wall'] * 1e9:,.0f} calls/s"
    yield f"{number(kept['fold_cpu'] / 1e9)} s"
    yield f"{kept['fold_peak'] / 1e6:,.0f} MB"
    yield f"{number(kept['question'] / 1e9)} s"


def _title(row: Row) -> str:
    title = REAL[row.workload].title.format(row.size)
    return title if row.tracer == OURS[0] else f"{title}, whole"


def _how(results: Mapping[str, Any]) -> Iterator[str]:
    machine = results["machine"]
    packages = sorted({REAL[row.workload].package for row in _rows(results["probes"])} | {*PEERS})
    versions = ", ".join(f"{name} {machine['versions'][name]}" for name in packages)
    pairs = max((len(row.pairs) for row in _rows(results["probes"])), default=0)
    measured = {row.workload for row in _rows(results["probes"])}
    absent = [each.title.format(each.size) for name, each in REAL.items() if name not in measured]
    if absent:
        yield f"\nInterrupted before these were measured: {'; '.join(absent)}."
    yield f"""
Measured with `{results["command"]}`
on {machine["date"]}, commit {machine["commit"]}, {pairs} pairs: {machine["processor"]},
{machine["cores"]} cores, {machine["system"]}, Python {machine["python"]}.
In the minute before {machine["load"]:.1f} other threads wanted to run; where that
is much, what is told by wall time would be less on an idle machine.
{versions}.
"""
