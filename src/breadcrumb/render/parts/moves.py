"""Writes what changed of variables: the parts that differ, and no more of a value than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, replace

from breadcrumb.render.parts.json_keys import json_key
from breadcrumb.render.parts.shifts import shifted
from breadcrumb.render.parts.values import added_to, numbers_in, render, same_text, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.lines import Change

WIDTH = 80
"""Characters of one value."""
GLANCE = 40
"""Characters of two lists, as JSON, that are both written."""
_HELD = ("@items", "@pairs")
"""Where an object has what it holds as a container; the path names the object alone."""


@dataclass(frozen=True)
class Moved:
    """One part of a variable that changed: `acc.balance`, `rows[0]['qty']`, or the whole."""

    path: str
    value: Json
    previous: Json
    is_new: bool = False
    is_gone: bool = False
    sign: str = ""
    """`+` or `-` where `value` is what a container gained or lost."""

    @property
    def crosses_zero(self) -> bool:
        """Whether a number came to be below zero, or no longer is."""
        before, after = self.previous, self.value
        return (
            isinstance(before, int | float) and isinstance(after, int | float) and (before < 0) != (after < 0)
        )


def told(moves: Sequence[Moved]) -> Iterator[str]:
    """Write each part that changed once: what was added, or from what to what, or to which in turn."""
    paths: dict[tuple[str, str], list[Moved]] = {}
    for moved in moves:
        paths.setdefault((moved.path, moved.sign), []).append(moved)
    for (path, _), same in paths.items():
        first = same[0]
        if first.is_gone:
            yield f"del {path}"
            continue
        if first.sign:
            yield f"{path} {first.sign}= {_values([moved.value for moved in same])}"
            continue
        values = _values([moved.value for moved in same if not moved.is_gone])
        yield f"{path} = {values}" if first.is_new else f"{path}: {_values([first.previous])} -> {values}"


def _values(values: Sequence[Json]) -> str:
    numbers = numbers_in(values)
    if numbers is not None and not same_text(values):
        return span(numbers, " .. ")
    return render(values, width=WIDTH)


def parts(change: Change) -> Iterator[Moved]:
    """Give the parts of a variable that a change made different."""
    if change.is_gone or change.is_new:
        yield Moved(change.name, change.value, change.previous, change.is_new, change.is_gone)
    else:
        yield from differences(change.name, change.previous, change.value)


def differences(path: str, before: Json, after: Json) -> Iterator[Moved]:
    """Go down to the parts that differ, as long as it is the same object, dict or list of the same size."""
    if isinstance(before, dict) and isinstance(after, dict) and _is_same_object(before, after):
        for key in after:
            if not same_text([before[key], after[key]]):
                part = f"{path}.{key}" if "@" in after else f"{path}[{key!r}]"
                yield from differences(path if key in _HELD else part, before[key], after[key])
    elif isinstance(before, dict) and isinstance(after, dict) and _is_one_object(before, after):
        for moved in field_moves(before, after):
            yield replace(moved, path=f"{path}.{moved.path}")
    elif (entries := _entries(before, after)) is not None:
        yield from list(_entry_moves(path, *entries)) or [Moved(path, after, before)]
    else:
        yield from _container_moves(path, before, after)


def _container_moves(path: str, before: Json, after: Json) -> Iterator[Moved]:
    """Give what a list, set or tuple gained and lost, else the items that differ, else the whole."""
    shift = shifted(before, after)
    if shift is not None and not _is_plain(before, after):
        told = (("-", shift.lost), ("+", shift.gained))
        yield from (Moved(path, part, None, sign=sign) for sign, part in told if part is not None)
        if shift.lengths is not None:
            yield Moved(f"len({path})", shift.lengths[1], shift.lengths[0])
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            if not same_text([old, new]):
                yield from differences(f"{path}[{index}]", old, new)
    else:
        yield Moved(path, after, before)


def _is_plain(before: Json, after: Json) -> bool:
    """Tell whether two lists are read at a glance; what was only added at the end is told all the same."""
    if not isinstance(before, list) or not isinstance(after, list) or len(before) == len(after):
        return False
    return len(json_key([before, after])) <= GLANCE and not added_to(before, after)


def field_moves(before: dict[str, Json], after: dict[str, Json]) -> Iterator[Moved]:
    """Give the parts of an object's fields that are new, gone or different."""
    for name in [*after, *(name for name in before if name not in after)]:
        label = name.removeprefix("@")
        if name not in before or name not in after:
            yield Moved(label, after.get(name), before.get(name), name not in before, name not in after)
        elif not same_text([before[name], after[name]]):
            yield from differences(label, before[name], after[name])


@dataclass(frozen=True)
class _Entries:
    """What a dict holds, by its key as JSON, and how many more it held."""

    held: dict[str, tuple[Json, Json]]
    more: int = 0


def _entries(before: Json, after: Json) -> tuple[_Entries, _Entries] | None:
    """Give what two dicts hold, where they share a key."""
    sides = [_entries_of(each) for each in (before, after)]
    if sides[0] is None or sides[1] is None or sides[0].held.keys().isdisjoint(sides[1].held):
        return None
    return sides[0], sides[1]


def _entries_of(value: Json) -> _Entries | None:
    """Read a dict by its keys, also one that is given as pairs; what is left out is counted."""
    if not isinstance(value, dict):
        return None
    pairs: Json = value.get("@pairs") if "@" in value else [[key, value[key]] for key in value]
    held: dict[str, tuple[Json, Json]] = {}
    more: Json = 0
    for pair in pairs if isinstance(pairs, list) else [None]:
        if isinstance(pair, dict) and pair.keys() == {"@more"}:
            more = pair["@more"]
        elif isinstance(pair, list) and len(pair) == 2 and pair[0] == "@more":
            more = pair[1]
        elif isinstance(pair, list) and len(pair) == 2:
            held[json_key(pair[0])] = (pair[0], pair[1])
        else:
            return None
    return _Entries(held, more) if isinstance(more, int) else None


def _entry_moves(path: str, before: _Entries, after: _Entries) -> Iterator[Moved]:
    """Give the entries that are new, gone or different, of a dict that was cut those that are known to be."""
    for at, (key, value) in after.held.items():
        part = f"{path}[{render([key], width=WIDTH)}]"
        if at in before.held:
            if not same_text([before.held[at][1], value]):
                yield from differences(part, before.held[at][1], value)
        elif not before.more:
            yield Moved(part, value, None, is_new=True)
    for at, (key, value) in before.held.items():
        if at not in after.held and not after.more:
            yield Moved(f"{path}[{render([key], width=WIDTH)}]", None, value, is_gone=True)
    lengths = [len(each.held) + each.more for each in (before, after)]
    if before.more + after.more and lengths[0] != lengths[1]:
        yield Moved(f"len({path})", lengths[1], lengths[0])


def _is_one_object(before: dict[str, Json], after: dict[str, Json]) -> bool:
    """Tell whether both are one object, which may have other fields by now."""
    return "@id" in after and all(same_text([before.get(key), after[key]]) for key in ("@", "@id"))


def _is_same_object(before: dict[str, Json], after: dict[str, Json]) -> bool:
    if before.keys() != after.keys() or not same_text([before.get("@"), after.get("@")]):
        return False
    if "@" not in after:
        return not any(key.startswith("@") for key in after)
    return "@id" in after and same_text([before.get("@id"), after["@id"]])
