"""Writes the calls of one function in a list; a single one in full."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from breadcrumb.render.parts.call_lines import Line, Writer, place
from breadcrumb.render.parts.folding import Group, fold
from breadcrumb.render.parts.moves import differences, told
from breadcrumb.render.parts.places import Places
from breadcrumb.render.parts.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.render.parts.moves import Moved

WIDE = 2000
"""Characters of one value where a single call is asked for."""

SEPARATE = 30
"""Calls of one function that are written one by one, however alike."""

LEFT = 300
"""Characters of a line that tells what calls left of their arguments."""


def call_layout(answer: Answer) -> Iterator[Line]:
    """Write each call as a line with its caller; of many, like ones together."""
    calls = cast("Sequence[Call]", answer.rows)
    if len(calls) == 1 and answer.question == "call":
        yield from _one_call(answer, calls[0])
        return
    writer = Writer(answer.names, now_ns=answer.now_ns, places=Places.of(calls))
    groups = [Group((call,)) for call in calls]
    for group in fold(groups) if len(groups) > SEPARATE else groups:
        callers = {writer.name(call.called_by) for call in group.calls if call.called_by}
        text = writer.group(group)
        by = f", from {', '.join(sorted(callers))}" if callers else ""
        yield Line(text + by, len(group.calls))
        yield from _left(group.calls)


def _left(calls: Sequence[Call]) -> Iterator[Line]:
    """Write what like calls left of their arguments, where that is not what they found."""
    moves = [moved for call in calls for moved in _moved(call)]
    if moves:
        yield Line(clip(f"  left {', '.join(told(moves))}", LEFT))


def _moved(call: Call) -> Iterator[Moved]:
    before = call.args if isinstance(call.args, dict) else {}
    for name, after in call.args_after.items():
        yield from differences(name, before.get(name), after)


def _one_call(answer: Answer, call: Call) -> Iterator[Line]:
    writer = Writer(answer.names, now_ns=answer.now_ns, width=WIDE)
    yield Line(writer.group(Group((call,))), 1)
    yield Line(
        f"  at {place(call.file, call.line)}, called by {writer.name(call.called_by or 'nobody traced')}"
    )
    yield from _left([call])
    if call.calls_made:
        called = "kept calls from here:" if answer.counts else "called"
        yield Line(f"  {called} {_counted({writer.name(name): n for name, n in call.calls_made.items()})}")
    task = f", task {call.task}" if call.task else ""
    yield Line(
        f"  process {call.pid}, thread {call.thread or '?'}{task}, span {call.span_id}, trace {call.trace_id}"
    )


def _counted(names: dict[str, int]) -> str:
    """Write names with counts: `fee, withdraw x2`."""
    return ", ".join(name if count == 1 else f"{name} x{count}" for name, count in names.items())
