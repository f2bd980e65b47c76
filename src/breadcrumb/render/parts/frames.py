"""Writes the frames of a traceback with their values."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from breadcrumb.render.parts.call_lines import place
from breadcrumb.render.parts.values import render, same_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from breadcrumb.questions.facts.exceptions.frame import Frame
    from breadcrumb.render.parts.call_lines import Writer

VALUE = 60
"""Characters of one value that a frame held."""


def frame_lines(writer: Writer, frame: Frame) -> Iterator[str]:
    """Write a frame: the call, where it stood, and what it held besides its arguments.

    Of a frame that called the next one only that which its line names, where the line is known.
    """
    writer.memory.process = frame.call.process
    at = place(frame.call.file, frame.line or frame.call.line)
    source = f"  {frame.source}" if frame.source else ""
    where = f"{at}{source}" if frame.line else f"defined at {at}"
    caught = "" if frame.is_left else "(caller) "
    name = f"{writer.name(frame.call.function)}#{frame.call.number}"
    yield f"  {caught}{name}({writer.arguments([frame.call])})"
    yield f"      {where}"
    args = frame.call.args if isinstance(frame.call.args, dict) else {}
    held = [
        f"{name}={render([value], writer.memory, width=VALUE)}"
        for name, value in frame.held.items()
        if (name not in args or not same_text([value, args[name]]))
        and (frame.is_innermost or not frame.source or re.search(rf"\b{re.escape(name)}\b", frame.source))
    ]
    if held:
        yield f"      held {', '.join(held)}"
