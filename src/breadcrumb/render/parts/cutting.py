"""Cuts texts to a width: at the end, in the middle, behind a word, or so that brackets are closed."""

from __future__ import annotations

import re

TWO_ENDS = 40
"""Characters from which a text that is cut keeps its end."""

_CLOSING = {"(": ")", "[": "]", "{": "}"}
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
    """Cut `text` to `width` characters, and close what is open there: `['one', 'tw…']`."""
    if len(text) <= width:
        return text
    end, ending = width, _open_at(text[:width])
    while end > 1 and end + 1 + len(ending) > width:
        end -= 1
        ending = _open_at(text[:end])
    return clip(f"{text[:end]}…{ending}", width)


def _open_at(text: str) -> str:
    """Give what would close the text and the brackets that are open at the end."""
    brackets: list[str] = []
    quote = ""
    characters = iter(text)
    for each in characters:
        if each == "\\":
            next(characters, None)
        elif quote or each in "'\"":
            quote = "" if each == quote else quote or each
        elif each in _CLOSING:
            brackets.append(_CLOSING[each])
        elif brackets and each == brackets[-1]:
            brackets.pop()
    return quote + "".join(reversed(brackets))


def cut(text: str, width: int) -> str:
    """Cut `text` to about `width` characters behind a whole word or name."""
    if len(text) <= width:
        return text
    at = max(text.rfind(each, 0, width) for each in (", ", " ", "(", "["))
    return clip(text, width) if at < width // 2 else f"{text[: at + 1].rstrip(' ,')} …"
