"""Puts an entry into settings in YAML, as a block of lines under its section, and takes it out again.

Nothing here reads YAML: lines are told apart by their indentation, and what is written otherwise is refused.
"""

from __future__ import annotations

import re

from breadcrumb.install.edits import NAME, CannotEditError, Entry, value

_TOP = re.compile(r"(?:[\w.-]+|\"[^\"]*\"|'[^']*')[ \t]*:(?:\s|$)|---|\.\.\.|%")


def with_entry(text: str, section: str, entry: Entry) -> str:
    """The text with our entry in that section. Raises CannotEditError."""
    lines = _lines(without_entry(text, section))
    at = _section(lines, section)
    if at is None:
        gap = "" if not lines or lines[-1].endswith("\n") else "\n"
        return f"{''.join(lines)}{gap}{snippet(section, entry)}"
    indent = next((_indent(line) for line in lines[at + 1 :] if _says(line)), 0) or 2
    if not lines[at].endswith("\n"):
        lines[at] += "\n"
    return "".join([*lines[: at + 1], *_block(entry, indent), *lines[at + 1 :]])


def without_entry(text: str, section: str) -> str:
    """The text without our entry, nor the section if nothing else is in it. Raises CannotEditError."""
    lines = _lines(text)
    at = _section(lines, section)
    if at is None:
        return text
    ours = re.compile(rf"[ ]+[\"']?{NAME}[\"']?[ ]*:[ ]*$")
    for start in range(at + 1, _end(lines, at, 0)):
        if ours.match(lines[start].rstrip("\r\n")):
            del lines[start : _end(lines, start, _indent(lines[start]))]
            is_empty = not any(_says(line) for line in lines[at + 1 : _end(lines, at, 0)])
            return "".join([*lines[:at], *lines[at + 1 :]] if is_empty else lines)
    return text


def snippet(section: str, entry: Entry) -> str:
    """What to add by hand."""
    return "".join([f"{section}:\n", *_block(entry, 2)])


def _block(entry: Entry, indent: int) -> list[str]:
    below = [f"{' ' * indent * 2}{name}: {value(each)}\n" for name, each in entry.items()]
    return [f"{' ' * indent}{NAME}:\n", *below]


def _lines(text: str) -> list[str]:
    lines = text.splitlines(keepends=True)
    wrong = next((line for line in lines if _says(line) and not _indent(line) and not _TOP.match(line)), None)
    if wrong is not None or any(line.lstrip(" ").startswith("\t") and _says(line) for line in lines):
        raise CannotEditError("it is not YAML as it is edited here: names and values by lines")
    return lines


def _section(lines: list[str], section: str) -> int | None:
    """The line at which it begins."""
    for at, line in enumerate(lines):
        if re.match(rf"[\"']?{section}[\"']?[ ]*:", line):
            rest = line.partition(":")[2].partition(" #")[0].strip()
            if rest:
                raise CannotEditError(f"{section} is written on one line")
            return at
    return None


def _end(lines: list[str], start: int, indent: int) -> int:
    """The line after the last one that is indented deeper than `indent`."""
    end = start + 1
    for at in range(start + 1, len(lines)):
        if _says(lines[at]):
            if _indent(lines[at]) <= indent:
                break
            end = at + 1
    return end


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
