"""Writes what changed of variables: the parts that differ, and no more of a value than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, replace

from breadcrumb.render.parts.values import added_to, numbers_in, render, same_text, span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.lines import Change

WIDTH = 80
"""Characters of one value."""


@dataclass(frozen=True)
class Moved:
    """One part of a variable that changed: `acc.balance`, `rows[0]['qty']`, or the whole."""

    path: str
    value: Json
    previous: Json
    is_new: bool = False
    is_gone: bool = False

    @property
    def crosses_zero(self) -> bool:
        """Whether a number came to be below zero, or no longer is."""
        before, after = self.previous, self.value
        return (
            isinstance(before, int | float) and isinstance(after, int | float) and (before < 0) != (after < 0)
        )


def told(moves: Sequence[Moved]) -> Iterator[str]:
    """Write each part that changed once: what was added, or from what to what, or to which in turn."""
    paths: dict[str, list[Moved]] = {}
    for moved in moves:
        paths.setdefault(moved.path, []).append(moved)
    for path, same in paths.items():
        first = same[0]
        if first.is_gone:
            yield f"del {path}"
            continue
        added = [added_to(moved.previous, moved.value) for moved in same]
        if all(added):
            yield f"{path} += {_values(added)}"
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
                yield from differences(part, before[key], after[key])
    elif isinstance(before, dict) and isinstance(after, dict) and _is_one_object(before, after):
        for moved in field_moves(before, after):
            yield replace(moved, path=f"{path}.{moved.path}")
    elif (entries := _entries(before, after)) is not None:
        yield from _entry_moves(path, *entries)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            if not same_text([old, new]):
                yield from differences(f"{path}[{index}]", old, new)
    else:
        yield Moved(path, after, before)


def field_moves(before: dict[str, Json], after: dict[str, Json]) -> Iterator[Moved]:
    """Give the parts of an object's fields that are new, gone or different."""
    for name in [*after, *(name for name in before if name not in after)]:
        label = name.removeprefix("@")
        if name not in before or name not in after:
            yield Moved(label, after.get(name), before.get(name), name not in before, name not in after)
        elif not same_text([before[name], after[name]]):
            yield from differences(label, before[name], after[name])


def _entries(before: Json, after: Json) -> tuple[dict[str | int, Json], dict[str | int, Json]] | None:
    """Give what two dicts hold, by key, where they share one and neither was cut."""
    sides = [_entries_of(each) for each in (before, after)]
    if sides[0] is None or sides[1] is None or sides[0].keys().isdisjoint(sides[1]):
        return None
    return sides[0], sides[1]


def _entries_of(value: Json) -> dict[str | int, Json] | None:
    if not isinstance(value, dict) or "@more" in value:
        return None
    pairs = value.get("@pairs") if "@" in value else [[key, each] for key, each in value.items()]
    entries: dict[str | int, Json] = {}
    for pair in pairs if isinstance(pairs, list) else [None]:
        if not isinstance(pair, list) or len(pair) != 2 or not isinstance(pair[0], str | int):
            return None
        entries[pair[0]] = pair[1]
    return entries


def _entry_moves(path: str, before: dict[str | int, Json], after: dict[str | int, Json]) -> Iterator[Moved]:
    """Give the entries that are new, gone or different."""
    for key in [*after, *(key for key in before if key not in after)]:
        part = f"{path}[{key!r}]"
        if key not in before or key not in after:
            yield Moved(part, after.get(key), before.get(key), key not in before, key not in after)
        elif not same_text([before[key], after[key]]):
            yield from differences(part, before[key], after[key])


def _is_one_object(before: dict[str, Json], after: dict[str, Json]) -> bool:
    """Tell whether both are one object, which may have other fields by now."""
    return "@id" in after and all(same_text([before.get(key), after[key]]) for key in ("@", "@id"))


def _is_same_object(before: dict[str, Json], after: dict[str, Json]) -> bool:
    if before.keys() != after.keys() or not same_text([before.get("@"), after.get("@")]):
        return False
    if "@" not in after:
        return not any(key.startswith("@") for key in after)
    return "@id" in after and same_text([before.get("@id"), after["@id"]])
