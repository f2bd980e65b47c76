"""Follows objects from call to call: what each was, how it was seen to change, and since which call.

Two sightings are of one object where process, type and address are the same. An address that was used again
is told apart where the new object's `__init__` was seen. Where none was, and no call had the object all the
while, it is not known whether a change is one or a later object at the same address.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, field

from breadcrumb.questions.facts.calls.call_rows import iso
from breadcrumb.questions.facts.objects.sightings import Sighting, alike

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

MOST = 3
"""Calls of other tasks and threads that may have changed an object and are named."""

SEEN = 20
"""Sightings of one state that a row names; the others are counted."""


@dataclass(frozen=True)
class Since:
    """A call that had the object since it was last seen as before, and until it was seen different."""

    sighting: Sighting
    during: bool
    """Whether the call ran all the while: what happened, happened in it."""

    def json(self) -> dict[str, Any]:
        """Give the call."""
        call = self.sighting.call
        return {"function": call.function, "call": call.number, "during": self.during}


@dataclass
class State:
    """An object as calls saw it, one after the other, until one saw it different."""

    object_number: int
    """Which object of the answer it is, from 1."""
    reuse: int
    """The how many-th object at this address it is, from 1."""
    seen: list[Sighting]
    previous: dict[str, Any] | None = None
    """What it was before; None of the first state."""
    since: tuple[Since, ...] = ()
    """The calls that had it meanwhile, and so may have changed it."""
    is_known: bool = True
    """Whether it is known to be the object that it was before, and not a later one at the same address."""
    _telling: list[Sighting] = field(init=False)
    """Those that tell its fields."""

    def __post_init__(self) -> None:
        """Look at those that are there."""
        self._telling = [each for each in self.seen if each.has_fields]

    def see(self, sighting: Sighting) -> None:
        """Add one that saw it so."""
        self.seen.append(sighting)
        self._telling += [sighting] if sighting.has_fields else []

    @property
    def tells_fields(self) -> bool:
        """Whether its fields were seen."""
        return bool(self._telling)

    @property
    def first(self) -> Sighting:
        """The first sighting."""
        return self.seen[0]

    @property
    def last(self) -> Sighting:
        """The last sighting that tells its fields."""
        return (self._telling or self.seen)[-1]

    @property
    def value(self) -> dict[str, Any]:
        """The state, with its fields where they were seen."""
        return (self._telling or self.seen)[0].value

    @property
    def is_beginning(self) -> bool:
        """Whether it came to be so while its own `__init__` ran."""
        during = (each.sighting for each in self.since if each.during)
        return any(each.is_of_init for each in (self.first, *during))

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "object": self.object_number,
            "object_id": self.first.object_id,
            "pid": self.first.call.pid,
            "value": self.value,
            "changed": None if self.previous is None else changed_fields(self.previous, self.value),
            "since": [each.json() for each in self.since[:SEEN]],
            "known": self.is_known,
            "sightings": len(self.seen),
            "seen": [_seen(each) for each in self.seen[:SEEN]],
            "start": iso(self.first.moment_ns),
        }


def _seen(sighting: Sighting) -> dict[str, Any]:
    call = sighting.call
    return {
        "function": call.function,
        "call": call.number,
        "place": sighting.place,
        "name": sighting.name,
        "span_id": call.span_id,
    }


def changed_fields(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name the fields that are new, gone or different."""
    names = [name for name in (*after, *(before.keys() - after.keys())) if name not in ("@", "@id", "@more")]
    return [
        name
        for name in names
        if name not in before or name not in after or not alike(before[name], after[name])
    ]


@dataclass
class _Object:
    """One object while it is followed."""

    number: int
    reuse: int
    states: list[State] = field(default_factory=list)
    latest: dict[Hashable, Sighting] = field(default_factory=dict)
    """The last sighting of each task or thread."""
    open: list[Sighting] = field(default_factory=list)
    """Those of calls that had not ended when the last one was made, outermost first."""
    made_by: Sighting | None = None
    """Its `__init__`, below which that of a base class is no other object's."""

    def is_another(self, sighting: Sighting) -> bool:
        """Tell whether the sighting is of a later object at the same address."""
        if not sighting.begins:
            return False
        made = self.made_by
        return made is None or not (made.end_ns is None or sighting.moment_ns <= made.end_ns)

    def see(self, sighting: Sighting) -> None:
        """Add a sighting to the last state, or begin another."""
        if self._is_half_made(sighting):
            return
        self.made_by = self.made_by or (sighting if sighting.begins else None)
        last = self.states[-1] if self.states else None
        if last is None:
            self.states.append(State(self.number, self.reuse, [sighting]))
        elif _is_same(last, sighting):
            last.see(sighting)
        else:
            since = tuple(self._since(last, sighting))
            is_known = self._lived(last.last, sighting)
            self.states.append(State(self.number, self.reuse, [sighting], last.value, since, is_known))
        self.latest[_stack(sighting)] = sighting
        self.open = [each for each in self.open if _runs_at(each, sighting.moment_ns)]
        self.open += [sighting] if sighting.place == "args" else []

    def _is_half_made(self, sighting: Sighting) -> bool:
        """Tell whether a call left it so within its `__init__`, which says itself how it left it."""
        made = self.made_by
        is_within = made is not None and made.call is not sighting.call and _runs_at(made, sighting.moment_ns)
        return is_within and sighting.place == "args_after" and made is not None and made.end_ns is not None

    def _lived(self, before: Sighting, sighting: Sighting) -> bool:
        """Tell whether it was there all the while: a call had it, or a new `__init__` would show."""
        holders = (*self.open, *self.latest.values())
        had = any(_runs_at(each, before.moment_ns, sighting.moment_ns) for each in holders)
        return had or self.made_by is not None

    def _since(self, state: State, sighting: Sighting) -> Iterable[Since]:
        """Name the calls that had it when it was last told as before, and since then."""
        last = state.last
        beside = [
            each for each in self.latest.values() if each is not last and _runs_at(each, last.moment_ns)
        ]
        around = [each for each in self.open if each is not last and _runs_at(each, last.moment_ns)]
        if _runs_at(last, sighting.moment_ns):
            around = []
        within = [each for each in around if _runs_at(each, sighting.moment_ns)]
        later = state.seen[state.seen.index(last) + 1 :]
        had = [last, *beside[:MOST], *(within or around)[-1:], *later]
        for each in dict.fromkeys(had):
            yield Since(each, _runs_at(each, last.moment_ns, sighting.moment_ns))


def _is_same(state: State, sighting: Sighting) -> bool:
    return not (state.tells_fields and sighting.has_fields) or alike(state.value, sighting.value)


def _runs_at(sighting: Sighting, *moments_ns: int) -> bool:
    """Tell whether the call ran, with the object as an argument, at all these moments."""
    end_ns = float("inf") if sighting.end_ns is None else sighting.end_ns
    return sighting.place == "args" and all(sighting.moment_ns <= at <= end_ns for at in moments_ns)


def _stack(sighting: Sighting) -> Hashable:
    call = sighting.call
    return call.process, call.thread, call.task


def follow(found: Iterable[Sighting]) -> list[State]:
    """Give the states of each object in the order in which they were seen, object by object."""
    objects: list[_Object] = []
    known: dict[Hashable, _Object] = {}
    for sighting in sorted(found, key=lambda each: each.moment_ns):
        key = _key(sighting)
        at = known.get(key)
        if at is None or at.is_another(sighting):
            at = _Object(len(objects) + 1, 1 if at is None else at.reuse + 1)
            known[key] = at
            objects.append(at)
        at.see(sighting)
    return [state for each in objects for state in each.states]


def _key(sighting: Sighting) -> Hashable:
    """Tell objects by their address; other values are the same where they are equal."""
    if sighting.object_id is None:
        return sighting.kind, json.dumps(sighting.value)
    return sighting.call.process, sighting.kind, sighting.object_id


def not_seen_after(states: Sequence[State]) -> list[Sighting]:
    """Give the last sighting of each object that a call had when it was last seen, and that ended since."""
    last = {state.object_number: state.seen[-1] for state in states if state.first.object_id}
    return [each for each in last.values() if each.place == "args" and each.end_ns is not None]
