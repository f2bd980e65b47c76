"""Objects that two owners of one type hold in their lists, dicts or sets: what changes one changes both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from breadcrumb.common.json_types import Json

MOST = 2
"""Objects that are named of those that two owners share."""


def shared_in(values: Mapping[str, Json]) -> tuple[str, ...]:
    """Say which parts of a frame's variables are one object: `office.fields['a'] is visitor.fields['a']`."""
    first: dict[str, tuple[str, str, str]] = {}
    found: list[str] = []
    for path, kind, owner, held in _held(values):
        name, before, by = first.setdefault(held, (path, kind, owner))
        if by != owner and before == kind:
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
    if isinstance(value, dict) and "@" not in value:
        parts = [(f"[{key!r}]", each) for key, each in value.items()]
    else:
        items = value.get("@items", value.get("@pairs")) if isinstance(value, dict) else value
        is_other = isinstance(value, dict) and "@id" in value
        parts = [(f"[{at}]", each) for at, each in enumerate(items if isinstance(items, list) else ())]
        parts = [] if is_other else parts
    for path, each in parts:
        if isinstance(each, dict) and "@name" in each:
            continue
        if isinstance(each, dict) and "@id" in each:
            yield path, each
        else:
            yield from ((f"{path}{below}", held) for below, held in inside(each))
