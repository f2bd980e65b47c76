"""Writes the lines that calls ran: the source, and in the margin what each line changed; loops folded."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, cast

from breadcrumb.common.messages import one_line
from breadcrumb.render.parts.call_lines import Line, Writer
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.folding import Group, repetition
from breadcrumb.render.parts.moves import parts, told

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.lines import Step

MARGIN = 48
"""The column, after the line's number, where changes start."""
SOURCE = 80
"""Characters of a source line."""
LOOP = 40
"""Lines of a loop's body up to which its rounds are written as one."""
ROUNDS = 3
"""Rounds from which they are."""


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
    return " ".join(moved.path for change in step.changes for moved in parts(change) if moved.crosses_zero)


def _indent(source: str) -> int:
    return len(source) - len(source.lstrip())


def _line(steps: Sequence[Step], indent: int) -> str:
    """Write a step, or those of a loop's rounds, its source `indent` columns further left than it stands."""
    step = steps[0]
    times = f"  x{len(steps)}" if len(steps) > 1 else ""
    head = f"{step.line:>4}  {clip(one_line((step.source or '')[indent:]), SOURCE)}{times}"
    moves = [moved for step in steps for change in step.changes for moved in parts(change)]
    changes = ", ".join(told(moves))
    return f"{head.ljust(MARGIN)}  {changes}" if changes else head
