"""Tags that tell the objects of an answer apart: `Layout@fb1`, the end of the object's address.

They are the same in every answer about a run, so that one object is known again. The lines of an answer hold
one character for each; at its end those of a type of which it shows several objects become tags, the others
nothing.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Iterator

SHORTEST = 3
"""Digits of an address that tell an object, if they do."""
_ALIGNED = "0"
"""The last digit of most addresses."""
_FIRST, _MOST = 0x30000, 0x1300
"""Characters that stand for objects: of a script that hardly a program holds, and that print."""
_GAP = re.compile(r"(?<=\S) {4,}(?=\S)")
_LEAST = 4
"""What parts a line from its margin, in spaces."""


@dataclass
class Tags:
    """The objects that an answer has shown, and how each is called in it."""

    tags: dict[str, dict[tuple[str, str], str]] = field(default_factory=dict)
    marks: dict[tuple[str, str, str], str] = field(default_factory=dict)
    homes: dict[tuple[str, str], str] = field(default_factory=dict)
    """The process that the first object of a type at an address is of, where that was told."""

    def tag(self, process: str, kind: str, address: str) -> str:
        """Give the shortest end of the address that no other object of the type has here."""
        alike = self.tags.setdefault(kind, {})
        process = self._home(process, kind, address)
        known = alike.get((process, address))
        if known is None:
            digits = address.removesuffix(_ALIGNED) or address
            ends = (digits[-size:] for size in range(min(SHORTEST, len(digits)), len(digits) + 1))
            taken = set(alike.values())
            known = next((f"@{end}" for end in ends if f"@{end}" not in taken), f"@{digits}/{len(taken)}")
            alike[process, address] = known
        return known

    def mark(self, process: str, kind: str, address: str) -> str:
        """Give the character that stands for an object's tag until the answer is complete."""
        key = (self._home(process, kind, address), kind, address)
        if key not in self.marks and len(self.marks) == _MOST:
            return self.tag(*key)
        return self.marks.setdefault(key, chr(_FIRST + len(self.marks)))

    def _home(self, process: str, kind: str, address: str) -> str:
        """Give what tells the object from one at the same address of another process."""
        home = self.homes.get((kind, address), "") or process
        self.homes[kind, address] = home
        return "" if process in ("", home) else process

    def told(self, text: str, *, margin: int = 0, hidden: bool = False) -> str:
        """Write the tags of the types of which the text shows several objects; none where `hidden`.

        `margin` is the column where the margin of a line starts, where the line leaves room.
        """
        shown = {key: mark for key, mark in self.marks.items() if mark in text}
        kinds = [kind for _, kind, _ in shown]
        written = {
            ord(mark): self.tag(*key) if kinds.count(key[1]) > 1 and not hidden else ""
            for key, mark in shown.items()
        }
        return "\n".join(_told(line, written, margin) for line in text.split("\n"))


def _told(line: str, written: dict[int, str], margin: int) -> str:
    """Write the tags of a line, and leave its margin in the column where it was."""
    gap = _GAP.search(line)
    if gap is None:
        return line.translate(written)
    head = line[: gap.start()].translate(written)
    is_beyond = gap.end() > margin and gap.end() - gap.start() == _LEAST
    room = _LEAST if is_beyond else max(gap.end() - len(head), _LEAST)
    return f"{head}{' ' * room}{line[gap.end() :].translate(written)}"


_CURRENT: ContextVar[Tags | None] = ContextVar("tags of the answer that is written", default=None)


@contextmanager
def tagged() -> Iterator[Tags]:
    """Mark the objects of what is written within."""
    tags = Tags()
    token = _CURRENT.set(tags)
    try:
        yield tags
    finally:
        _CURRENT.reset(token)


def mark(process: str, kind: str, address: object) -> str:
    """Give what stands for an object's tag in the answer that is written, if one is."""
    tags = _CURRENT.get()
    return "" if tags is None or not isinstance(address, str) else tags.mark(process, kind, address)


def unmarked(text: str) -> str:
    """Give a text without what stands for objects' tags: what reads alike is alike then."""
    return "".join(each for each in text if not _FIRST <= ord(each) < _FIRST + _MOST)


def tag(process: str, kind: str, address: str) -> str:
    """Give an object's tag in the answer that is written."""
    return (_CURRENT.get() or Tags()).tag(process, kind, address)
