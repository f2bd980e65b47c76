"""Cuts texts to a width: at the end, in the middle, behind a word, or so that brackets are closed."""

from __future__ import annotations

import re

TWO_ENDS = 40
"""Characters from which a text that is cut keeps its end."""

ROOMY = 400
"""Characters of a container from which there is room for its last items, where it is cut."""
FEW_ITEMS = 4
"""Items of a container from which one that is cut keeps its last ones."""

_CLOSING = {"(": ")", "[": "]", "{": "}"}
_MARKS = re.compile(r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|[][(){},]""")
"""Brackets and commas; text in quotes is one piece, in which there are none."""
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")
"""A character of a text in quotes that is spelled with several."""


def both_ends(text: str, width: int) -> str:
    """Cut a text, written in quotes, in its middle."""
    if len(text) <= width or width < TWO_ENDS:
        return closed(text, width)
    head, tail = width - width // 3 - 1, len(text) - width // 3
    for escape in ESCAPE.finditer(text):
        if escape.start() < head < escape.end():
            head = escape.start()
        if escape.start() < tail < escape.end():
            tail = escape.end()
    return f"{text[:head]}…{text[tail:]}"


def clip(text: str, width: int) -> str:
    """Cut `text` to `width` characters, the last one an ellipsis."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def closed(text: str, width: int) -> str:
    """Cut `text` to `width` characters, and close what is open there: `['one', 'tw…']`, `([1, 2…], …)`."""
    if len(text) <= width:
        return text
    last = _last_commas(text)
    end, ending = width, _ending(text, width, last)
    while end > 1 and end + 1 + len(ending) > width:
        end -= 1
        ending = _ending(text, end, last)
    return clip(f"{text[:end]}…{ending}", width)


def with_tail(text: str, width: int) -> str:
    """Cut a container's text to `width` characters in its middle: `{'a': 1, …+90, 'z': 2}`."""
    commas = _commas(text) if len(text) > width >= ROOMY else []
    if len(commas) < FEW_ITEMS:
        return closed(text, width)
    room = width - len(f", …+{len(commas)}")
    head = max((at for at in commas if at <= room - room // 3), default=0)
    tail = min(at for at in (*commas, len(text)) if head + len(text) - at <= room and at > head)
    left_out = sum(head < at <= tail for at in commas)
    return f"{text[:head]}, …+{left_out}{text[tail:]}" if head and tail < len(text) else closed(text, width)


def _commas(text: str) -> list[int]:
    """Give the places of the commas that part what a container holds, where the text is one of one."""
    depth, found = 0, []
    for mark in _MARKS.finditer(text):
        depth += (mark[0] in _CLOSING) - (mark[0] in _CLOSING.values())
        if mark[0] == "," and depth == 1:
            found.append(mark.start())
        if depth == 0 and mark.end() < len(text) and mark[0] in _CLOSING.values():
            return []
    return found


def _ending(text: str, end: int, last: dict[int, int]) -> str:
    """Give what would close the text and the brackets that are open at the end; `…` where they hold more.

    `last` tells of each bracket, by its place, where the last comma directly within it is.
    """
    brackets, quote = _open_at(text[:end])
    closing = [
        (", …" if last.get(at, 0) >= end and depth + 1 < len(brackets) else "") + _CLOSING[text[at]]
        for depth, at in enumerate(brackets)
    ]
    return quote + "".join(reversed(closing))


def _open_at(text: str) -> tuple[list[int], str]:
    """Give the places of the brackets that are open at the end, and the quotation mark that is."""
    brackets: list[int] = []
    quote = ""
    characters = enumerate(text)
    for at, each in characters:
        if each == "\\":
            next(characters, None)
        elif quote or each in "'\"":
            quote = "" if each == quote else quote or each
        elif each in _CLOSING:
            brackets.append(at)
        elif brackets and each == _CLOSING[text[brackets[-1]]]:
            brackets.pop()
    return brackets, quote


def _last_commas(text: str) -> dict[int, int]:
    """Give by the place of each bracket that of the last comma directly within it."""
    brackets: list[int] = []
    last: dict[int, int] = {}
    for found in _MARKS.finditer(text):
        each = found[0]
        if each in _CLOSING:
            brackets.append(found.start())
        elif each == "," and brackets:
            last[brackets[-1]] = found.start()
        elif brackets and each == _CLOSING[text[brackets[-1]]]:
            brackets.pop()
    return last


def cut(text: str, width: int) -> str:
    """Cut `text` to about `width` characters behind a whole word or name."""
    if len(text) <= width:
        return text
    at = max(text.rfind(each, 0, width) for each in (", ", " ", "(", "["))
    return clip(text, width) if at < width // 2 else f"{text[: at + 1].rstrip(' ,')} …"
