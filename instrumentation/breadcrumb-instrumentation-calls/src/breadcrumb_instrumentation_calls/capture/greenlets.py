"""Which greenlet of a thread runs: greenlet is asked where the chain of frames does not tell.

A thread's calls lie on strands, one for each greenlet in which something was traced. Nothing is hooked in:
a frame whose callers lead to the innermost running call belongs to the same strand. Where they do not, a
greenlet may have taken over, and greenlet says which one runs. `native/recorder/greenlets.c` does the same.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.originals import sys
from breadcrumb_instrumentation_calls.capture.calls import Boundary, Strand

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from breadcrumb_instrumentation_calls.capture.calls import Parent, ThreadState

_NEAR = 64
"""Frames to look at before greenlet is asked."""

Lineage = list[tuple[Any, "FrameType | None"]]
"""Where a greenlet came from, the nearest first: greenlets, with the frames where they stand."""


class Greenlets:
    """Has the running greenlet's calls at hand; `lose` ends a call of a greenlet that is gone."""

    def __init__(self, lose: Callable[[Strand, int], None]) -> None:
        self._lose = lose

    def follow(self, state: ThreadState, frame: FrameType | None, now: int) -> None:
        """See that the strand of the greenlet that runs a frame is the thread's present one."""
        getcurrent = getattr(sys.modules.get("greenlet._greenlet"), "getcurrent", None)
        if getcurrent is None:
            return
        top = state.running[-1] if state.running else None
        if not state.strands if top is None else _led_to(top.frame_id, frame, _NEAR):
            return  # a thread that never asked has no greenlets for all we know, and asking would make one
        strand = self._strand(state, getcurrent(), frame)
        if strand is not state.now:
            state.change_to(strand, now)
        while state.gone:
            self._lose(state.gone.pop(), now)

    def _strand(self, state: ThreadState, current: Any, frame: FrameType | None) -> Strand:
        known = state.strands.get(id(current))
        if known is not None:
            return known
        before = lineage(current)
        base = state.base
        if _base_leads_to(state, frame) or (not before and base.reference is None and not base.running):
            return _own(state, base, current)
        strand = Strand()
        if before:  # what it calls hangs below where it came from, as other people's work does
            strand.is_greenlet = True
            strand.running.append(Boundary(0, _parent(state, before)))
        return _own(state, strand, current)


def lineage(greenlet: Any) -> Lineage:
    """Where a greenlet came from: who spawned it, as gevent knows, and its parents; a main one has none."""
    found = [spawner] if (spawner := _spawner(greenlet)) is not None else []
    parent = _field(greenlet, "parent")
    while parent is not None:
        found.append(parent)
        parent = _field(parent, "parent")
    return [(each, _field(each, "gr_frame")) for each in found]


def _field(greenlet: Any, name: str) -> Any:
    """A greenlet's own field, whatever its class says."""
    return sys.modules["greenlet._greenlet"].greenlet.__dict__[name].__get__(greenlet)


def _spawner(greenlet: Any) -> Any:
    cls = getattr(sys.modules.get("gevent.greenlet"), "Greenlet", None)
    if cls is None or cls not in type(greenlet).__mro__:
        return None
    field = cls.__dict__.get("spawning_greenlet")
    reference = field.__get__(greenlet) if hasattr(type(field), "__get__") else None
    return reference() if type(reference) is weakref.ref else None


def _parent(state: ThreadState, before: Lineage) -> Parent | None:
    """Who made a greenlet's calls, as far as can be known: the innermost call where it came from."""
    for greenlet, frame in before:
        strand = state.strands.get(id(greenlet))
        if strand is None and _base_leads_to(state, frame):
            strand = _own(state, state.base, greenlet)
        if strand is None:
            continue
        call = strand.innermost()
        if call is not None:
            return call.as_parent()
        bottom = strand.running[0] if strand.running else None
        if type(bottom) is Boundary and bottom.parent is not None:
            return bottom.parent
    return None


def _own(state: ThreadState, strand: Strand, greenlet: Any) -> Strand:
    """Know whose strand one is, for as long as its greenlet lives."""
    key = id(greenlet)

    def end(_: object) -> None:
        state.gone.append(state.strands.pop(key))

    strand.reference = weakref.ref(greenlet, end)
    state.strands[key] = strand
    return strand


def _base_leads_to(state: ThreadState, frame: FrameType | None) -> bool:
    """Whether the calls of the strand that nobody had to know yet are those of a greenlet at a frame."""
    base = state.base
    return base.reference is None and bool(base.running) and _led_to(base.running[0].frame_id, frame, -1)


def _led_to(wanted: int, frame: FrameType | None, most: int) -> bool:
    """Whether a frame is among those that led to another one, or is it itself."""
    while frame is not None and most:
        if id(frame) == wanted:
            return True
        frame = frame.f_back
        most -= 1
    return False
