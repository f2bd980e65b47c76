"""What a list, set or tuple gained and lost, where most of it stayed: also where it was cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.render.parts.json_keys import json_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb.common.json_types import Json

UNORDERED = ("set", "frozenset")
FEW = 4
"""Items gained or lost that are told, if they are not all."""


@dataclass(frozen=True)
class Shift:
    """What was gained and lost, each a value like the container; its length, where it was cut."""

    lost: Json = None
    gained: Json = None
    lengths: tuple[int, int] | None = None


def shifted(before: Json, after: Json) -> Shift | None:
    """Tell what two states of one container do not share; None where that is no shorter than both."""
    if isinstance(before, dict) and isinstance(after, dict):
        kind = before.get("@")
        if before.keys() != {"@", "@items"} or after.keys() != before.keys() or after["@"] != kind:
            return None
        old, new = before["@items"], after["@items"]
        if not isinstance(old, list) or not isinstance(new, list):
            return None
        found = _of_set(old, new) if kind in UNORDERED else _of_list(old, new)
        return found and Shift(_like(kind, found.lost), _like(kind, found.gained), found.lengths)
    return _of_list(before, after) if isinstance(before, list) and isinstance(after, list) else None


def _like(kind: Json, items: Json) -> Json:
    return None if items is None else {"@": kind, "@items": items}


def _parted(items: list[Json]) -> tuple[list[Json], int]:
    """Part the items that were recorded from the number of those that were not."""
    last = items[-1] if items else None
    if isinstance(last, dict) and last.keys() == {"@more"}:
        more = last["@more"]
        return items[:-1], more if isinstance(more, int) else 0
    return items, 0


def _of_set(before: list[Json], after: list[Json]) -> Shift | None:
    (old, more), (new, more_now) = _parted(before), _parted(after)
    if more or more_now:
        return _only_length(len(old) + more, len(new) + more_now)
    had, has = ({json_key(each): each for each in items} for items in (old, new))
    if had.keys().isdisjoint(has):
        return None
    lost = [each for key, each in had.items() if key not in has]
    gained = [each for key, each in has.items() if key not in had]
    return Shift(lost or None, gained or None)


def _only_length(before: int, after: int) -> Shift | None:
    return Shift(lengths=(before, after)) if before != after else None


def _of_list(before: list[Json], after: list[Json]) -> Shift | None:
    """Find what was cut out of a list, put into it, or, of one that was cut, pushed through it."""
    (old, more), (new, more_now) = _parted(before), _parted(after)
    had, has = [json_key(each) for each in old], [json_key(each) for each in new]
    sizes = len(had) + more, len(has) + more_now
    if had == has:
        return _only_length(*sizes)
    if more or more_now:
        return _of_cut(old, new, had, has, sizes)
    head = _common(had, has)
    tail = _common(had[head:][::-1], has[head:][::-1])
    lost, gained = old[head : len(old) - tail], new[head : len(new) - tail]
    if not head + tail or (lost and gained) or len(had) == len(has):
        return _rotated(old, new, had, has)
    return Shift(lost or None, gained or None)


def _rotated(old: list[Json], new: list[Json], had: list[str], has: list[str]) -> Shift | None:
    """Find what was taken from the front while something was put at the end."""
    for taken in range(1, min(FEW, len(had) - 1) + 1):
        kept = len(had) - taken
        if 1 < kept <= len(has) and had[taken:] == has[:kept] and kept >= len(has) - kept:
            return Shift(old[:taken], new[kept:] or None)
    return None


def _of_cut(
    old: list[Json], new: list[Json], had: list[str], has: list[str], sizes: tuple[int, int]
) -> Shift | None:
    """Find what was taken from, or put to, the front of a list of which the first items are known."""
    known = min(len(had), len(has))
    if had[:known] == has[:known]:
        return _only_length(*sizes)
    for moved in range(1, FEW + 1):
        if _goes_on(had[moved:], has):
            return Shift(lost=old[:moved], lengths=sizes)
        if _goes_on(has[moved:], had):
            return Shift(gained=new[:moved], lengths=sizes)
    return None


def _goes_on(rest: Sequence[str], other: Sequence[str]) -> bool:
    """Tell whether both begin alike, as far as both are known."""
    both = min(len(rest), len(other))
    return both > 1 and rest[:both] == other[:both]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """Count the items in which both begin."""
    return next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
