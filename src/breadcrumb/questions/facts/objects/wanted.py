"""A value that somebody seeks by its text, and where it is in captured values: `order.lines[2].sku`."""

from __future__ import annotations

import json
import re
from functools import cached_property
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.questions.facts.calls.values import own_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breadcrumb.common.json_types import Json

_IDENTITY = (
    "@",
    "@id",
    "@more",
    "@length",
    "@fields",
    "@up",
    "@bits",
    "@missing",
    "@redacted",
    "@unrecorded",
)
"""Members that say what a value is, or how much of it is here: no part of it."""
_INSIDE = ("@items", "@pairs")
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Wanted:
    """What is sought: a number, or a text that is a whole string or stands in one between other words."""

    text: str
    is_number: bool = False
    is_whole: bool = False
    """Whether it must be the whole of a text."""
    is_piece: bool = False
    """Whether it may begin and end inside a word."""

    @cached_property
    def number(self) -> int | float | None:
        """The number, where it is one."""
        if not self.is_number:
            return None
        return int(self.text) if self.text.lstrip("+-").isdigit() else float(self.text)

    @cached_property
    def needle(self) -> str:
        """What stands in the JSON text of every value that holds it."""
        if self.number is None:
            return json.dumps(self.text, ensure_ascii=False)[1:-1]
        return repr(int(self.number)) if self.number == int(self.number) else repr(self.number)

    @cached_property
    def recorded(self) -> str:
        """The same, but in the message of an exception, where what is whole stands between other words."""
        is_whole_text = self.is_whole and not self.is_number
        return json.dumps(self.text, ensure_ascii=False) if is_whole_text else self.needle

    @property
    def around(self) -> str:
        """A pattern that every text with it meets, and few others: a number stands in no longer one."""
        if self.number is None:
            return ""
        return rf"(^|[^1-9a-zA-Z]){re.escape(self.needle)}($|[^0-9a-zA-Z]|[eE])"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        before, after = (
            r"\b" if edge.isalnum() and not self.is_piece else "" for edge in (self.text[0], self.text[-1])
        )
        return re.compile(before + re.escape(self.text) + after)

    def meets(self, value: Json) -> bool:
        """Tell whether a value, not what is inside it, is what is sought."""
        if self.number is None and self.is_whole:
            return value == self.text
        if self.number is None:
            return isinstance(value, str) and self._pattern.search(value) is not None
        if isinstance(value, dict) and isinstance(value.get("@text"), str) and value.get("@") != "str":
            text = str(value["@text"])
            return _NUMBER.fullmatch(text) is not None and float(text) == self.number
        if isinstance(value, str):
            return not self.is_whole and value == self.text
        return isinstance(value, int | float) and not isinstance(value, bool) and value == self.number


def wanted(text: str) -> Wanted:
    """Make what is sought of what was typed."""
    return Wanted(text, is_number=_NUMBER.fullmatch(text) is not None)


@dataclass(frozen=True)
class WantedContainer(Wanted):
    """A list or dict that is sought as a whole, by what its JSON text says."""

    value: Json = None

    @cached_property
    def needle(self) -> str:
        """Its text, as it was recorded."""
        return self.text

    @cached_property
    def recorded(self) -> str:
        """The same."""
        return self.text

    def meets(self, value: Json) -> bool:
        """Tell whether a value is the same, number types included."""
        return type(value) is type(self.value) and value == self.value and _text_of(value) == self.text


def exactly(value: Json) -> Wanted:
    """Make what is sought of a value itself."""
    if isinstance(value, list | dict):
        return WantedContainer(_text_of(value), is_whole=True, value=value)
    return Wanted(str(value), is_number=not isinstance(value, str), is_whole=True)


def _text_of(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


class Part(NamedTuple):
    """A part of a value that met a condition."""

    path: str
    value: Json
    met: Json
    """What met it: the value, or the key under which it stands."""


def holds(value: Json, meets: Callable[[Json], bool]) -> bool:
    """Tell whether there are such places, without naming them."""
    if meets(value):
        return True
    if isinstance(value, list):
        return any(holds(item, meets) for item in value)
    if not isinstance(value, dict):
        return False
    is_plain = "@" not in value
    for key, item in value.items():
        if key in _IDENTITY:
            continue
        if key == "@pairs" and isinstance(item, list):
            pairs = (pair for pair in item if isinstance(pair, list) and len(pair) == 2)
            if any(meets(pair[0]) or holds(pair[1], meets) for pair in pairs):
                return True
        elif (is_plain and _is_met(key, meets)) or holds(item, meets):
            return True
    return False


def places(value: Json, path: str, meets: Callable[[Json], bool]) -> Iterator[Part]:
    """Give the parts of a value that meet the condition, each with its path; no part of such a part."""
    if meets(value):
        yield Part(path, value, value)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, f"{path}[{index}]", meets)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "@pairs" and isinstance(item, list):
                yield from _pairs(item, path, meets)
            elif key in _INSIDE:
                yield from places(item, path, meets)
            elif key not in _IDENTITY:
                yield from _member(value, key, path, meets)


def _member(value: dict[str, Json], key: str, path: str, meets: Callable[[Json], bool]) -> Iterator[Part]:
    is_text = key in ("@text", "@head", "@summary")
    name = own_key(key)
    below = path if is_text else f"{path}.{name}".lstrip(".") if "@" in value else f"{path}[{name!r}]"
    inside = list(places(value[key], below, meets))
    if "@" not in value and _is_met(key, meets) and not inside:
        yield Part(below, value[key], name)
    yield from inside


def _is_met(key: str, meets: Callable[[Json], bool]) -> bool:
    """Tell whether a key meets the condition; what begins with one `@` is none of the program's."""
    is_ours = key.startswith("@") and not key.startswith("@@")
    return not is_ours and meets(own_key(key))


def _pairs(pairs: list[Json], path: str, meets: Callable[[Json], bool]) -> Iterator[Part]:
    for pair in pairs:
        if isinstance(pair, list) and len(pair) == 2:
            key, item = pair
            below = f"{path}[{repr(key) if isinstance(key, int | str) else '…'}]"
            inside = list(places(item, below, meets))
            yield from inside or ([Part(below, item, key)] if meets(key) else [])
