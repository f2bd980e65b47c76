"""Lays out `breadcrumb diff`: the two runs, the first call that differs, the counts, the other calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from breadcrumb.common.messages import one_line
from breadcrumb.questions.diff import CountDifference, Difference
from breadcrumb.render.parts.call_lines import Line, Writer, exception_text
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.json_keys import json_key
from breadcrumb.render.parts.moves import differences, field_moves, told
from breadcrumb.render.parts.values import render, same_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.render.parts.moves import Moved

WIDTH = 200
"""Characters of what differs in one call."""

LONG = 40
"""Characters of a change from which it is not written again."""
COUNTS = 400
"""Characters of the counts that differ."""


def diff_layout(answer: Answer) -> Iterator[Line]:
    """Write one line for each call, `before -> after` as from the first run to the second."""
    for name, run in zip("AB", answer.compared, strict=True):
        yield Line(clip(one_line(f"{name} {run}"), WIDTH))
    calls = [row for row in answer.rows if isinstance(row, Difference)]
    yield from (Line(_line(Writer(answer.names), row), 1) for row in calls[:1])
    counts = [row for row in answer.rows if isinstance(row, CountDifference)]
    if counts:
        writer = Writer(answer.names)
        changed = [f"{writer.name(each.function)} {_count(each.a)} -> {_count(each.b)}" for each in counts]
        yield Line(clip(f"calls: {', '.join(changed)}", COUNTS), len(counts))
    above = set[str]()
    handed_on = 0
    for at, row in enumerate(calls):
        if _only_handed_on(row, above):
            handed_on += 1
        elif at:
            yield Line(_line(Writer(answer.names), row, above), 1)
        above.update(_told_as(each) for each in _moves(row))
    if handed_on:
        calls_more = "1 more call was" if handed_on == 1 else f"{handed_on} more calls were"
        yield Line(f"{calls_more} given nothing but what is told above, and ended alike.", handed_on)


def _only_handed_on(row: Difference, above: set[str]) -> bool:
    """Tell whether two calls were given nothing unlike but what lines above tell, and did not end unlike."""
    if row.kind != "args" or row.a is None or row.b is None or _result(row.a, row.b):
        return False
    moves = _moves(row)
    return bool(moves) and all(_told_as(each) in above for each in moves)


def _told_as(moved: Moved) -> str:
    """Give what a change is known by, whatever the variable is called that holds it."""
    return json_key([re.split(r"[.\[]", moved.path)[-1], moved.sign, moved.previous, moved.value])


def _moves(row: Difference) -> list[Moved]:
    if row.kind != "args" or row.a is None or row.b is None:
        return []
    before, after = _plain(row.a.args), _plain(row.b.args)
    return list(field_moves(before, after)) if isinstance(before, dict) and isinstance(after, dict) else []


def _line(writer: Writer, row: Difference, above: Collection[str] = ()) -> str:
    call = row.call
    numbers = dict.fromkeys(f"#{each.number}" for each in (row.a, row.b) if each is not None)
    number = "|".join(numbers)
    caller = f", from {writer.name(call.called_by)}" if call.called_by else ""
    if row.a is None or row.b is None:
        side = "A" if row.b is None else "B"
        return f"{writer.name(call.function)}({writer.arguments([call])})    only in {side}, {number}{caller}"
    changes = _changes(row, above) if row.kind == "args" else []
    head = f"{writer.name(call.function)}({'…' if changes else writer.arguments([call])})"
    return one_line(
        f"{head}    {clip(', '.join([*changes, *_result(row.a, row.b)]), WIDTH)}    {number}{caller}"
    )


def _changes(row: Difference, above: Collection[str]) -> list[str]:
    """Write what two calls were given that is unlike; what is long and stands above by its name alone."""
    written = []
    for moved in _moves(row):
        (text,) = told([moved])
        is_repeated = len(text) > LONG and _told_as(moved) in above
        written.append(f"{moved.path}: <as above>" if is_repeated else text)
    return written or ["arguments"]


def _result(a: Call, b: Call) -> list[str]:
    if a.raised is None and b.raised is None and a.returned and b.returned:
        before, after = _plain(a.result), _plain(b.result)
        return [] if same_text([before, after]) else list(told(list(differences("returned", before, after))))
    ends = [_end(call) for call in (a, b)]
    return [f"{ends[0]} -> {ends[1]}"] if ends[0] != ends[1] else []


def _end(call: Call) -> str:
    if call.raised is not None:
        return f"!! {exception_text(call.raised)}"
    if not call.returned:
        return "no end" if call.outcome is None else "?"
    return f"returned {render([call.result], width=80)}"


def _count(count: tuple[int, int]) -> str:
    calls, errors = count
    return f"x{calls} ({errors} failed)" if errors else f"x{calls}"


def _plain(value: Json) -> Json:
    """Put one mark for each address: it differs from run to run."""
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: "" if key == "@id" else _plain(item) for key, item in value.items()}
    return value
