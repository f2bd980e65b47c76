"""Writes docs/performance.md and its chart from kept results."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmarks import chart, section, tracers
from benchmarks.catalog import WORKLOADS
from benchmarks.figures import figures, number
from benchmarks.job import ROOT
from benchmarks.section import table
from benchmarks.table import dropped, stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.pairs import Row

PAGE = ROOT / "docs" / "performance.md"
CHART = PAGE.with_suffix(".svg")

INTRODUCTION = """\
# What tracing costs

`make bench` measures it, prints a table and, with `ARGS=--document`, writes this page. Every run is a
process of its own beside an untraced run of the same program, in random order; the figures are medians of
the pairs. CPU time is taken inside the program, around its `main()`, on the thread that calls; "whole
process" is the CPU time of all threads from there to the very end, with all that is written. Before
anything is timed, what a tool has recorded is held against what the program is known to have done.

Real programs come first. The others are our own ([benchmarks/workloads](../benchmarks/workloads)), each of
them made to be hard in one respect, with every call known. Every tool traces the program's own functions
only, where it can be told to, and keeps arguments and returns, where it can. Breadcrumb runs with its
defaults: redaction and gaps are on, functions that are called very often are thinned, with exact counts, and
what recording may cost is bounded; "not thinned" keeps arguments and returns of every call, whatever that
costs, and the figures to hold of our own programs are about that.
"""

REASONS = """
### What is not held, why, and what would change it

- **Tiny functions.** sys.monitoring calls back twice (44 ns), the clock is read twice (60 ns on this
  machine), a row of twenty columns is written (65 ns); the rest goes into finding the call's place and its
  values. To try next: the clock read by the processor's counter (11 ns instead of 30).
- **Calls that no traced call made** (a callback's, a test's, a handler's) look for a task, for who handed the
  work on and for an attached span besides, and make a trace id. Where a sampler or an id generator of the
  program's, or an attached context, has a say, Python is asked, at some microseconds a call; the SDK's
  default samplers that take everything need not be.
- **Objects.** A call of that program shows about 1,000 bytes of JSON: the fields of `self`, and the lists,
  dicts and objects in them, thirty to fifty values a call. viztracer and kolo keep
  `<Shop object at 0x...>` there. What holds what it held at an earlier call is not written again: the call
  refers to its text, which a frame of the spool holds once. To know that it still holds it, each part is
  compared. `limits.depth` and `limits.items` lower the cost further.
- **Whole process.** Texts of values are kept in memory as long as they come again. Frames are put together of
  them, summed up (CRC-32) and written on a background thread; folding them into the database comes after the
  program.
- **asyncio.** A suspension is told of in each frame of the chain of awaits, and each task's outermost call
  makes the object that names it in the context.
- **Secrets.** Most strings that could hold a secret are proven to hold none in C (some 10 ns a character).
  Those that do are searched in Python, each different one once: in that program all are different.
- **Against other tools.** They write `<Shop object at 0x...>` or keep no values, and miss whole programs
  (`*`). With values and redaction a call costs 1.6 to 8 times less than in viztracer and kolo where it is
  small or passes objects, about as much as in kolo in asyncio, up to twice as much in a web server and a test
  run, and three to five times more where each string holds another secret, which they do not look for.
- **Questions at 1 M.** Those over 100 ms read the rows that they show as JSON, by place: that part is the
  same at 10 M, where all are within their figure. `query --flow` pays for opening the store besides.
- **This machine** has phases in which everything takes up to twice the CPU time; the pairs are mixed so that
  both sides meet them, and the least of each bracket is nearer to what a quiet machine shows.
"""


def write(results: Mapping[str, Any], rows: Sequence[Row]) -> None:
    """Write the page and the chart; where only real programs were measured, their section."""
    if not rows and results["probes"].keys() == {"real"}:
        PAGE.write_text(section.replaced(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
        return
    titles = {name: tracers.find(name).title for name in tracers.MODULES}
    CHART.write_text(chart.svg(rows, titles), encoding="utf-8")
    PAGE.write_text("\n".join(page(results, rows)), encoding="utf-8")


def page(results: Mapping[str, Any], rows: Sequence[Row]) -> Iterator[str]:
    """The lines of the page."""
    yield INTRODUCTION
    yield from section.page(results)
    yield ""
    yield "## CPU time of the calling thread, as a multiple of the untraced program's\n"
    yield from _costs(rows)
    yield f"\n![What each tool adds to a call]({CHART.name})\n"
    yield "## Figures to hold\n"
    held = [
        [each.what, each.shown, each.to_hold, each.verdict, each.note, f"`{each.command}`"]
        for each in figures(rows, results["probes"])
    ]
    yield from table(["figure", "measured", "to hold", "", "", "command"], held)
    yield REASONS
    yield "## What is kept, and what it takes\n"
    yield from _kept(rows)
    yield from _missing(rows)
    yield from _probes(results["probes"])
    yield from _how(results)


def _costs(rows: Sequence[Row]) -> Iterator[str]:
    tools = [name for name in tracers.MODULES if any(row.tracer == name for row in rows)]
    found = {(row.workload, row.tracer): row for row in rows}
    head = ["program", *(tracers.find(name).title for name in tools)]
    body = [
        [program.title, *(_cost(found.get((name, tool))) for tool in tools)]
        for name, program in WORKLOADS.items()
        if any(row.workload == name for row in rows)
    ]
    yield from table(head, body)
    yield "\nThe median of the pairs, in brackets the least and the most, then what one call costs more."
    yield "`*`: that tool missed calls of that program; what it missed is told below."


def _cost(row: Row | None) -> str:
    if row is None or not row.pairs:
        return row.missing or "-" if row and row.missing == "not built" else "-"
    ratios = row.ratios("thread")
    middle = f"**{number(row.middle('thread'))}**{'' if row.complete else '*'}"
    return f"{middle} ({number(min(ratios))} to {number(max(ratios))}) {_duration(row.added('thread'))}"


def _duration(ns: float) -> str:
    return f"{ns / 1000:,.1f} µs" if abs(ns) >= 1000 else f"{ns:,.0f} ns"


def _kept(rows: Sequence[Row]) -> Iterator[str]:
    """Each tool over the program of objects: the fullest comparison."""
    head = ["tool", "keeps", "does not see", "whole process", "bytes a call", "peak memory"]
    body = [
        [
            tracers.find(row.tracer).title,
            tracers.find(row.tracer).keeps,
            tracers.find(row.tracer).misses,
            f"{number(row.middle('whole'))} x",
            stored(row),
            f"{max(pair['traced']['peak_rss'] for pair in row.pairs) / 1e6:,.0f} MB",
        ]
        for row in rows
        if row.workload == "objects" and row.pairs
    ]
    yield from table(head, body)
    yield "\nMeasured with the program of objects and containers; live spans and logfire's are not written."


def _missing(rows: Sequence[Row]) -> Iterator[str]:
    lines = [f"- {line}" for line in dropped(rows)]
    if lines:
        yield "\n## What was not recorded as it happened\n"
        yield from lines


def _probes(probes: Mapping[str, Any]) -> Iterator[str]:
    for name, size in (("questions", "1 M"), ("questions_large", "10 M")):
        if name in probes:
            yield f"\n## Questions over {size} spans\n"
            body = [[f"`{title}`", f"{number(ms)} ms"] for title, ms in probes[name]["ms"].items()]
            body.append(["opening the store", f"{number(probes[name]['open_ms'])} ms"])
            yield from table(["question", "median"], body)
    if "startup" in probes:
        yield "\n## The costliest imports of a traced process\n"
        body = [[f"`{name}`", f"{us / 1000:.1f} ms"] for name, us in probes["startup"]["imports_us"].items()]
        yield from table(["module", "own time"], body)


def _how(results: Mapping[str, Any]) -> Iterator[str]:
    machine = results["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items() if version)
    yield f"""
## How this was measured

    {results["command"]}

on {machine["date"]}, commit {machine["commit"]}, seed {results["seed"]}: {machine["processor"]},
{machine["cores"]} cores, {machine["system"]}, Python {machine["python"]}.
{versions}.

    make bench                                                    everything
    make bench ARGS="--workloads fib,objects --tracers breadcrumb-c,kolo --pairs 5"
    make bench ARGS="--probes fold,questions --large"             with 10 M spans

Every raw figure is kept in `build/bench.json`. Where a machine does something else as well, trust the ratios.
"""
