"""One field of the objects of a type, `Cart.items`: sightings without the others, and how it was cleared."""

from __future__ import annotations

import json
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.common.messages import one_line
from breadcrumb.questions.facts.calls.sharing import inside
from breadcrumb.questions.facts.objects.sightings import IDENTITY, Sighting

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.objects.following import State

NOT_SET: dict[str, Json] = {"@": "not set"}
"""What stands for the field of an object that has others, but not this one."""
MOST_COMPARED = 30
"""Objects that are compared with each other."""
MOST_HOLDERS = 50
"""Objects of which it is looked whether they hold something at once."""
NAMED = 4
"""Objects or calls that a sentence names."""
_KNOWN_BY = ("id", "name", "key", "title")
_EMPTY: tuple[Json, ...] = (None, "", [], {})


def fields_of(found: Iterable[Sighting]) -> list[str]:
    """Name the fields that objects were seen with, in the order of the first ones."""
    names = dict.fromkeys(name for seen in found for name in seen.value)
    return [name for name in names if not name.startswith("@")]


def telling_fields(found: Iterable[Sighting], part: str) -> tuple[str, ...]:
    """Name the fields that tell an object from others: such a name, or what is unlike in all and stays."""
    held: dict[str, dict[Hashable, set[Json]]] = {}
    for seen in found:
        if seen.object_id is not None and not seen.begins:
            key = (seen.call.process, seen.kind, seen.object_id)
            for name, value in seen.value.items():
                if isinstance(value, str | int) and not name.startswith(("@", "_")):
                    held.setdefault(name, {}).setdefault(key, set()).add(value)
    known = tuple(name for name in _KNOWN_BY if name in held and name != part)
    if known:
        return known
    objects = max(map(len, held.values()), default=0)
    for name, values in held.items():
        different = {value for each in values.values() for value in each}
        if name != part and len(values) == objects == len(different) > 1:
            return (name,)
    return ()


def narrowed(seen: Sighting, part: str, known_by: Sequence[str]) -> Sighting:
    """Leave nothing of the value but one field; what tells the object from others is kept beside it."""
    if not seen.has_fields:
        return seen
    identity = {name: seen.value[name] for name in IDENTITY if name in seen.value}
    named = {name: seen.value[name] for name in known_by if isinstance(seen.value.get(name), str | int)}
    if part in seen.value:
        return replace(seen, value={**identity, part: seen.value[part]}, known_by=named)
    if "@more" in seen.value:
        return replace(seen, value=identity, known_by=named)
    return replace(seen, value={**identity, part: NOT_SET}, known_by=named)


def lives(states: Sequence[State], part: str) -> list[list[State]]:
    """Give the states of each object that ever had the field."""
    objects = [list(each) for _, each in groupby(states, key=lambda state: state.object_number)]
    return [each for each in objects if any(state.value.get(part, NOT_SET) != NOT_SET for state in each)]


def never_cleared(states: Sequence[State], part: str) -> list[list[State]]:
    """Give the objects whose field still held something when it was last seen, where others were cleared."""
    found = lives(states, part)
    if not any(_is_cleared(each[-1], part) for each in found):
        return []
    return [each for each in found if part in each[-1].value and not _is_empty(each[-1].value[part])]


def told(states: Sequence[State], part: str, names: dict[str, str]) -> Iterator[str]:
    """Say where the field was cleared, of which objects never, and which share what is in it."""
    cleared = [state for each in lives(states, part) for state in each if _is_cleared(state, part)]
    if cleared:
        calls = dict.fromkeys(_since(state, names) for state in cleared)
        yield f"Cleared {_some(list(calls), 'more')}."
        kept = never_cleared(states, part)
        if kept:
            yield f"Never cleared, though others were: {_some([_name(each[-1]) for each in kept])}."
    yield from _shared(states, part)
    yield from in_two(states, [part])
    yield from _alike(states, part)


def _alike(states: Sequence[State], part: str) -> Iterator[str]:
    """Name objects whose field changed with that of another one, while no call had them.

    Lists, dicts and sets are recorded without an identity: that they are one is likely, and not known.
    """
    found: dict[int, State] = {}
    for one, other in combinations(lives(states, part)[:MOST_COMPARED], 2):
        same = _contents(one, part) & _contents(other, part)
        unseen = [state for state in (*one[1:], *other[1:]) if not any(each.during for each in state.since)]
        if len(same) > 1 and not same.isdisjoint(_contents(unseen, part)):
            found |= {state.object_number: state for state in (one[0], other[0])}
    if found:
        owners = _some([_name(state) for state in found.values()])
        yield f"The {part} of {owners} changed as one, also while no call had its owner: it may be one."


def _contents(states: Sequence[State], part: str) -> set[str]:
    """Give what the list, dict or set in a field held in turn, but nothing."""
    values = [state.value.get(part) for state in states]
    return {json.dumps(value) for value in values if isinstance(value, list | dict) and not _is_empty(value)}


def _is_cleared(state: State, part: str) -> bool:
    before = (state.previous or {}).get(part)
    return part in state.value and _is_empty(state.value[part]) and not _is_empty(before)


def _is_empty(value: Json) -> bool:
    if isinstance(value, dict) and "@items" in value:
        value = value["@items"]
    return value in _EMPTY or value == NOT_SET


def _since(state: State, names: dict[str, str]) -> str:
    within = [each for each in state.since if each.during] or list(state.since)
    if not within:
        return "before it was seen"
    call = within[0].sighting.call
    word = "in" if within[0].during else "since"
    return f"{word} {names.get(call.function, call.function)}#{call.number}"


def _shared(states: Sequence[State], part: str) -> Iterator[str]:
    """Name one object that is in the field of two at once."""
    held: dict[tuple[str, str], list[State]] = {}
    for state in states:
        value = state.value.get(part)
        if isinstance(value, dict) and "@id" in value:
            held.setdefault((_type(value), str(value["@id"])), []).append(state)
    for (kind, address), holders in held.items():
        at_once = _at_once(holders)
        if at_once:
            owners = _some([_name(state) for state in at_once])
            yield f"One {kind} @{address} is the {part} of {len(at_once)} at once: {owners}."


def in_two(states: Sequence[State], parts: Iterable[str]) -> Iterator[str]:
    """Name objects that are in the lists, dicts or sets of two owners at once, in fields of one name."""
    found: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for part in parts:
        holders: dict[str, list[State]] = {}
        for state in states:
            for _, each in inside(state.value.get(part)):
                holders.setdefault(f"{_type(each)} @{each['@id']}", []).append(state)
        owners: dict[tuple[str, ...], list[str]] = {}
        for name, held in holders.items():
            owners.setdefault(tuple(map(_name, _at_once(held))), []).append(name)
        for by, names in owners.items():
            if by:
                found.setdefault((tuple(names), by), []).append(part)
    for (items, by), of in found.items():
        verb = "is" if len(items) == 1 else "are"
        yield f"{_some(items)} {verb} in the {', '.join(of)} of {len(by)} at once: {_some(by)}."


def _at_once(holders: Sequence[State]) -> list[State]:
    """Give a state of each object that held something while another one did."""
    found: dict[int, State] = {}
    lasting: dict[int, State] = {}
    for state in sorted(holders, key=lambda each: each.first.moment_ns):
        own = state.object_number
        if own not in lasting and len(lasting) == MOST_HOLDERS:
            continue
        others = [each for number, each in lasting.items() if number != own and _overlap(each, state)]
        found |= {each.object_number: each for each in (*others, state) if others}
        if own not in lasting or lasting[own].seen[-1].moment_ns < state.seen[-1].moment_ns:
            lasting[own] = state
    return list(found.values())


def _type(value: dict[str, Json]) -> str:
    """Give the name of an object's type, without its module."""
    return str(value["@"]).rsplit(".", 1)[-1]


def _overlap(one: State, other: State) -> bool:
    return max(one.first.moment_ns, other.first.moment_ns) <= min(
        one.seen[-1].moment_ns, other.seen[-1].moment_ns
    )


def _name(state: State) -> str:
    known = next((each.known_by for each in state.seen if each.known_by), {})
    told = ", ".join(f"{name}={value!r}" for name, value in [*known.items()][:2])
    again = f"/{state.reuse}" if state.reuse > 1 else ""
    return one_line(f"@{state.first.object_id}{again}{f' ({told})' if told else ''}")


def _some(texts: Sequence[str], noun: str = "more") -> str:
    more = f" and {len(texts) - NAMED} {noun}" if len(texts) > NAMED else ""
    return f"{', '.join(texts[:NAMED])}{more}"
