"""Lays out `--data`: a line for each object and each change of it, with the calls that saw it so."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, cast

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.common.messages import one_line
from breadcrumb.questions.facts.objects.sightings import IDENTITY
from breadcrumb.render.parts.call_lines import MARGIN, Line, Writer
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.folding import PERIOD, repetition
from breadcrumb.render.parts.moves import Moved, field_moves, told
from breadcrumb.render.parts.values import Memory, render

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.objects.following import Since, State
    from breadcrumb.questions.facts.objects.sightings import Sighting

STEPS, FEW = 4, 1
"""Places of a path that are named before they are counted, few where one field of many objects is told."""
MANY = 20
"""States from which that is so."""

LIKE = 3
"""Like objects, or changes in turn, from which they are written as one line."""

WIDTH = 120
"""Characters of a state."""


@dataclass
class _Writer(Writer):
    """Writes calls, and names so many of those that saw a state."""

    steps: int = STEPS


def data_layout(answer: Answer) -> Iterator[Line]:
    """Write each object, or several that went the same way, and what it became."""
    states = cast("Sequence[State]", answer.rows)
    is_brief = len(states) > MANY and any(each.known_by for state in states[:MANY] for each in state.seen)
    writer = _Writer(answer.names, now_ns=answer.now_ns, steps=FEW if is_brief else STEPS)
    objects = [list(each) for _, each in groupby(states, key=lambda state: state.object_number)]
    likes: dict[Hashable, list[list[State]]] = {}
    for each in objects:
        likes.setdefault(_way(each), []).append(each)
    several = len({state.first.call.pid for state in states}) > 1
    for group in likes.values():
        if len(group) >= LIKE:
            yield _together(writer, [each[0] for each in group])
        else:
            for each in group:
                yield from _object(writer, each, several=several)


def _way(states: Sequence[State]) -> Hashable:
    """Say what objects that are written as one have in common: the way they went, never changing."""
    first = states[0]
    if len(states) > 1:
        return first.object_number
    return first.first.kind, first.first.object_id is None, tuple(first.value), tuple(_path(first.seen))


def _path(seen: Sequence[Sighting]) -> dict[tuple[str, str, str], list[Sighting]]:
    """Put sightings together at the same place of the same function, in the order of the first ones."""
    places: dict[tuple[str, str, str], list[Sighting]] = {}
    for each in seen:
        places.setdefault(_step(each), []).append(each)
    return places


def _step(sighting: Sighting) -> tuple[str, str, str]:
    return sighting.call.function, sighting.place, sighting.name


def _together(writer: _Writer, states: Sequence[State]) -> Line:
    """Write objects that never changed and went the same way."""
    value = render([_known(state) for state in states], Memory(), width=WIDTH)
    seen = [sighting for state in states for sighting in state.seen]
    noun = "objects" if states[0].first.object_id else "values"
    return Line(_line(f"{len(states)} {noun}  {value}", _seen(writer, seen)), len(states))


def _known(state: State) -> dict[str, Json]:
    """Give the state with what tells the object from others."""
    known = next((each.known_by for each in state.seen if each.known_by), {})
    identity = {name: state.value[name] for name in IDENTITY if name in state.value}
    return {**identity, **known, **state.value}


def _object(writer: _Writer, states: Sequence[State], *, several: bool) -> Iterator[Line]:
    """Write the states of one object, changes that repeat as one line."""
    first = states[0].first
    again = f"/{states[0].reuse}" if states[0].reuse > 1 else ""
    name = f"@{first.object_id}{again}  " if first.object_id else ""
    writer.memory.process = first.call.process
    own = {
        name: value for name, value in _known(states[0]).items() if name != "@id"
    }  # the line begins with it
    value = render([own], Memory(), width=WIDTH)
    process = f", process {first.call.pid}" if several else ""
    yield Line(_line(f"{name}{value}", _seen(writer, states[0].seen) + process), 1)
    for part, alternates in _folded(states[1:]):
        yield Line(" " * len(name) + _became(writer, part, alternates=alternates), len(part))


def _folded(states: Sequence[State]) -> Iterator[tuple[Sequence[State], bool]]:
    """Join changes that repeat, also in turn with others."""
    shapes = [_change(state) for state in states]
    at = 0
    while at < len(states):
        period, times = repetition(shapes, at, PERIOD)
        if times < LIKE:
            period, times = 1, 1
        for turn in range(period):
            yield states[at + turn : at + period * times : period], turn < period - 1
        at += period * times


def _change(state: State) -> Hashable:
    """Say what changes that are written as one have in common."""
    moves = tuple(moved.path for moved in _moves(state))
    had = {each.sighting.call.function for each in state.since}
    return moves, frozenset(had), tuple(_path(state.seen)), state.is_known


def _moves(state: State) -> list[Moved]:
    return list(field_moves(state.previous or {}, state.value))


def _became(writer: _Writer, states: Sequence[State], *, alternates: bool) -> str:
    changes = clip(", ".join(told([moved for state in states for moved in _moves(state)])), WIDTH)
    times = f"  x{len(states)}" if len(states) > 1 else ""
    changes += "" if all(state.is_known for state in states) else ", or a later object at this address"
    turn = "in turn with the next, " if alternates else ""
    seen = _seen(writer, [sighting for state in states for sighting in state.seen])
    return _line(f"{changes}{times}", f"{turn}{_had(writer, states)}; {seen}")


def _had(writer: _Writer, states: Sequence[State]) -> str:
    """Write in or since which calls the changes came."""
    within = _calls(writer, [each for state in states for each in state.since if each.during])
    since = _calls(writer, [each for state in states for each in state.since if not each.during])
    return ", ".join([*([f"in {within}"] if within else []), *([f"since {since}"] if since else [])])


def _calls(writer: _Writer, had: Sequence[Since]) -> str:
    functions: dict[str, list[Sighting]] = {}
    for each in had:
        functions.setdefault(each.sighting.call.function, []).append(each.sighting)
    named = [_numbered(writer, seen, bare=True) for seen in functions.values()]
    more = f" or of {len(named) - STEPS} more" if len(named) > STEPS + 1 else ""
    return " or ".join(named[:STEPS] if more else named) + more


def _line(head: str, tail: str) -> str:
    return one_line(f"{head.ljust(MARGIN - 8)}  {tail}")


def _seen(writer: _Writer, seen: Sequence[Sighting]) -> str:
    steps = [_numbered(writer, part) for part in _path(seen).values()]
    more = f" and {len(steps) - writer.steps} more" if len(steps) > writer.steps + 1 else ""
    return ", ".join(steps[: writer.steps] if more else steps) + more


def _numbered(writer: _Writer, seen: Sequence[Sighting], *, bare: bool = False) -> str:
    """Write like sightings as `withdraw#2-#4(acc=)`; `bare` without the place."""
    first = seen[0]
    numbers = sorted({each.call.number for each in seen if each.call.number is not None})
    last = f"-#{numbers[-1]}" if len(numbers) > 1 else ""
    call = writer.name(first.call.function) + (f"#{numbers[0]}{last}" if numbers else "")
    if bare:
        return call
    if first.place == "args":
        return f"{call}({first.name}=)"
    return (
        f"{call} left {first.name}" if first.place == "args_after" else f"{call}() -> {first.name}".rstrip()
    )
