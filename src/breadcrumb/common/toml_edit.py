"""Adds to and takes from a list at the top of a TOML file, leaving everything else as it stands.

There is no TOML writer in the standard library. Each edit is made in the text and kept only if reading it
back gives exactly what was wanted; only comments within a list that had to be written anew are lost.
"""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)


class CannotEditError(ValueError):
    """The text is written in a way that we do not edit."""


def with_item(text: str, key: str, item: str) -> str:
    """The text with one more item in the list `key`. Raises CannotEditError."""
    items = _items(text, key)
    if key not in tomllib.loads(text):
        return _verified(text, _insert(text, key, [item]), key, [item])
    start, end = _statement(text, key)
    statement = text[start:end]
    head, bracket, tail = statement.rpartition("]")
    comma = "" if not items or head.rstrip().endswith(",") else ", "
    appended = f"{text[:start]}{head}{comma}{json.dumps(item)}{bracket}{tail}{text[end:]}"
    return _first_right(text, key, [*items, item], appended)


def without_item(text: str, key: str, item: str) -> str:
    """The text with that item taken out of the list `key`. Raises CannotEditError."""
    start, end = _statement(text, key)
    word = re.escape(json.dumps(item))
    cut = re.sub(rf"{word}[ \t]*,?[ \t]*\n?|,[ \t]*{word}", "", text[start:end], count=1)
    kept = [each for each in _items(text, key) if each != item]
    return _first_right(text, key, kept, text[:start] + cut + text[end:])


def _items(text: str, key: str) -> list[str]:
    items = tomllib.loads(text).get(key, [])
    return list(items) if isinstance(items, list) else []


def _insert(text: str, key: str, items: list[str]) -> str:
    """Before the first table, where top-level keys end."""
    table = _TABLE.search(text)
    at = table.start() if table else len(text)
    before = text[:at] if not text[:at] or text[:at].endswith("\n") else text[:at] + "\n"
    return f"{before}{_line(key, items)}{text[at:]}"


def _line(key: str, items: list[str]) -> str:
    return f"{key} = [{', '.join(json.dumps(each) for each in items)}]\n"


def _statement(text: str, key: str) -> tuple[int, int]:
    """Where the statement that sets `key` begins and ends."""
    table = _TABLE.search(text)
    for found in re.finditer(rf"^[ \t]*{re.escape(key)}[ \t]*=", text, re.MULTILINE):
        end = found.end()
        while end < len(text):
            end = text.find("\n", end) + 1 or len(text)
            try:
                if key in tomllib.loads(text[found.start() : end]):
                    return found.start(), end
            except tomllib.TOMLDecodeError:
                continue
        if table and found.start() > table.start():
            break
    raise CannotEditError(f"{key} is not written as `{key} = [...]`")


def _first_right(text: str, key: str, items: list[str], edited: str) -> str:
    try:
        return _verified(text, edited, key, items)
    except CannotEditError:
        start, end = _statement(text, key)
        return _verified(text, text[:start] + _line(key, items) + text[end:], key, items)


def _verified(text: str, edited: str, key: str, items: list[str]) -> str:
    wanted: dict[str, Any] = tomllib.loads(text) | {key: items}
    try:
        if tomllib.loads(edited) == wanted:
            return edited
    except tomllib.TOMLDecodeError:
        pass
    raise CannotEditError(f"{key} is not written as `{key} = [...]`")
