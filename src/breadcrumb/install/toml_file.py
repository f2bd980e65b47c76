"""Puts an entry into settings in TOML, as a table of its own at the end, and takes it out again."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from breadcrumb.install.edits import NAME, CannotEditError, Entry, value

_TABLE = re.compile(r"^[ \t]*\[", re.MULTILINE)
_COMMENTS = re.compile(r"^(?:[ \t\r]*\n)*[ \t]*#[^\n]*(?:\n[ \t\r]*(?:#[^\n]*)?)*\Z", re.MULTILINE)
"""Comments, and nothing else, up to the end."""


def with_entry(text: str, section: str, entry: Entry) -> str:
    """The text with our entry in that section. Raises CannotEditError."""
    known = _ours(_read(text), section)
    if known and known == {**known, **entry}:
        return text
    before = without_entry(text, section)
    wanted = _read(before)
    tables = wanted.setdefault(section, {})
    if not isinstance(tables, dict):
        raise CannotEditError(f"{section} is no table")
    tables[NAME] = {**known, **entry}
    gap = "\n" if before and not before.endswith("\n") else ""
    parted = "\n" if before else ""
    return _checked(f"{before}{gap}{parted}{snippet(section, tables[NAME])}", wanted)


def without_entry(text: str, section: str) -> str:
    """The text without our entry. Raises CannotEditError."""
    wanted = _read(text)
    tables = wanted.get(section)
    if not isinstance(tables, dict) or NAME not in tables:
        return text
    del tables[NAME]
    header = re.compile(rf"^[ \t]*\[[ \t]*{section}\.\"?{NAME}\"?(?=[\].])[^\n]*", re.MULTILINE)
    edited = text
    while (found := header.search(edited)) is not None:
        following = _TABLE.search(edited, found.end())
        end = following.start() if following else len(edited)
        said = _COMMENTS.search(edited, found.end(), end)
        end = said.start() if said else end  # of what follows, or of nothing of ours
        start = found.start()
        if edited[:start].endswith("\n\n"):
            start -= 1
        edited = edited[:start] + edited[end:]
    if not tables and section not in _read(edited):
        del wanted[section]
    return _checked(edited, wanted)


def _ours(settings: dict[str, Any], section: str) -> Entry:
    tables = settings.get(section)
    ours = tables.get(NAME) if isinstance(tables, dict) else None
    return ours if isinstance(ours, dict) else {}


def snippet(section: str, entry: Entry) -> str:
    """What to add by hand."""
    lines = "".join(f"{name} = {value(each)}\n" for name, each in entry.items())
    return f"[{section}.{NAME}]\n{lines}"


def _checked(text: str, wanted: dict[str, Any]) -> str:
    if _read(text) != wanted:
        raise CannotEditError("it is written in a way that is not edited")
    return text


def _read(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CannotEditError(f"it is not TOML: {error}") from error
