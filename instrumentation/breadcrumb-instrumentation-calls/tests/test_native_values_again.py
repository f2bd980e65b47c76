"""A value that the C writer has written before is written as it is now, whatever has changed in it."""

from __future__ import annotations

import enum
import random
import re
from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

REDACTOR = Redactor()
_recorder = pytest.importorskip(
    "breadcrumb_instrumentation_calls.native._recorder", reason="no C recorder here"
)

KEY = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
OFTEN = 12
LIMITS = st.just(Limits()) | st.builds(
    Limits,
    depth=st.integers(0, 5),
    items=st.integers(0, 5),
    string=st.integers(0, 30),
    total=st.integers(0, 300),
)


class Pair:
    """The two writers, alike and apart."""

    def __init__(self, limits: Limits) -> None:
        self.audits = Audit(), Audit()
        self.snapshot = Snapshot(limits, TextWriter(REDACTOR, self.audits[0]))
        self.values = _recorder.Values(Snapshot(limits, TextWriter(REDACTOR, self.audits[1])))

    def agree(self, *arguments: object) -> None:
        """The C writer goes first: reading an instance in Python changes how its fields are kept."""
        given = tuple((f'"a{number}"', None, False, value) for number, value in enumerate(arguments))
        written = self.values.arguments(given)
        assert written == self.snapshot.written(given)
        assert sorted(self.audits[0].rows()) == sorted(self.audits[1].rows())


class Mixed:
    """Slots besides fields, of which one hides another."""

    __slots__ = ("__dict__", "a", "c")


@dataclass
class Account:
    """Fields that are always there."""

    owner: object
    balance: object


class Node:
    """An instance whose fields and class change."""


class Other:
    """Another class of the same layout."""


class Colour(enum.Enum):
    """Members whose value may change, as everything in Python."""

    RED = 1
    NAMES = ("red",)


class Point(NamedTuple):
    """A tuple with names, of which one is a secret's."""

    x: object
    password: object


class Text(str):
    """A str with fields."""


class Items(list[Any]):
    """A list with fields."""


class Row(tuple[Any, ...]):
    """A tuple of another class."""

    __slots__ = ()


class Named(dict[Any, Any]):
    """A dict with fields."""


class Several(set[Any]):
    """A set of another class."""


class Line(deque[Any]):
    """A deque with fields."""


def _text(characters: str, field: object) -> Text:
    text = Text(characters)
    text.field = field  # type: ignore[attr-defined]
    return text


SCALARS: list[object] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2**29,
    2**30,
    2**70,
    0.0,
    -0.0,
    1.5,
    float("nan"),
    "",
    "a",
    "b",
]
SCALARS += ["ab", "é", 'quote"', "x" * 30, "y" * 600, KEY, "password", b"x", range(3), Node, len]
SCALARS += [2**62, -(2**63), 2**63, "line\nbreak", "\U0001f600", b"y", b"x" * 6000, "z" * 6000, KEY.encode()]
SCALARS += [Colour.RED, Colour.NAMES, Colour, Other, _text, "".join, Pair.agree, Pair(Limits()).agree]
SCALARS += [random, re.compile("a"), re.compile("a"), re.compile("a", re.IGNORECASE), re.compile(f"x={KEY}")]
NAMES = ["a", "b", "password", "é", "weird key", "@", ""]


def _named_dict(dice: random.Random, _: list[Any], named: dict[str, Any]) -> dict[Any, Any]:
    odd = {dice.choice([1, 1.0, True, (1,), Colour.RED]): None}
    return {**named, **odd} if dice.random() < 0.3 else named


def _mixed(_: random.Random, parts: list[Any], named: dict[str, Any]) -> Mixed:
    mixed = Mixed()
    mixed.__dict__.update(named)
    for name, part in zip(("a", "c"), parts, strict=False):
        getattr(Mixed, name).__set__(mixed, part)
    return mixed


def _node(_: random.Random, _parts: list[Any], named: dict[str, Any]) -> Node:
    node = Node()
    for name, part in named.items():
        setattr(node, name or "empty", part)
    return node


def _text_with(_: random.Random, parts: list[Any], named: dict[str, Any]) -> Text:
    text = _text("abc", parts)
    for name, part in named.items():
        setattr(text, name, part)
    return text


def _items_with(_: random.Random, parts: list[Any], named: dict[str, Any]) -> Items:
    items = Items(parts)
    for name, part in named.items():
        setattr(items, name, part)
    return items


def _set(dice: random.Random, _parts: list[Any], _named: dict[str, Any]) -> set[Any]:
    return {dice.choice([1, 1.0, True, "a", "b", Colour.RED, KEY]) for _ in range(dice.randrange(4))}


COMPOUNDS: list[Callable[[random.Random, list[Any], dict[str, Any]], Any]] = [
    lambda _dice, parts, _named: parts,
    lambda _dice, parts, _named: tuple(parts),
    lambda _dice, parts, _named: Account(*[*parts, 1, 2][:2]),
    lambda _dice, parts, _named: Point(*[*parts, 1, 2][:2]),
    lambda dice, parts, _named: _text(dice.choice(["", "a", KEY, "x" * 700]), parts),
    lambda _dice, parts, _named: Items(parts),
    lambda _dice, parts, _named: Row(parts),
    lambda _dice, parts, _named: deque(parts),
    lambda _dice, parts, _named: Line(parts),
    lambda dice, _parts, named: Named(_named_dict(dice, [], named)),
    lambda _dice, _parts, named: OrderedDict(named),
    lambda dice, _parts, _named: Several(_set(dice, [], {})),
    _named_dict,
    _mixed,
    _node,
    _set,
]


def _fresh(dice: random.Random, depth: int) -> Any:
    if not depth or dice.random() < 0.4:
        return dice.choice(SCALARS)
    parts = [_fresh(dice, depth - 1) for _ in range(dice.randrange(4))]
    named = {dice.choice(NAMES): part for part in parts}
    return dice.choice(COMPOUNDS)(dice, parts, named)


def _containers(value: Any, found: list[Any]) -> list[Any]:
    if isinstance(value, (list, deque, dict, set, Node, Other, Account, Mixed, Text)) and not any(
        value is other for other in found
    ):
        found.append(value)
        inside = (
            list(value)
            if isinstance(value, (list, deque, set))
            else list((value if isinstance(value, dict) else vars(value)).values())
        )
        for part in inside:
            _containers(part, found)
    elif isinstance(value, tuple):
        for part in value:
            _containers(part, found)
    return found


def _change(dice: random.Random, value: Any) -> None:
    containers = _containers(value, [])
    if not containers:
        return
    one = dice.choice(containers)
    new = dice.choice([*containers, one]) if dice.random() < 0.1 else _fresh(dice, 2)
    if isinstance(one, (Items, Line, Named)) and dice.random() < 0.3:
        setattr(one, dice.choice(["a", "password"]), new)
    elif isinstance(one, (list, deque)):
        action = dice.randrange(4)
        if action == 0 or not one:
            one.append(new)
        elif action == 1:
            one.pop()
        else:
            one[dice.randrange(len(one))] = new
    elif isinstance(one, dict):
        if one and dice.random() < 0.3:
            one.pop(dice.choice(list(one)))
        else:
            one[dice.choice([*one, *NAMES])] = new
    elif isinstance(one, set):
        one.discard(next(iter(one), None))
        one.add(dice.choice([1, 2.0, "c", b"x"]))
    elif isinstance(one, Node) and dice.random() < 0.2:
        one.__class__ = Other  # type: ignore[assignment]
    else:
        setattr(one, dice.choice(["a", "owner", "c", "password"]), new)


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_a_value_that_comes_to_hold_itself_is_written_as_it_is(depth: int) -> None:
    pair = Pair(Limits(depth=depth))
    value: list[Any] = [[[[[[1]]]]]]
    for _ in range(OFTEN):
        pair.agree(value)
    value[0] = value
    for _ in range(OFTEN):
        pair.agree(value)


@given(st.integers(0, 2**32), LIMITS)
def test_a_value_that_changes_is_written_as_it_is(seed: int, limits: Limits) -> None:
    dice = random.Random(seed)
    pair = Pair(limits)
    value = [_fresh(dice, 3), _fresh(dice, 3)]
    for _ in range(OFTEN):
        for _ in range(dice.randrange(1, 4)):
            pair.agree(value)
        _change(dice, value)


MEMBERS = ["a", "b", "c", "name", "value", "key", "password", "é", "@", "weird key"]


@given(st.integers(0, 2**32), LIMITS)
def test_members_that_stay_beside_one_that_changes_are_written_as_they_are(seed: int, limits: Limits) -> None:
    dice = random.Random(seed)
    pair = Pair(limits)
    members = {name: _fresh(dice, 2) for name in dice.sample(MEMBERS, dice.randrange(2, 9))}
    kinds: list[Callable[[random.Random, list[Any], dict[str, Any]], Any]] = [
        lambda _dice, _parts, named: named,
        _node,
        _mixed,
        _text_with,
        _items_with,
    ]
    value = dice.choice(kinds)(dice, [_fresh(dice, 2), _fresh(dice, 2)], members)
    for _ in range(OFTEN):
        for before in range(dice.randrange(1, 4)):
            pair.agree(*["x" * 300] * (before % 2), value)
        if dice.random() < 0.3 and type(value) is not dict:
            setattr(value, dice.choice(["a", "c"]), _fresh(dice, 2))
        else:
            _change(dice, value)


def test_an_object_that_is_cut_is_written_as_it_is_now() -> None:
    pair = Pair(Limits())
    value = _node(random.Random(0), [], {f"f{number}": ["x" * 90] * 9 for number in range(20)})
    for number in range(4 * OFTEN):
        setattr(value, f"f{number % 10}", [number])
        pair.agree(value)
        pair.agree("y" * 400, value)
        if number % 3 == 0:
            setattr(value, f"f{number % 10}", ["z" * 90] * 9)


@given(st.integers(0, 2**32), st.integers(0, 400), st.integers(0, 60))
def test_room_that_other_arguments_take_counts(seed: int, total: int, string: int) -> None:
    dice = random.Random(seed)
    pair = Pair(Limits(total=total, string=string))
    values = [_fresh(dice, 2) for _ in range(3)]
    for _ in range(OFTEN):
        dice.shuffle(values)
        pair.agree(*values)


PLAIN_PAIRS = [(1, 2)] * 3 + [("a", 2)] * 2 + [("password", 2)] * 2 + [(b"a", b"x")] * 2 + [("a", "b")] * 3


@pytest.mark.parametrize("limits", [Limits(depth=0), Limits(depth=1), Limits(items=1), Limits(items=0)])
@pytest.mark.parametrize("sort", [list, tuple, Items, Row])
def test_a_pair_that_becomes_a_secret_s_name_and_value_is_seen(limits: Limits, sort: Any) -> None:
    pair = Pair(limits)
    for value in ([1, 2], [[1, 2]]):
        inner: Any = value if value == [1, 2] else value[0]
        for items in (*PLAIN_PAIRS, ("password", "hunter2"), ("a", "hunter2"), *PLAIN_PAIRS):
            inner[:] = items
            pair.agree(value, sort(inner))
            pair.agree({"a": sort(inner)}, [sort(inner)])


@pytest.mark.parametrize("limits", [Limits(depth=0), Limits(depth=1), Limits(items=1), Limits(items=0)])
def test_keys_that_are_only_counted_are_seen(limits: Limits) -> None:
    pair = Pair(limits)
    inner: dict[object, object] = {}
    for key in ("a", "a", "a", 1, "a", "k" * 1000, "\udc80"):
        inner.clear()
        inner[key] = None
        pair.agree([inner], inner)


def test_a_class_that_is_renamed_is_named_anew() -> None:
    pair = Pair(Limits())
    value = [Account(Node(), Node()), Node()]
    for _ in range(3):
        pair.agree(value)
    for name, attribute in (("Renamed", "__qualname__"), ("elsewhere", "__module__")):
        before = getattr(Node, attribute)
        setattr(Node, attribute, name)
        try:
            pair.agree(value)
        finally:
            setattr(Node, attribute, before)
        pair.agree(value)


def test_names_and_values_that_change_in_place_are_written_anew() -> None:
    def function() -> None: ...

    pair = Pair(Limits())
    value = [function, Colour.RED, Colour.NAMES, random, Node]
    for name in ("a", "a", "a", "b", "b"):
        function.__qualname__ = name
        Colour.RED._value_ = random.__name__ = name  # type: ignore[assignment]
        pair.agree(value)
        pair.agree(value)
    random.__name__ = "random"
    Colour.RED._value_ = 1


@pytest.mark.parametrize("first", [1, 1.0, True, "1", b"1"])
@pytest.mark.parametrize("second", [1, 1.0, True, "1", b"1"])
def test_equal_values_of_other_types_are_told_apart(first: object, second: object) -> None:
    pair = Pair(Limits())
    value = [first, (first,), {"a": first}, {first: 0}, {first}]
    for one in (first, first, first, second, first, second, second):
        value[:] = [one, (one,), {"a": one}, {one: 0}, {one}]
        pair.agree(value, *value)


@pytest.mark.parametrize("empty", [[], (), {}, set(), 0, 0.0, False, None, len, random.Random()])
def test_a_value_and_its_type_are_told_apart(empty: object) -> None:
    pair, node = Pair(Limits()), Node()
    inside, beside, around = Node(), [empty], {"a": [empty]}
    for one in (empty, empty, empty, type(empty), empty, type(empty), type(empty), node, node, empty):
        inside.__dict__["a"] = beside[0] = around["a"][0] = one
        pair.agree(inside, beside, around, one)


def test_an_instance_in_another_one_whose_class_changes_is_written_as_it_is() -> None:
    pair, node, inside = Pair(Limits()), Node(), Node()
    inside.__dict__["a"] = [node]
    for cls in (Node, Node, Node, Other, Other, Node, Other):
        node.__class__ = cls  # type: ignore[assignment]
        pair.agree(inside)


def test_objects_that_take_a_dead_one_s_place_are_told_apart() -> None:
    pair = Pair(Limits())
    for number in range(2000):
        pair.agree(
            [float(number % 7), str(number % 5), [number % 3], {"n": number % 4}], Account(number % 2, None)
        )


def test_a_generator_is_shown_in_the_state_that_it_is_in() -> None:
    pair = Pair(Limits())

    def numbers() -> Iterator[int]:
        for number in range(OFTEN):
            pair.agree(holder, holder[0])
            yield number

    holder: list[Any] = [numbers()]
    for _ in range(OFTEN):
        pair.agree(holder, *holder)
    for _ in holder[0]:
        for _ in range(OFTEN):
            pair.agree(holder, holder[0])


def test_generators_and_coroutines_are_shown_by_the_names_that_they_have() -> None:
    pair = Pair(Limits())

    def numbers() -> Iterator[int]:
        yield 1

    async def waits() -> None: ...

    async def steps() -> AsyncIterator[int]:
        yield 1

    holder: list[Any] = []
    for name in ("other", "é", "\udc80", KEY, "numbers"):
        holder[:] = [numbers(), waits(), steps()]
        for each in holder:
            each.__qualname__ = name
        next(holder[0])
        for _ in range(4):
            pair.agree(holder, *holder)
        holder[1].close()
        pair.agree(holder, *holder)


class Scanner:
    """Holds a match, whose slots are numbers too, and functions, whose names may be given anew."""

    def __init__(self, match: re.Match[str] | None) -> None:
        self.match = match
        self.rules = [self.step, Mixed, read]

    def step(self) -> None:
        """Do nothing."""


def read() -> None:
    """Do nothing."""


def test_matches_and_names_of_functions_are_written_as_they_are_now() -> None:
    pair = Pair(Limits())
    word, text = re.compile("[a-z]+"), "one two three"
    scanner = Scanner(None)
    for _ in range(OFTEN):
        for start in (0, 4, 8):
            scanner.match = word.match(text, start)
            pair.agree(scanner, scanner.match)
            pair.agree(scanner)
    for name in ("other", KEY, "read"):
        read.__qualname__ = name
        for _ in range(3):
            pair.agree(scanner, read)
