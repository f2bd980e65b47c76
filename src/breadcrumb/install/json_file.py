"""Puts an entry into settings in JSON, with comments and trailing commas, and takes it out again.

Nothing else of the text changes. Each edit is kept only if reading it back gives exactly what was wanted.
"""

from __future__ import annotations

import json
import re
from typing import Any

from breadcrumb_exporter_duckdb.base.records import dataclass, field

from breadcrumb.install.edits import NAME, CannotEditError, Entry

_SPACE = re.compile(r"(?:\s|//[^\n]*|/\*.*?\*/)*", re.DOTALL)
_SCALAR = re.compile(r'"(?:[^"\\\n]|\\.)*"|[-+.\w]+')


@dataclass
class _Member:
    """A member of an object: where its name begins, and its value begins and ends."""

    start: int
    value: _Value


@dataclass
class _Value:
    start: int
    end: int
    data: Any
    members: dict[str, _Member] = field(default_factory=dict)
    comma: bool = False
    """Whether a comma follows the last member."""
    tail: int = 0
    """Where the last member, with its comma and what is said of it, ends."""


def with_entry(text: str, section: str, entry: Entry) -> str:
    """The text with our entry in that section. Raises CannotEditError."""
    root = _read(text if text.strip() else "{}")
    text = text if text.strip() else "{}\n"
    found = root.members.get(section)
    if found is None:
        return _checked(_added(text, root, section, {NAME: entry}), {**root.data, section: {NAME: entry}})
    others = _object(found.value, section).data
    ours = found.value.members.get(NAME)
    if ours is None:
        wanted = {**root.data, section: {**others, NAME: entry}}
        return _checked(_added(text, found.value, NAME, entry), wanted)
    kept = {**_object(ours.value, NAME).data, **entry}
    if ours.value.data == kept:
        return text
    edited = text[: ours.value.start] + _written(text, ours.start, kept) + text[ours.value.end :]
    return _checked(edited, {**root.data, section: {**others, NAME: kept}})


def without_entry(text: str, section: str) -> str:
    """The text without our entry, nor the section if nothing else is in it. Raises CannotEditError."""
    root = _read(text) if text.strip() else _read("{}")
    found = root.members.get(section)
    if found is None or NAME not in _object(found.value, section).members:
        return text
    others = {name: each for name, each in found.value.data.items() if name != NAME}
    wanted = {name: each for name, each in root.data.items() if name != section}
    if others:
        return _checked(_removed(text, found.value, NAME), root.data | {section: others})
    return _checked(_removed(text, root, section), wanted)


def snippet(section: str, entry: Entry) -> str:
    """What to add by hand."""
    return json.dumps({section: {NAME: entry}}, indent=2) + "\n"


def _object(value: _Value, name: str) -> _Value:
    if not isinstance(value.data, dict):
        raise CannotEditError(f"{name} is no object")
    return value


def _checked(text: str, wanted: Any) -> str:
    if _read(text).data != wanted:
        raise CannotEditError("it is written in a way that is not edited")
    return text


def _added(text: str, into: _Value, name: str, entry: Entry) -> str:
    """The text with one more member at the end of an object."""
    line = "\r\n" if "\r\n" in text else "\n"
    outer = _indent(text, into.start)
    if not into.members:
        inner = outer + "  "
        said = text[into.tail : into.end - 1].rstrip()
        member = f"{inner}{json.dumps(name)}: {_lines(entry, inner, line, '  ')}"
        return f"{text[: into.tail]}{said}{line}{member}{line}{outer}{text[into.end - 1 :]}"
    members = list(into.members.values())
    end = members[-1].value.end
    before, after = ("", ",") if into.comma else (",", "")
    if "\n" not in text[into.start : members[-1].start]:
        member = f" {json.dumps(name)}: {json.dumps(entry)}"
    else:
        inner = _indent(text, members[0].start)
        unit = inner.removeprefix(outer) or "  "
        member = f"{line}{inner}{json.dumps(name)}: {_lines(entry, inner, line, unit)}"
    return f"{text[:end]}{before}{text[end : into.tail]}{member}{after}{text[into.tail :]}"


def _removed(text: str, of: _Value, name: str) -> str:
    """The text without a member; a comma goes with it."""
    order = list(of.members)
    at = order.index(name)
    ours = of.members[name]
    if at + 1 < len(order):
        return text[: ours.start] + text[of.members[order[at + 1]].start :]
    end = of.tail if of.comma else ours.value.end
    if not at:
        said = text[of.start + 1 : ours.start].rstrip()
        closes = end if said or text[end : of.end - 1].strip() else of.end - 1
        return text[: of.start + 1] + said + text[closes:]
    before = of.members[order[at - 1]].value.end
    kept = text[before : ours.start].rstrip()
    if not of.comma:
        kept = kept.replace(",", "", 1) if kept.startswith(",") else _without_comma(kept)
    return text[:before] + kept + text[end:]


def _without_comma(between: str) -> str:
    """What stands between two members without the comma, which is in no comment."""
    at = (found := _SPACE.match(between)) and found.end()
    return between if not at else between[:at] + between[at + 1 :]


def _written(text: str, start: int, entry: Entry) -> str:
    indent = _indent(text, start)
    return _lines(entry, indent, "\r\n" if "\r\n" in text else "\n", "\t" if "\t" in indent else "  ")


def _lines(entry: Entry, indent: str, line: str, unit: str) -> str:
    return json.dumps(entry, indent=unit).replace("\n", line + indent)


def _indent(text: str, at: int) -> str:
    found = re.match(r"[ \t]*", text[text.rfind("\n", 0, at) + 1 : at])
    return found[0] if found else ""


def _read(text: str) -> _Value:
    start = 1 if text.startswith("\ufeff") else 0
    try:
        root = _value(text, _space(text, start))
    except (IndexError, ValueError, RecursionError) as error:
        raise CannotEditError("it is not JSON") from error
    if _space(text, root.end) != len(text) or not isinstance(root.data, dict):
        raise CannotEditError("it is not a JSON object")
    return root


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _value(text: str, at: int) -> _Value:
    if text[at] == "{":
        return _read_object(text, at)
    if text[at] == "[":
        return _read_array(text, at)
    found = _SCALAR.match(text, at)
    if found is None:
        raise ValueError
    return _Value(at, found.end(), json.loads(found[0]))


def _read_object(text: str, start: int) -> _Value:
    found = _Value(start, start, {}, tail=start + 1)
    at = _space(text, start + 1)
    while text[at] != "}":
        name = _value(text, at)
        colon = _space(text, name.end)
        if not isinstance(name.data, str) or text[colon] != ":" or name.data in found.data:
            raise ValueError
        value = _value(text, _space(text, colon + 1))
        found.data[name.data] = value.data
        found.members[name.data] = _Member(at, value)
        at, found.comma = _after(text, value.end, "}")
    found.end = at + 1
    if found.members:
        found.tail = start + len(text[start:at].rstrip())
    return found


def _read_array(text: str, start: int) -> _Value:
    items = []
    at = _space(text, start + 1)
    while text[at] != "]":
        value = _value(text, at)
        items.append(value.data)
        at, _ = _after(text, value.end, "]")
    return _Value(start, at + 1, items)


def _after(text: str, at: int, closing: str) -> tuple[int, bool]:
    """Where it goes on after an item, and whether a comma stood there."""
    at = _space(text, at)
    if text[at] == ",":
        return _space(text, at + 1), True
    if text[at] != closing:
        raise ValueError
    return at, False
