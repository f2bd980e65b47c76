"""Limits hold, and what they cut is always marked."""

from __future__ import annotations

import json
import types
from collections import namedtuple
from collections.abc import Callable
from typing import Any

import pytest

Write = Callable[..., str]
Shown = Callable[..., Any]
Nested = namedtuple("Nested", "inner")

WIDE: dict[str, Callable[[], object]] = {
    "list": lambda: list(range(10**6)),
    "texts": lambda: ["x" * 10**4] * 1000,
    "wide keys": lambda: {f"{n}" + "k" * 10**4: n for n in range(1000)},
    "long field names": lambda: types.SimpleNamespace(**{f"{n}" + "k" * 10**4: n for n in range(100)}),
    "instances": lambda: [
        [[types.SimpleNamespace(a=1) for _ in range(100)] for _ in range(100)] for _ in range(100)
    ],
    "empty": lambda: [[[[] for _ in range(100)] for _ in range(100)] for _ in range(100)],
    "pairs": lambda: {(n, n): {(n, n): [n] * 50} for n in range(1000)},
    "control characters": lambda: ["\x01" * 10**5] * 20,
    "surrogates": lambda: ["\udc80" * 10**5] * 20,
    "ints": lambda: [10**600 + n for n in range(1000)],
    "bytes": lambda: [b"\xff" * 10**6] * 100,
    "named tuples": lambda: [Nested(["y" * 400] * 100)] * 100,
    "types": lambda: [[type("T" * 500, (), {})] * 100] * 100,
}
"""Made when they are written: millions of objects would be looked through by every later test."""


@pytest.mark.parametrize("name", WIDE)
def test_the_total_is_hardly_exceeded(write: Write, name: str) -> None:
    written = write(WIDE[name]())
    assert len(written) < 8000 + 4500
    assert '"@more"' in written or '"@head"' in written
    json.loads(written)


@pytest.mark.parametrize("name", WIDE)
def test_a_small_total_makes_a_small_text(write: Write, name: str) -> None:
    assert len(write(WIDE[name](), total=200, string=50)) < 1000


def test_items_beyond_the_limit_are_counted(shown: Shown) -> None:
    assert shown([0] * 1010)[-1] == {"@more": 990}
    assert shown({f"{n}": 0 for n in range(23)})["@more"] == 3
    assert shown(dict.fromkeys(range(23), 0))["@pairs"][-1] == {"@more": 3}
    assert shown(set(range(23)))["@items"][-1] == {"@more": 3}
    assert shown(types.SimpleNamespace(**{f"f{n}": 0 for n in range(23)}))["@more"] == 3


def test_depth_is_counted_in_containers(shown: Shown) -> None:
    assert shown([[[[[1, 2]]]]]) == [[[[[{"@more": 2}]]]]]
    assert shown([[[[{"a": 1}]]]]) == [[[[{"@more": 1}]]]]
    assert shown([[[[[]]]]]) == [[[[[]]]]]
    assert shown([1, [2, 3]], depth=1) == [1, [{"@more": 2}]]
    assert shown([1], depth=0) == [{"@more": 1}]


def test_depth_holds_for_named_tuples(shown: Shown, write: Write) -> None:
    value: object = 1
    for _ in range(5000):
        value = Nested(value)
    assert '"@more": 1' in write(value)
    assert shown(Nested(1))["@items"] == [1]


def test_a_long_string_shows_head_and_length(shown: Shown) -> None:
    assert shown("ab " * 1604)["@length"] == 4812
    assert shown("ab " * 1604)["@head"] == ("ab " * 1604)[:500]
    assert shown("ab " * 166 + "cd") == "ab " * 166 + "cd"


def test_long_bytes_show_head_and_length(shown: Shown) -> None:
    assert shown(b"ab " * 1000, string=5) == {"@": "bytes", "@length": 3000, "@head": "ab ab"}


def test_a_long_key_makes_pairs(shown: Shown) -> None:
    written = shown({"ab " * 1000: 1}, string=5)
    assert written["@pairs"] == [[{"@": "str", "@head": "ab ab", "@length": 3000}, 1]]


def test_a_large_int_is_whole_when_the_total_is_used_up(shown: Shown) -> None:
    assert shown(["x" * 50, 1234567890123456789], total=60)[1] in (1234567890123456789, {"@more": 1})


def test_strings_keep_a_little_when_the_total_is_used_up(snapshot: Callable[..., Any]) -> None:
    written = json.loads(snapshot(total=10).value({"a": "0 1 2 3 4 5 6 7 8 9 a b c d"}, "return"))
    assert written["a"]["@head"] == "0 1 2 3 4 5 6 7 "


def test_two_fields_of_one_spelling_are_counted(shown: Shown) -> None:
    value = types.SimpleNamespace(**{"\udc80": 1, "\\udc80": 2})
    vars(value)[5] = 3  # type: ignore[index]  # nothing forbids it
    written = shown(value)
    assert written["\\udc80"] == 1 and written["@more"] == 2
