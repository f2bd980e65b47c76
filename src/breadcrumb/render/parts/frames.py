"""Writes the frames of a traceback with their values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.render.parts.call_lines import place
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.focus import focus_of
from breadcrumb.render.parts.json_keys import json_key
from breadcrumb.render.parts.values import Memory, render, same_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.exceptions.frame import Frame
    from breadcrumb.render.parts.call_lines import Writer

VALUE = 60
"""Characters of one value that a frame held."""
PASSING = 40
"""Characters of one argument of a frame that is only on the way."""
SOURCE = 150
"""Characters of a statement, and of the block around it half as many."""
PASSED = 90
"""Characters of the statement of a frame that is only on the way."""
FIELDS = 4
"""Fields of its variables that are told of a frame."""


def frame_lines(writer: Writer, frame: Frame) -> Iterator[str]:
    """Write a frame: the call, where it stood, and what it held besides its arguments.

    Of a frame that called the next one only that which its statement names, where that is known.
    """
    writer.memory.process = frame.call.process
    writer.focus = focus_of([*_variables(frame).values(), *frame.said])
    yield from _written(writer, frame)
    writer.focus = writer.memory.focus = frozenset()


def _written(writer: Writer, frame: Frame) -> Iterator[str]:
    caught = "" if frame.is_left else "(caller) "
    name = f"{writer.name(frame.call.function)}#{frame.call.number}"
    given = _given(writer, frame)
    writer.memory.focus = writer.focus
    if frame.is_inner:
        yield f"  {caught}{name}({given})"
        yield f"      {_where(frame, SOURCE)}"
    else:
        yield f"  {caught}{name}({given})  {_where(frame, PASSED)}"
    held = [*_held(writer, frame), *_read(frame, given, writer.focus)]
    if held:
        yield f"      held {', '.join(held)}"
    if frame.shared:
        yield f"      one object: {', '.join(frame.shared)}"
    if frame.passed:
        passed = (f"{writer.name(each.function)}#{each.number}" for each in frame.passed)
        yield f"      through {', '.join(passed)}"


def _where(frame: Frame, width: int) -> str:
    at = place(frame.call.file, frame.line or frame.call.line)
    source = f"  {clip(frame.source, width)}" if frame.source else ""
    under = f"    under {clip(frame.under, SOURCE // 2)}" if frame.under and frame.is_inner else ""
    return f"{at}{source}{under}" if frame.line else f"defined at {at}"


def _given(writer: Writer, frame: Frame) -> str:
    """Write the arguments; of a frame on the way not those that say nothing new."""
    args = frame.call.args
    if frame.is_inner or not isinstance(args, dict):
        return writer.arguments([frame.call])
    telling = {name: value for name, value in args.items() if not _is_dull(writer, value)}
    brief = replace(writer, width=PASSING)
    written = brief.arguments([replace(frame.call, args=telling)]) if telling else ""
    return written if len(telling) == len(args) else f"{written}{', ' if written else ''}…"


def _is_dull(writer: Writer, value: Json) -> bool:
    """Tell whether a value is none, a switch, empty, or the object of its type that was shown last."""
    if value is None or isinstance(value, bool) or value in ([], {}, ""):
        return True
    if not isinstance(value, dict) or "@id" not in value:
        return False
    before = writer.memory.objects.get((writer.memory.process, str(value["@"])))
    return before is not None and json_key(before) == json_key(value)


def _held(writer: Writer, frame: Frame) -> Iterator[str]:
    args = frame.call.args if isinstance(frame.call.args, dict) else {}
    for name, value in frame.held.items():
        is_new = name not in args or not same_text([value, args[name]])
        is_named = not frame.source or re.search(rf"\b{re.escape(name)}\b", frame.source)
        is_told = frame.is_innermost or (is_named and frame.is_inner)
        if is_new and (is_told or _holds(value, frame.said)):
            yield f"{name}={render([value], writer.memory, width=VALUE)}"


def _holds(value: Json, said: Sequence[str]) -> bool:
    """Tell whether a list or dict has what the exception's message quotes as a key or an item."""
    return isinstance(value, list | dict) and any(each in value for each in said)


def _read(frame: Frame, given: str, focus: frozenset[str]) -> Iterator[str]:
    """Write the fields that the source reads, as far as they were recorded and are not told already."""
    if not frame.is_inner:
        return
    known = _variables(frame)
    told = 0
    for name, attribute in frame.reads:
        owner = known.get(name)
        if told == FIELDS or not isinstance(owner, dict) or attribute not in owner or "@" not in owner:
            continue
        text = render([owner[attribute]], Memory(focus=focus), width=VALUE)
        if f"{attribute}={text}" not in given:
            told += 1
            yield f"{name}.{attribute}={text}"


def _variables(frame: Frame) -> Mapping[str, Json]:
    """Give what a frame held in the end, its arguments among it."""
    args = frame.call.args if isinstance(frame.call.args, dict) else {}
    return {**args, **frame.call.args_after, **frame.held}
