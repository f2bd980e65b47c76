"""Whether a recorded value is all of what there was is told alike of the value and of its text in SQL."""

import json

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadcrumb.common.json_types import Json
from breadcrumb.questions.facts.calls.wholeness import is_whole, whole_sql

WHOLE: list[Json] = [
    {"@": "numpy.ndarray", "@shape": [2, 1], "@dtype": "float64", "@items": [[1.0], [2.0]]},
    None,
    True,
    -3,
    "text",
    '"@more": 990, "@id": "7f"}',
    {"x": "@more", "@@more": 1},
    [1, {"a": [2.5]}],
    {"@": "app.Account", "@id": "7f3a", "owner": "ada"},
    {"@": "tuple", "@items": [1, {"@up": 1}]},
    {"@": "bytes", "@length": 5, "@head": "a\\x00\\\\\\'\""},
    {"@": "dict_keys", "@length": 0},
    {"@": "decimal.Decimal", "@text": "1.20"},
    {"@": "type", "@name": "app.Account"},
    {"@": "function", "@name": "app.main"},
]
IN_PART: list[Json] = [
    [1, {"@more": 990}],
    {"a": 1, "@more": 3},
    {"rows": [{"@more": None}]},
    {"@": "str", "@head": "abc", "@length": 4812},
    {"@": "bytes", "@length": 4, "@head": "ab\\x00"},
    {"@": "int", "@head": "0x8000", "@bits": 3001},
    {"@": "numpy.ndarray", "@shape": [3], "@dtype": "float64"},
    {"@": "numpy.ndarray", "@shape": [300], "@dtype": "float64", "first": [0.5]},
    [{"@": "numpy.ndarray", "@shape": [1], "@dtype": "<U1", "@items": ["a"]}, {"@shape": [2], "@dtype": "O"}],
    {"@": "pandas.DataFrame", "@id": "7f3a", "@shape": [2, 2], "columns": ["item"]},
    {"@": "app.Matrix", "@id": "7f3a", "@summary": {"rows": 3}},
    {"@": "dict_keys", "@length": 1},
    {"@redacted": "password"},
    "postgres://u:[redacted:url]@h/db",
    {"@": "app.Order", "@id": "7f3a", "owner": {"@": "app.Account", "@id": "8"}},
    {"@": "function", "@name": "app.main.<locals>.<lambda>"},
    {"@": "method", "@name": "app.Account.pay"},
    {"@": "generator", "@id": "7f3a", "@name": "rows", "state": "suspended"},
    "x... (4812 characters)",
]

_CONNECTION = duckdb.connect()
_SQL = f"select {whole_sql('value').text} from (select ?::json as value)"


def _in_sql(value: Json, *, is_spaced: bool) -> bool:
    text = json.dumps(value, separators=(", ", ": ") if is_spaced else (",", ":"))
    ((found,),) = _CONNECTION.execute(_SQL, [text]).fetchall()
    assert isinstance(found, bool)
    return found


@pytest.mark.parametrize(("value", "expected"), [(v, True) for v in WHOLE] + [(v, False) for v in IN_PART])
@pytest.mark.parametrize("is_spaced", [True, False])
def test_a_value_is_whole_where_nothing_of_it_is_missing(
    value: Json, expected: bool, is_spaced: bool
) -> None:
    assert is_whole(value) is expected
    assert _in_sql({"x": [value]}, is_spaced=is_spaced) is expected


@pytest.mark.parametrize("value", [*WHOLE, *IN_PART])
def test_an_address_may_stand_for_an_instance(value: Json) -> None:
    sql = f"select {whole_sql('value', by_address=True).text} from (select ?::json as value)"
    expected = is_whole(value) or (isinstance(value, dict) and value.get("@") == "app.Order")
    assert is_whole(value, by_address=True) is expected
    assert _CONNECTION.execute(sql, [json.dumps(value)]).fetchall() == [(expected,)]


def test_what_is_not_there_is_whole() -> None:
    assert _CONNECTION.execute(_SQL, [None]).fetchall() == [(True,)]


_values = st.recursive(
    st.sampled_from(WHOLE + IN_PART) | st.text(max_size=5) | st.integers(-9, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=6,
)


@given(_values)
def test_sql_says_the_same(value: Json) -> None:
    assert _in_sql(value, is_spaced=True) is is_whole(value)
