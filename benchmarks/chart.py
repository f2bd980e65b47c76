"""Draws what each tool adds to a call of each workload: a line per workload, a dot per tool, log scale."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from benchmarks.catalog import WORKLOADS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.pairs import Row

COLOURS = {
    "breadcrumb-c": "#d1495b",
    "breadcrumb-c-all": "#f08a8a",
    "breadcrumb-python": "#edae49",
    "viztracer": "#00798c",
    "kolo": "#66a182",
    "cprofile": "#8d96a3",
    "opentelemetry": "#2e4057",
    "logfire": "#9d4edd",
}
LEFT, TOP, WIDTH, LINE, RIGHT = 270, 122, 560, 34, 40
LEAST, MOST = 10.0, 1_000_000.0
"""ns; what is less is drawn at the edge."""
TITLE = "What tracing adds to one call (CPU time of the calling thread, median)"
FOOT = "Hollow: that tool missed calls of that program. At the left edge: not more than 10 ns."
STYLE = "font-family='system-ui, DejaVu Sans, sans-serif' font-size='13' fill='#222'"


def across(added: float) -> float:
    """Where on the scale."""
    part = math.log10(min(max(added, LEAST), MOST) / LEAST) / math.log10(MOST / LEAST)
    return round(LEFT + part * WIDTH, 1)


def readable(ns: float) -> str:
    """A power of ten as a duration."""
    for unit, size in (("ms", 1e6), ("µs", 1e3)):
        if ns >= size:
            return f"{ns / size:.0f} {unit}"
    return f"{ns:.0f} ns"


def svg(rows: Sequence[Row], titles: Mapping[str, str]) -> str:
    """The chart as SVG text."""
    measured = [row for row in rows if row.pairs]
    workloads = [name for name in WORKLOADS if any(row.workload == name for row in measured)]
    tools = [name for name in COLOURS if any(row.tracer == name for row in measured)]
    height = TOP + LINE * len(workloads) + 52
    return "\n".join([
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {LEFT + WIDTH + RIGHT} {height}' {STYLE}>",
        "<rect width='100%' height='100%' fill='#fff'/>",
        f"<text x='16' y='26' font-size='16' font-weight='600'>{TITLE}</text>",
        *_legend(tools, titles),
        *_scale(TOP - 14, TOP + LINE * len(workloads)),
        *(line for place, name in enumerate(workloads) for line in _workload(name, place, measured)),
        f"<text x='16' y='{height - 10}' fill='#666'>{FOOT}</text>",
        "</svg>",
        "",
    ])  # fmt: skip


def _legend(tools: Sequence[str], titles: Mapping[str, str]) -> Iterator[str]:
    for place, name in enumerate(tools):
        x, y = 22 + place % 3 * 285, 50 + place // 3 * 20
        yield f"<circle cx='{x}' cy='{y}' r='5' fill='{COLOURS[name]}'/>"
        yield f"<text x='{x + 11}' y='{y + 4}'>{escape(titles[name])}</text>"


def _scale(top: int, bottom: int) -> Iterator[str]:
    power = LEAST
    while power <= MOST:
        x = across(power)
        yield f"<line x1='{x}' x2='{x}' y1='{top}' y2='{bottom}' stroke='#e4e4e4'/>"
        yield f"<text x='{x}' y='{bottom + 16}' text-anchor='middle' fill='#666'>{readable(power)}</text>"
        power *= 10


def _workload(name: str, place: int, rows: Sequence[Row]) -> Iterator[str]:
    y = TOP + place * LINE + LINE // 2 - 8
    yield f"<text x='16' y='{y + 4}'>{escape(WORKLOADS[name].title)}</text>"
    dots = {row.tracer: row for row in rows if row.workload == name and row.tracer in COLOURS}
    places = [across(row.added("thread")) for row in dots.values()]
    if places:
        ends = f"x1='{min(places)}' x2='{max(places)}' y1='{y}' y2='{y}'"
        yield f"<line {ends} stroke='#c8c8c8' stroke-width='2'/>"
    for tool, row in reversed(dots.items()):
        fill = COLOURS[tool] if row.complete else "#fff"
        title = f"{tool}: {row.added('thread'):,.0f} ns a call"
        yield (
            f"<circle cx='{across(row.added('thread'))}' cy='{y}' r='6' fill='{fill}' "
            f"stroke='{COLOURS[tool]}' stroke-width='2'><title>{escape(title)}</title></circle>"
        )
