"""What matters where a line is written: of a dict the entries that are about it come first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.render.parts.json_keys import json_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breadcrumb.common.json_types import Json


def focus_of(values: Iterable[Json]) -> frozenset[str]:
    """Give the texts among values and fields of objects: what dicts beside them may have as keys."""
    known = list(values)
    fields = [part for each in known if isinstance(each, dict) and "@id" in each for part in each.values()]
    return frozenset(json_key(each) for each in (*known, *fields) if isinstance(each, str) and each)


def is_in_focus(key: Json, value: Json, focus: frozenset[str]) -> bool:
    """Tell whether the key of an entry, what a tuple as its key holds, or the value is what matters."""
    parts = key.get("@items") if isinstance(key, dict) else None
    keys = parts if isinstance(parts, list) else [key]
    return any(json_key(each) in focus for each in (*keys, value) if not isinstance(each, list | dict))


def is_pair_in_focus(pair: Json, focus: frozenset[str]) -> bool:
    """Tell whether a pair of a dict is about what matters."""
    return isinstance(pair, list) and len(pair) == 2 and is_in_focus(pair[0], pair[1], focus)
