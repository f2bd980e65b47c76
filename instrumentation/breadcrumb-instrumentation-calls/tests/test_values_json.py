"""Whatever the value, the text is valid UTF-8 JSON that DuckDB takes, with no key twice."""

from __future__ import annotations

import json
import types
from collections import OrderedDict, deque
from typing import Any

import duckdb
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor
from hypothesis import given
from hypothesis import strategies as st

REDACTOR = Redactor()
TEXTS = st.text(st.characters(exclude_categories=())) | st.sampled_from(
    [
        "",
        "@",
        "@id",
        "@more",
        "\udc80",
        "\\udc80",
        "\x00",
        "password",
        "1",
        "Bearer abcdefghijklmnop0123456789",
    ]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), TEXTS, st.binary(), st.integers(10**11, 10**19)
)
KEYS = st.one_of(st.none(), st.booleans(), st.integers(), TEXTS, st.binary(), st.tuples(TEXTS))


def _instance(fields: dict[str, object]) -> object:
    value = types.SimpleNamespace()
    value.__dict__.update(fields)
    return value


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.lists(inner).map(deque),
        st.tuples(TEXTS, inner),
        st.dictionaries(TEXTS, inner),
        st.dictionaries(KEYS, inner),
        st.dictionaries(KEYS, inner).map(OrderedDict),
        st.frozensets(KEYS),
        st.dictionaries(TEXTS, inner).map(_instance),
        st.lists(inner).map(lambda args: Exception(*args)),
    )


LIMITS = st.builds(
    Limits,
    depth=st.integers(0, 5),
    items=st.integers(0, 5),
    string=st.integers(0, 30),
    total=st.integers(0, 300),
)


def no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({key for key, _ in pairs}) == len(pairs), pairs
    return dict(pairs)


def nothing(name: str) -> Any:
    raise AssertionError(name)


@given(st.recursive(SCALARS, _containers, max_leaves=20), st.just(Limits()) | LIMITS)
def test_the_text_is_valid_json(value: object, limits: Limits) -> None:
    written = Snapshot(limits, TextWriter(REDACTOR, Audit())).value(value, "return")
    json.loads(written.encode(), object_pairs_hook=no_key_twice, parse_constant=nothing)
    answer = CONNECTION.execute("select json(?), json_valid(?)", [written, written]).fetchone()
    assert answer is not None and answer[1]


HARMLESS = st.none() | st.booleans() | st.text("ab ", max_size=9) | st.integers(-99, 99)
NAMES = st.text("cd", max_size=3)


@given(st.recursive(HARMLESS, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=8))
def test_plain_data_is_plain_json(value: object) -> None:
    limits = Limits(depth=99, total=10**6)
    assert json.loads(Snapshot(limits, TextWriter(REDACTOR, Audit())).value(value, "return")) == value


CONNECTION = duckdb.connect(config={"threads": 1})
