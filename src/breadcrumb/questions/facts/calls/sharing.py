"""Objects that two owners of one type hold in their lists, dicts or sets: what changes one changes both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.questions.facts.calls.values import own_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from breadcrumb.common.json_types import Json

MOST = 2
"""Objects that are named of those that two owners share."""


def shared_in(values: Mapping[str, Json]) -> tuple[str, ...]:
    """Say which parts of a frame's variables are one object: `office.fields['a'] is visitor.fields['a']`."""
    first: dict[tuple[str, str], tuple[str, str]] = {}
    found: list[str] = []
    for path, kind, owner, held in _held(values):
        name, before = first.setdefault((kind, held), (path, owner))
        if before != owner:
            found.append(f"{path} is {name}")
    more = f"and {len(found) - MOST} more" if len(found) > MOST else ""
    return tuple(filter(None, [*found[:MOST], more]))


def _held(values: Mapping[str, Json]) -> Iterator[tuple[str, str, str, str]]:
    """Give each object in a container of an owner: its path, the owner's type and address, its own."""
    for name, value in values.items():
        if not isinstance(value, dict) or "@id" not in value:
            continue
        for field, part in value.items():
            if not field.startswith("@"):
                for path, held in inside(part):
                    owner = str(value["@id"])
                    yield f"{name}.{field}{path}", str(value["@"]), owner, f"{held['@']} {held['@id']}"


def inside(value: Json) -> Iterator[tuple[str, dict[str, Json]]]:
    """Give the objects in a list, dict or set with where each is, but not what is in them."""
    for path, each in _parts(value):
        if not isinstance(each, dict) or "@id" not in each:
            yield from ((f"{path}{below}", held) for below, held in inside(each))
        elif "@name" not in each:
            yield path, each


def _parts(value: Json) -> Iterator[tuple[str, Json]]:
    """Give what a list, dict or set holds, keys that are no texts included."""
    if isinstance(value, list):
        yield from ((f"[{at}]", each) for at, each in enumerate(value))
    elif isinstance(value, dict) and "@" not in value:
        yield from ((f"[{own_key(key)!r}]", each) for key, each in value.items())
    elif isinstance(value, dict) and "@id" not in value:
        yield from _parts(value.get("@items"))
        for _, pair in _parts(value.get("@pairs")):
            if isinstance(pair, list):  # the last one may say how many more there are
                key, item = pair
                yield "[…]", key
                yield f"[{key!r}]" if isinstance(key, int | str) else "[…]", item
