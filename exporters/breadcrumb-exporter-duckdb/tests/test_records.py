"""Our dataclasses behave as those of the standard library, as far as we use them."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import pytest
from breadcrumb_exporter_duckdb.base import records


def made(module: Any) -> SimpleNamespace:
    """The same classes, made by one of the two modules."""

    @module.dataclass(frozen=True)
    class Point:
        x: int
        y: int = 2
        marks: list[str] = module.field(default_factory=list)

        @cached_property
        def sum(self) -> int:
            return self.x + self.y

    @module.dataclass(frozen=True)
    class Named(Point):
        name: str = "?"
        x: int = 7

    @module.dataclass
    class Open:
        value: int
        twice: int = module.field(init=False)

        def __post_init__(self) -> None:
            self.twice = 2 * self.value

    @module.dataclass(eq=False)
    class Self:
        value: int = 0

        def __repr__(self) -> str:
            return "itself"

    return SimpleNamespace(Point=Point, Named=Named, Open=Open, Self=Self, module=module)


BOTH = [made(dataclasses), made(records)]


def both(what: Any) -> Any:
    """What both say, which has to be the same."""
    told = []
    for each in BOTH:
        try:
            told.append(what(each))
        except Exception as error:  # noqa: BLE001 - which one it is, is what is told
            told.append(next(kind for kind in (TypeError, AttributeError) if isinstance(error, kind)))
    assert told[0] == told[1]
    return told[1]


SAME = {
    "positional": lambda m: repr(m.Point(1, 3, ["a"])).partition(".<locals>.")[2],
    "named": lambda m: repr(m.Point(y=1, x=0)).partition(".<locals>.")[2],
    "own repr": lambda m: repr(m.Self()),
    "defaults are made anew": lambda m: m.Point(1).marks is m.Point(1).marks,
    "class attribute": lambda m: (m.Point.y, hasattr(m.Point, "marks")),
    "missing": lambda m: m.Point(),
    "missing, another unknown": lambda m: m.Point(z=1),
    "unknown": lambda m: m.Point(1, z=1),
    "too many": lambda m: m.Point(1, 2, [], 4),
    "inherited": lambda m: (m.Named().x, m.Named(1, 2, [], "n").name, m.Named(1).marks),
    "fields in order": lambda m: m.Named.__match_args__,
    "equal": lambda m: (m.Point(1) == m.Point(1), m.Point(1) == m.Point(2), m.Point(1) == m.Named(1)),
    "equal, something was remembered": lambda m: m.Point(1).sum and m.Point(1) == m.Point(1),
    "equal by identity": lambda m: m.Self() == m.Self(),
    "hash": lambda m: hash(m.Point(1, 2, ())) == hash(m.Point(1, 2, ())),
    "hash of what cannot have one": lambda m: hash(m.Point(1)),
    "hash of what changes": lambda m: hash(m.Open(1)),
    "set on a frozen one": lambda m: setattr(m.Point(1), "x", 2),
    "delete on a frozen one": lambda m: delattr(m.Point(1), "x"),
    "set by itself": lambda m: m.Open(4).twice,
    "set from outside": lambda m: m.Open(4, 8),
    "replace": lambda m: m.module.replace(m.Named(1, marks=["a"]), y=9, name="b").__dict__,
    "replace counts again": lambda m: m.module.replace(m.Open(4), value=5).twice,
    "replace what is not there": lambda m: m.module.replace(m.Point(1), z=9),
    "as a dict": lambda m: m.module.asdict(m.Point(m.Point(1), 2, [m.Point(3), {"a": (m.Point(4),)}])),
    "copied": lambda m: copy.copy(m.Point(1)) == m.Point(1),
}  # fmt: skip


@pytest.mark.parametrize("what", SAME)
def test_it_does_what_dataclasses_do(what: str) -> None:
    both(SAME[what])


@records.dataclass(frozen=True)
class Sent:
    """Something that goes to another process."""

    value: int = 0


def test_it_is_pickled() -> None:
    assert pickle.loads(pickle.dumps(Sent(3))) == Sent(3)


def test_what_is_missing_or_unknown_is_named() -> None:
    with pytest.raises(TypeError, match="Point has a field x, which is missing"):
        BOTH[1].Point()
    with pytest.raises(TypeError, match="Point has no field z"):
        BOTH[1].Point(1, z=2)
    with pytest.raises(TypeError, match="Point takes 3 arguments, not 4"):
        BOTH[1].Point(1, 2, [], 3)
