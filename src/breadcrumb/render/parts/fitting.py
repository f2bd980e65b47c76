"""Fits the lines of an answer into a terminal: what is long is cut in the middle, where it says least.

A line is a call, its result behind an arrow, and a margin behind four spaces. Arguments give way first, then
the result; the margin stays. Other lines (sentences, source, rows of tables) are left to the terminal, which
goes on in the next line.
"""

from __future__ import annotations

import re

from breadcrumb.render.parts.cutting import clip, closed

_GAP = re.compile(r"(?<=\S) {4,}(?=\S)")
_COLUMN = re.compile(r"(?<=\S) {2,}(?=[^\s\-!x])")
_RESULT = re.compile(r"(?:  x\d[\d,]*(?:, \w[\w ]*)?)?  (?:->|!!) ")
_NUMBER = re.compile(r"\s*(?:#\d+\s+)?\d+")
"""What stands before a line of source."""
LEAST = 20
"""Characters that arguments, results and margins keep at least."""


def margin_at(line: str) -> int:
    """Give where the margin of a line begins, which is its end where it has none."""
    gap = _GAP.search(line)
    if gap is None or len(_COLUMN.findall(line)) > 1 or _NUMBER.fullmatch(line, 0, gap.start()):
        return len(line)
    return gap.start()


def fitted(line: str, width: int) -> str:
    """Cut the line of a call to `width` characters, with brackets closed; any other is as it was."""
    at = margin_at(line)
    head, beside = line[:at], line[at:].strip()
    found = _RESULT.search(head)
    if len(line) <= width or (found is None and not beside) or len(_COLUMN.findall(head)) > 1:
        return line
    margin = clip(f"    {beside}", max(width // 2, LEAST)) if beside else ""
    room = width - len(margin)
    if found is None:
        return closed(head, room) + margin
    called, result = head[: found.start()], head[found.start() :]
    called = closed(called, max(room - len(result), room // 2, LEAST))
    return called + closed(result, max(room - len(called), LEAST)) + margin
