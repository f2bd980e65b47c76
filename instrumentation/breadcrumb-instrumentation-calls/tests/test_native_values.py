"""The C value writer gives the same text as the Python one, character for character, and the same audit."""

from __future__ import annotations

import datetime
import enum
import json
import math
import pathlib
import re
import sys
import types
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor
from hypothesis import example, given
from hypothesis import strategies as st

_recorder = pytest.importorskip(
    "breadcrumb_instrumentation_calls.native._recorder", reason="no C recorder here"
)

KEY = "sk_" + "live_" + "4eC39HqLyjWDarjtT1zdp7dc"
Login = namedtuple("Login", "user password")


class Fields:
    def __init__(self, fields: dict[Any, object]) -> None:
        for name, value in fields.items():
            if type(name) is str and name not in ("__dict__", "__class__"):
                setattr(self, name, value)

    def clear(self) -> None: ...


FIELDS = Fields({})
ODD = [types.ModuleType(name) for name in ("a.b", 'quo"te', "wäre", "nameless")]
del ODD[-1].__dict__["__name__"]
NAMED = [
    *(len, int, json, *ODD, math.sqrt, [].append, dict.fromkeys, int.from_bytes, "".join, enum.Enum.mro),
    *(sys.getrefcount, types.SimpleNamespace().__reduce__, type("wäre", (dict,), {})().update),
]


class Slotted:
    __slots__ = ("a", "b", "password")

    def __init__(self, values: list[object]) -> None:
        for name, value in zip(Slotted.__slots__, values, strict=False):
            setattr(self, name, value)


class Mixed(Slotted):
    __slots__ = ("__dict__", "a", "c")

    def __init__(self, values: list[object], fields: dict[str, object]) -> None:
        Slotted.__init__(self, values)
        if values:
            Slotted.__dict__["a"].__set__(self, values[-1])
        self.__dict__.update(fields)


@dataclass
class Account:
    owner: object
    balance: object


class Colour(enum.Enum):
    RED = 1
    KEY = KEY
    PAIR = ("password", "x")


class Level(enum.IntEnum):
    LOW = 3


class Tagged(enum.Flag):
    A = 1
    B = 2


class Text(str):
    pass


class Number(int):
    pass


class Noted(str):
    pass


class Stopped(datetime.datetime):
    pass


def _stopped(moment: datetime.datetime) -> datetime.datetime:
    return Stopped.combine(moment.date(), moment.timetz())


def _noted(text: str, note: object) -> Noted:
    value = Noted(text)
    value.note = note  # type: ignore[attr-defined]
    return value


class Queue(deque[object]):
    pass


class Group(set[object]):
    def __iter__(self) -> Any:
        raise AssertionError


class Items(list[object]):
    pass


class Pairs(dict[object, object]):
    pass


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.text("ab \t\n\"\\'=:<-%&@", max_size=20),
    st.text("0123456789-. ", max_size=24),
    st.sampled_from(
        [
            "",
            "@",
            "@id",
            "@more",
            "\udc80",
            "\\udc80",
            "\x00\x1f\x7f\b\f",
            "password",
            "1",
            "Bearer abcdefghijklmnop0123456789",
            "Bearer abcdefg",
            "use basic dXNlcjpwdw==",
            "password: hunter2",
            "it's a-b",
            "pass hunter2",
            "masterauth x",
            "token",
            "\u212aey=x",
            "\U0001f600" * 9,
            "4242 4242 4242 4242",
            "123-45-6789",
            "2026-11-22",
            KEY,
            f"use {KEY} now",
            "k" * 300,
            "ab " * 200,
        ]
    ),
)
NUMBERS = st.one_of(
    st.integers(),
    st.integers(10**11, 10**19),
    st.integers(-(10**19), -(10**10)),
    st.sampled_from(
        [2**62, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 1 << 3000, 4242424242424242, 378282246310005]
    ),
)
FLOATS = st.one_of(
    st.floats(),
    st.decimals(allow_nan=False, allow_infinity=False, places=3).map(float),
    st.integers(-(10**17), 10**17).map(float),
    st.integers(-(10**9), 10**9).map(lambda number: number / 10**6),
    st.sampled_from([0.0, -0.0, 1e16, 1e15, 9999999999999998.0, 0.0001, 0.00001, 1e22, 0.1 + 0.2, 5e-324]),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    FLOATS,
    TEXTS,
    st.binary(max_size=30),
    st.binary(max_size=8).map(bytearray),
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.sampled_from([*Colour, *Level, *Tagged, Tagged.A | Tagged.B]),
    TEXTS.map(Text),
    NUMBERS.map(Number),
    st.datetimes(timezones=st.none() | st.timezones()) | st.dates() | st.times() | st.timedeltas(),
    st.datetimes(timezones=st.none() | st.timezones()).map(_stopped),
    st.decimals() | st.fractions() | st.uuids() | st.complex_numbers(),
    TEXTS.map(lambda text: pathlib.PurePosixPath("/tmp", text.replace("\0", ""))),
    st.sampled_from([range(9), slice(None, [1]), re.compile("password=(x)")]),
    st.sampled_from([*NAMED, FIELDS.clear, st.just, object, Colour]),
)
KEYS = st.one_of(
    st.none(), st.booleans(), st.integers(), TEXTS, st.binary(max_size=9), st.tuples(TEXTS), TEXTS.map(Text)
)


def _namespace(fields: dict[str, object]) -> object:
    value = types.SimpleNamespace()
    value.__dict__.update(fields)
    return value


def _within_itself(items: list[object]) -> list[object]:
    items.append({"up": items, "fields": Fields({"list": items})})
    return items


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.tuples(TEXTS, inner),
        st.tuples(TEXTS, inner).map(list),
        st.dictionaries(TEXTS, inner),
        st.dictionaries(KEYS, inner),
        st.sets(KEYS),
        st.frozensets(KEYS),
        st.dictionaries(TEXTS, inner).map(Fields),
        st.lists(inner, max_size=3).map(Slotted),
        st.builds(Mixed, st.lists(inner, max_size=3), st.dictionaries(TEXTS | st.sampled_from("abc"), inner)),
        st.builds(Account, inner, inner),
        st.builds(Login, inner, inner),
        st.dictionaries(TEXTS, inner).map(_namespace),
        st.lists(inner).map(lambda args: Exception(*args)),
        st.lists(inner).map(deque),
        st.lists(inner).map(Queue),
        st.sets(KEYS).map(Group),
        st.builds(_noted, TEXTS, inner),
        st.lists(inner).map(Items),
        st.dictionaries(KEYS, inner).map(OrderedDict),
        st.dictionaries(KEYS, inner).map(Pairs),
        st.lists(inner).map(_within_itself),
        inner.map(lambda value: [value, value, (value,)]),
    )


@st.composite
def any_values(draw: st.DrawFn) -> Any:
    """A strategy whose own text is short."""
    return draw(_ANY)


_ANY = st.recursive(SCALARS, _containers, max_leaves=20)
VALUES = any_values()
LIMITS = st.just(Limits()) | st.builds(
    Limits,
    depth=st.integers(0, 5),
    items=st.integers(0, 5),
    string=st.integers(0, 30),
    total=st.integers(0, 300),
)
REDACTOR = Redactor()
REDACTORS = {
    "built-in rules": REDACTOR,
    "own names": Redactor(names=["zebra", "q"]),
    "own patterns": Redactor(patterns={"animal": "a+b"}),
    "foreign names": Redactor(names=["contrase\u00f1a", "\u5bc6\u7801"]),
    "allowed": Redactor(allow=["password", "4242424242424242"]),
}


class Pair:
    """The two writers, alike and apart."""

    def __init__(self, limits: Limits, redactor: Redactor) -> None:
        self.audits = Audit(), Audit()
        self.snapshot = Snapshot(limits, TextWriter(redactor, self.audits[0]))
        self.values = _recorder.Values(Snapshot(limits, TextWriter(redactor, self.audits[1])))

    def agree(self, value: object) -> None:
        """The C writer goes first: reading an instance in Python changes how its fields are kept."""
        written = self.values.value(value, "return")
        assert written == self.snapshot.value(value, "return")
        assert sorted(self.audits[0].rows()) == sorted(self.audits[1].rows())

    def agree_on_arguments(self, info: CodeInfo, arguments: dict[str, object]) -> None:
        given = tuple(
            (key, info.secrets.get(name), name == info.varargs, arguments[name])
            for name, key in info.parameters
            if name in arguments
        )
        written = self.values.arguments(given)
        assert written == info.arguments(self.snapshot.arguments(info, arguments.__getitem__))
        assert sorted(self.audits[0].rows()) == sorted(self.audits[1].rows())


@given(VALUES, LIMITS, st.sampled_from([*REDACTORS]))
@example({"\udc80": 1}, Limits(), "built-in rules")
@example(Fields({"\udc80": 1, "\\udc80": 2}), Limits(), "built-in rules")
@example([Fields({"a": [Fields({"b": 1})]})], Limits(depth=2), "built-in rules")
@example(["password", "x"], Limits(items=1), "built-in rules")
@example(("password", "x"), Limits(items=1), "built-in rules")
@example([["password", Text("x")]], Limits(depth=0), "built-in rules")
@example({KEY: 1, KEY + "a": 2}, Limits(), "built-in rules")
@example([list(range(30)), {f"k{n}": n for n in range(40)}], Limits(items=30), "built-in rules")
def test_both_write_the_same(value: object, limits: Limits, redactor: str) -> None:
    pair = Pair(limits, REDACTORS[redactor])
    pair.agree(value)
    pair.agree(value)  # with what was remembered


def function(plain, password, items, *args, key_word=None, **kwargs):  # type: ignore[no-untyped-def]
    """Lends its parameters."""


INFO = CodeInfo(1, function.__code__, "m", "function", TextWriter(Redactor(), Audit()))


@given(
    st.lists(VALUES, min_size=6, max_size=6),
    st.sets(st.sampled_from([name for name, _ in INFO.parameters])),
    LIMITS,
)
def test_arguments_too(values: list[Any], gone: set[str], limits: Limits) -> None:
    plain, password, items, key_word, rest, more = values
    values = [plain, password, items, key_word, (rest, key_word), {"more": more}]
    arguments = {
        name: value for (name, _), value in zip(INFO.parameters, values, strict=True) if name not in gone
    }
    pair = Pair(limits, REDACTOR)
    pair.agree_on_arguments(INFO, arguments)
    pair.agree_on_arguments(INFO, arguments)


def test_a_secret_varargs_is_hidden() -> None:
    def spread(*tokens: object) -> None: ...

    info = CodeInfo(1, spread.__code__, "m", "spread", TextWriter(Redactor(names=["rest"]), Audit()))
    for tokens in ((), ("x",), (None,)):
        Pair(Limits(), REDACTOR).agree_on_arguments(info, {"tokens": tokens})


@given(TEXTS | st.text("pas wordeicbx-='", max_size=30) | st.lists(TEXTS, max_size=4).map(" ".join))
def test_strings_are_the_same_at_any_cut(text: str) -> None:
    for limits in (Limits(), Limits(string=len(text)), Limits(string=max(0, len(text) - 1))):
        Pair(limits, REDACTOR).agree(text)


@given(st.binary(max_size=40) | TEXTS.map(lambda text: text.encode("latin-1", "replace")))
@example(b"x" * 5000 + KEY.encode())
@example(bytes(range(256)) * 20)
@example(b"it's" + b'"' * 9)
def test_bytes_are_the_same_at_any_cut(octets: bytes) -> None:
    for most in (0, len(octets) // 2, max(0, len(octets) - 1), len(octets)):
        pair = Pair(Limits(string=most), REDACTOR)
        pair.agree(octets)
        pair.agree(bytearray(octets))


@given(NUMBERS | st.integers(10**11, 10**19) | st.text("0123456789", min_size=12, max_size=19).map(int))
@example(int(b'pass"""pass'.hex()[:18]))
@example(int(b'pw""passa'.hex()[:18]))
def test_numbers_are_the_same(number: int) -> None:
    Pair(Limits(), REDACTOR).agree(number)


@given(FLOATS)
def test_floats_are_spelled_as_repr_does(number: float) -> None:
    Pair(Limits(), REDACTOR).agree(number)
