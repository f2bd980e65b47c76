"""What the calls of a random program do that switches between greenlets, and the program's own log of it.

Imported by the program, so never traced with it. Each greenlet has a list of the calls that are open in it; a
call's parent is the last one there. The first calls of a greenlet hang under the call that was open innermost
in its parent, or in the parent's parent.
"""

import json
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

import greenlet  # type: ignore[import-untyped]

MOST_DEPTH = 5
ACTS = (
    "call",
    "call",
    "map",
    "make",
    "make",
    "switch",
    "switch",
    "switch",
    "throw",
    "drop",
    "flow",
    "next",
    "raise",
)


class E1(Exception):  # noqa: N818 - short, as in other programs
    """One error."""


class Here(threading.local):
    """What one thread has."""

    rng: random.Random
    left = 0
    """Acts that it may still do."""
    starter: int | None = None
    """The call that started it."""

    def __init__(self) -> None:
        self.greenlets: list[Any] = []
        self.flows: list[Any] = []
        self.every: WeakSet[Any] = WeakSet()


here = Here()
functions: dict[str, Callable[..., Any]] = {}
calls: dict[int, dict[str, Any]] = {}
wrong: list[str] = []
_ids = count(1)
_greenlet_ids = count(1)
_open: WeakKeyDictionary[Any, list[int]] = WeakKeyDictionary()
_known: WeakKeyDictionary[Any, tuple[int, int | None]] = WeakKeyDictionary()
"""A number, and who its first calls hang under, of each greenlet in which a call began."""


def new() -> int:
    """A number for a call."""
    return next(_ids)


def _mine() -> list[int]:
    return _open.setdefault(greenlet.getcurrent(), [])


def _starter(current: Any) -> int | None:
    parent = current.parent
    while parent is not None:
        if _open.get(parent):
            return _open[parent][-1]
        if parent in _known:
            return _known[parent][1]
        parent = parent.parent
    return here.starter


def enter(me: int, kind: str) -> None:
    """A call begins."""
    current = greenlet.getcurrent()
    if current not in _known:
        _known[current] = next(_greenlet_ids), _starter(current)
    mine = _mine()
    parent = mine[-1] if mine else _known[current][1]
    calls[me] = {
        "parent": parent,
        "greenlet": _known[current][0],
        "kind": kind,
        "thread": threading.get_ident(),
    }
    mine.append(me)


def suspend(me: int) -> int:
    """A generator yields."""
    _take(me)
    return me


def resume(me: int) -> None:
    """It goes on, maybe in another greenlet."""
    _mine().append(me)


def ret(me: int) -> int:
    """A call returns its number."""
    _take(me)
    calls[me] |= {"outcome": 0, "value": me}
    return me


def left(me: int, error: BaseException) -> None:
    """An exception leaves a call."""
    _take(me)
    calls[me] |= {"outcome": 2 if isinstance(error, (greenlet.GreenletExit, GeneratorExit)) else 1}


def _take(me: int) -> None:
    mine = _mine()
    if not mine or mine.pop() != me:
        wrong.append(f"{me} is not innermost")


def goes_on() -> bool:
    """Whether there is to be one more act."""
    here.left -= 1
    return here.left > 0 and here.rng.random() < 0.8


def act(me: int, depth: int) -> None:
    """Do some random things."""
    for _ in range(here.rng.randrange(1, 4)):
        if goes_on():
            what = here.rng.choice(ACTS)
            with suppress(*([E1] if here.rng.random() < 0.7 else [])):
                _ACTS[what](me, depth)


def call(_me: int, depth: int) -> None:
    if depth < MOST_DEPTH:
        functions["f"](new(), depth + 1)


def through_map(_me: int, depth: int) -> None:
    if depth < MOST_DEPTH:
        list(map(partial(functions["f"], depth=depth + 1), [new(), new()]))


def make(_me: int, _depth: int) -> None:
    made = greenlet.greenlet(run)
    here.greenlets.append(made)
    here.every.add(made)
    if here.rng.random() < 0.7:
        _switch(made, 0)


def run(depth: int) -> None:
    """A greenlet's body: not traced, and it lets nothing out but what its calls let out."""
    for _ in range(here.rng.randrange(1, 3)):
        functions["f"](new(), depth)


def _switch(to: Any, *values: object) -> None:
    if to.dead or (to is greenlet.getcurrent()):
        return
    to.switch(*(values if not to else ()))


def switch(_me: int, _depth: int) -> None:
    others = [*here.greenlets, _main()]
    _switch(here.rng.choice(others), 0)


def throw(_me: int, _depth: int) -> None:
    started = [each for each in here.greenlets if each and each is not greenlet.getcurrent()]
    if started:
        here.rng.choice(started).throw(here.rng.choice([E1("thrown"), greenlet.GreenletExit()]))


def drop(_me: int, _depth: int) -> None:
    if here.greenlets:
        del here.greenlets[here.rng.randrange(len(here.greenlets))]


def flow(_me: int, depth: int) -> None:
    if depth < MOST_DEPTH:
        made = functions["g"](new(), depth + 1)
        here.flows.append(made)
        step(made)


def step_one(_me: int, _depth: int) -> None:
    if here.flows:
        step(here.rng.choice(here.flows))


def step(flow: Any) -> None:
    """Take the next of a generator, unless another greenlet runs it now."""
    if not flow.gi_running:
        next(flow, None)


def fail(me: int, _depth: int) -> None:
    raise E1(me)


_ACTS = {
    "call": call, "map": through_map, "make": make, "switch": switch, "throw": throw, "drop": drop,
    "flow": flow, "next": step_one, "raise": fail,
}  # fmt: skip


def _main() -> Any:
    found = greenlet.getcurrent()
    while found.parent is not None:
        found = found.parent
    return found


def play(seed: int, acts: int, starter: int | None = None) -> None:
    """A thread's part: random acts, then an end to all that waits."""
    here.rng, here.left, here.starter = random.Random(seed), acts, starter
    while here.left > 0:
        with suppress(E1):
            functions["f"](new(), 0)
    _end_all()


def _end_all() -> None:
    while started := [each for each in here.every if each]:
        with suppress(E1):
            started[0].throw(greenlet.GreenletExit())
    here.greenlets.clear()
    for each in here.flows:
        each.close()
    here.flows.clear()


def in_thread(me: int, seed: int, acts: int) -> None:
    """Play in another thread that a call starts."""
    thread = threading.Thread(target=play, args=(seed, acts, me))
    thread.start()
    thread.join()


def write() -> None:
    """Leave the log."""
    Path("log.json").write_text(json.dumps({"calls": calls, "wrong": wrong}), encoding="utf-8")
