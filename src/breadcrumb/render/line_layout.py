"""Writes the lines that calls ran: the source, and in the margin what each line changed; loops folded."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, cast

from breadcrumb.render.call_lines import Line, Writer
from breadcrumb.render.folding import Group, repetition
from breadcrumb.render.values import clip, one_line, render, same_text, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb.questions.answer import Answer
    from breadcrumb.questions.lines import Change, Step
    from breadcrumb.render.values import Json

MARGIN = 48
"""The column, after the line's number, where changes start."""
SOURCE = 80
"""Characters of a source line."""
LOOP = 40
"""Lines of a loop's body up to which its rounds are written as one."""
ROUNDS = 3
"""Rounds from which they are."""
WIDTH = 80
"""Characters of one value."""


@dataclass(frozen=True)
class Moved:
    """One part of a variable that changed: `acc.balance`, `rows[0]['qty']`, or the whole."""

    path: str
    value: Json
    previous: Json
    is_new: bool = False
    is_gone: bool = False

    @property
    def crosses_zero(self) -> bool:
        """Whether a number came to be below zero, or no longer is."""
        before, after = self.previous, self.value
        return (
            isinstance(before, int | float) and isinstance(after, int | float) and (before < 0) != (after < 0)
        )


def line_layout(answer: Answer) -> Iterator[Line]:
    """Give each call's head before its first line; lines of calls that ran at once name theirs."""
    steps = cast("Sequence[Step]", answer.rows)
    writer = Writer(answer.names, now_ns=answer.now_ns)
    begun: set[str] = set()
    together = _interleaved(steps)
    indent = min((_indent(step.source) for step in steps if step.source), default=0)
    for span_id, run in groupby(steps, key=lambda step: step.call.span_id):
        own = list(run)
        call = own[0].call
        if span_id not in begun:
            begun.add(span_id)
            task = f", task {call.task}" if call.task and span_id in together else ""
            yield Line(writer.group(Group((call,))) + task)
        label = f"#{call.number}  " if span_id in together else ""
        for folded in _folded(own):
            yield Line(f"  {label}{_line(folded, indent)}", len(folded))


def _interleaved(steps: Sequence[Step]) -> set[str]:
    """Find the calls whose lines do not stand together."""
    last = {step.call.span_id: at for at, step in enumerate(steps)}
    found: set[str] = set()
    latest = ""
    for at, step in enumerate(steps):
        if latest and last[latest] > at and latest != step.call.span_id:
            found |= {latest, step.call.span_id}
        latest = max(latest, step.call.span_id, key=lambda span_id: last.get(span_id, -1))
    return found


def _folded(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Give the steps one by one, but those of a loop's like rounds together, line by line."""
    shapes = [(step.line, _crossing(step)) for step in steps]
    at = 0
    while at < len(steps):
        period, times = repetition(shapes, at, LOOP)
        if times < ROUNDS:
            period, times = 1, 1
        for first in range(at, at + period):
            yield list(steps[first : at + period * times : period])
        at += period * times


def _crossing(step: Step) -> str:
    """Name what crosses zero at a step: it is not to be lost in a range."""
    return " ".join(moved.path for change in step.changes for moved in _parts(change) if moved.crosses_zero)


def _indent(source: str) -> int:
    return len(source) - len(source.lstrip())


def _line(steps: Sequence[Step], indent: int) -> str:
    """Write a step, or those of a loop's rounds, its source `indent` columns further left than it stands."""
    step = steps[0]
    times = f"  x{len(steps)}" if len(steps) > 1 else ""
    head = f"{step.line:>4}  {clip(one_line((step.source or '')[indent:]), SOURCE)}{times}"
    moves = [moved for step in steps for change in step.changes for moved in _parts(change)]
    changes = ", ".join(_changes(moves))
    return f"{head.ljust(MARGIN)}  {changes}" if changes else head


def _changes(moves: Sequence[Moved]) -> Iterator[str]:
    paths: dict[str, list[Moved]] = {}
    for moved in moves:
        paths.setdefault(moved.path, []).append(moved)
    for path, same in paths.items():
        first = same[0]
        if first.is_gone:
            yield f"del {path}"
            continue
        values = _values([moved.value for moved in same if not moved.is_gone])
        yield f"{path} = {values}" if first.is_new else f"{path}: {_values([first.previous])} -> {values}"


def _values(values: Sequence[Json]) -> str:
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) == len(values) and not same_text(values):
        return span(numbers, " .. ")
    return render(values, width=WIDTH)


def _parts(change: Change) -> Iterator[Moved]:
    if change.is_gone or change.is_new:
        yield Moved(change.name, change.value, change.previous, change.is_new, change.is_gone)
    else:
        yield from _differences(change.name, change.previous, change.value)


def _differences(path: str, before: Json, after: Json) -> Iterator[Moved]:
    """Go down to the parts that differ, as long as it is the same object, dict or list of the same size."""
    if isinstance(before, dict) and isinstance(after, dict) and _is_same_object(before, after):
        for key in after:
            if not same_text([before[key], after[key]]):
                part = f"{path}.{key}" if "@" in after else f"{path}[{key!r}]"
                yield from _differences(part, before[key], after[key])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            if not same_text([old, new]):
                yield from _differences(f"{path}[{index}]", old, new)
    else:
        yield Moved(path, after, before)


def _is_same_object(before: dict[str, Json], after: dict[str, Json]) -> bool:
    if before.keys() != after.keys() or not same_text([before.get("@"), after.get("@")]):
        return False
    if "@" not in after:
        return not any(key.startswith("@") for key in after)
    return "@id" in after and same_text([before.get("@id"), after["@id"]])
