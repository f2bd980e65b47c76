"""Writes the calls that held a value: when, where in the call, and what of a longer value matched."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, cast

from breadcrumb.render.parts.call_lines import Line
from breadcrumb.render.parts.durations import duration
from breadcrumb.render.parts.values import clip, render, short

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.objects.held import Held

PARTS = 4
"""Places of one call that are named before they are counted."""
PART = 60
"""Characters of a value that is more than what was sought."""


def value_layout(answer: Answer) -> Iterator[Line]:
    """Write like places of the same function in a row as one line."""
    rows = cast("Sequence[Held]", answer.rows)
    several = len({(row.call.process, row.call.thread, row.call.task) for row in rows}) > 1
    for _, alike in groupby(rows, key=_kind):
        yield _line(answer, list(alike), several=several)


def _kind(held: Held) -> Hashable:
    return held.call.function, held.place, tuple(held.parts), held.call.thread, held.call.task


def _line(answer: Answer, held: Sequence[Held], *, several: bool) -> Line:
    first, last = held[0], held[-1]
    name = answer.names.get(first.call.function, first.call.function)
    to = f"-#{last.call.number}" if last.call.number != first.call.number else ""
    where = task_of(first) if several else ""
    after = f"+{duration(first.moment_ns - first.first_ns)}"
    return Line(f"{after:>9}  {name}#{first.call.number}{to}{place_of(first)}{where}", len(held))


def task_of(held: Held) -> str:
    """Name the task or thread."""
    if held.call.task:
        return f"    task {held.call.task}"
    return f"    thread {held.call.thread}" if held.call.thread else ""


def place_of(held: Held) -> str:
    """Write where in the call it was: `(order.sku='A-7')`, ` -> .sku = 'A-7'`."""
    parts = [_part(path, each) for path, each in held.parts.items()]
    more = f" and {len(parts) - PARTS} more" if len(parts) > PARTS else ""
    told = ", ".join(parts[:PARTS]) + more
    if held.place == "args":
        return f"({told})"
    if held.place == "args_after":
        return f" left {told}"
    if held.place == "exception":
        return f" !! {short(held.call.raised.type) if held.call.raised else '?'}: {told}"
    return f" -> {told}"


def _part(path: str, value: object) -> str:
    text = clip(render([value], width=PART), PART)  # type: ignore[list-item]
    return f"{path}={text}" if path else text
