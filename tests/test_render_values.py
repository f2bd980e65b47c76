"""Captured values are written as Python would, on one line, shortened only where that stays true."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadcrumb.common.json_types import Json
from breadcrumb.render.parts.cutting import clip, closed
from breadcrumb.render.parts.durations import duration
from breadcrumb.render.parts.focus import focus_of
from breadcrumb.render.parts.moves import differences, told
from breadcrumb.render.parts.tags import tagged
from breadcrumb.render.parts.values import WIDTH, Memory, Tagged, render

ACCOUNT: Json = {"@": "app.Account", "@id": "7f3a", "owner": "ada", "balance": 100.0}

ONE_VALUE: list[tuple[Json, str]] = [
    (
        {"@": "datetime.time", "@text": "03:00:00", "tzinfo": {"@": "app.Zone", "@id": "7f3a"}},
        "time('03:00:00', tzinfo=<Zone>)",
    ),
    (None, "None"),
    (True, "True"),
    (-3, "-3"),
    (1e300, "1e+300"),
    ("it's\n", '"it\'s\\n"'),
    ([1, [2]], "[1, [2]]"),
    ({"qty": -1, "price": 3}, "{'qty': -1, 'price': 3}"),
    ({"@@odd": 1}, "{'@odd': 1}"),
    ([1, 2, {"@more": 990}], "[1, 2, …+990]"),
    ({"a": 1, "@more": 7}, "{'a': 1, …+7}"),
    ([{"@more": None}], "[…]"),
    (ACCOUNT, "Account(owner='ada', balance=100.0)"),
    ({"@": "app.Owner", "@id": "8"}, "<Owner>"),
    ({"@": "app.Point", "@fields": ["x", "y"], "@items": [1, [2]]}, "Point(x=1, y=[2])"),
    ({"@": "tuple", "@items": [1]}, "(1,)"),
    ({"@": "tuple", "@items": [1, "a"]}, "(1, 'a')"),
    ({"@": "tuple", "@items": []}, "()"),
    ({"@": "set", "@items": []}, "set()"),
    ({"@": "set", "@items": [1, 2]}, "{1, 2}"),
    ({"@": "frozenset", "@items": [1]}, "frozenset({1})"),
    ({"@": "frozenset", "@items": []}, "frozenset()"),
    ({"@": "deque", "@items": [1]}, "deque([1])"),
    ({"@": "dict", "@pairs": [[1, "a"], [2, "b"]]}, "{1: 'a', 2: 'b'}"),
    ({"@": "app.Stack", "@id": "1", "@items": [1, 2], "name": "s"}, "Stack([1, 2], name='s')"),
    ({"@": "app.Table", "@pairs": [[1, 2]]}, "Table({1: 2})"),
    ({"@": "int", "@text": "123456789012345678901"}, "123456789012345678901"),
    ({"@": "float", "@text": "nan"}, "nan"),
    ({"@": "decimal.Decimal", "@text": "1.50"}, "Decimal('1.50')"),
    ({"@": "str", "@text": "a\\udc80"}, "'a\\\\udc80'"),
    ({"@": "str", "@head": "abc", "@length": 4315}, "'abc…' +4312"),
    ({"@": "bytes", "@length": 3, "@head": "ab\\x00"}, "b'ab\\x00'"),
    ({"@": "bytes", "@length": 103, "@head": "ab\\x00"}, "b'ab\\x00…' +100"),
    ({"@": "numpy.ndarray", "@shape": [3, 4], "@dtype": "float64"}, "ndarray(shape=[3, 4], dtype='float64')"),
    ({"@redacted": "password"}, "<redacted:password>"),
    ("postgres://u:[redacted:url]@h/db", "'postgres://u:[redacted:url]@h/db'"),
    ({"children": [{"@up": 2}]}, "{'children': [<cycle>]}"),
]


@pytest.mark.parametrize(("value", "expected"), ONE_VALUE, ids=[text for _, text in ONE_VALUE])
def test_a_value_is_written_as_python_would(value: Json, expected: str) -> None:
    assert render([value]) == expected


PARALLEL: list[tuple[list[Json], str]] = [
    ([10, 20, 50], "10..50"),
    ([50, 20, 10], "50..10"),
    ([2, 9, 1], "2|9|1"),
    ([2, 9, 1, 5], "1..9 in no order"),
    ([7, 7, 7], "7"),
    ([1, True], "1|True"),
    (["a", "b", "a"], "'a'|'b'"),
    (["a", "b", "c", "d"], "'a'|'b'|…4 different"),
    ([{"n": 1, "k": "x"}, {"n": 3, "k": "x"}], "{'n': 1..3, 'k': 'x'}"),
    ([[1, "a"], [2, "a"]], "[1..2, 'a']"),
    ([None, 3], "None|3"),
    ([{"@redacted": "password"}, {"@redacted": "token"}], "<redacted:password>|<redacted:token>"),
]


@pytest.mark.parametrize(("values", "expected"), PARALLEL, ids=[text for _, text in PARALLEL])
def test_like_values_are_written_with_ranges_and_alternatives(values: list[Json], expected: str) -> None:
    assert render(values) == expected


def test_an_object_that_was_shown_is_shortened_to_what_changed() -> None:
    memory = Memory()
    changed: Json = {"@": "app.Account", "@id": "7f3a", "owner": "ada", "balance": 90.0}
    shown = [render([value], memory) for value in (ACCOUNT, ACCOUNT, changed, changed)]
    assert shown == ["Account(owner='ada', balance=100.0)", "<same>", "Account(…, balance=90.0)", "<same>"]


def test_another_object_of_the_same_type_is_written_in_full() -> None:
    memory = Memory()
    other: Json = {"@": "app.Account", "@id": "8b", "owner": "ada", "balance": 100.0}
    shown = [render([value], memory) for value in (ACCOUNT, other, ACCOUNT)]
    assert shown == ["Account(owner='ada', balance=100.0)"] * 3


def test_the_same_address_in_another_process_is_another_object() -> None:
    memory = Memory(process="a")
    render([ACCOUNT], memory)
    memory.process = "b"
    assert render([ACCOUNT], memory) == "Account(owner='ada', balance=100.0)"


def test_a_long_value_is_written_once_for_each_name() -> None:
    memory = Memory()
    text = "x" * 60
    assert render([text], memory, name="body") == repr(text)
    assert render([text], memory, name="body") == "<same>"
    assert render([text], memory, name="title") == repr(text)


CUT: list[Json] = [
    {"@": "str", "@head": "x" * 60, "@length": 4812},
    [1, 2, 3, "four", "five", "six", "seven", {"@more": 990}],
    {"@": "app.Order", "@id": "7f3a", "owner": {"@": "app.Account", "@id": "8"}},
]


@pytest.mark.parametrize("value", CUT)
def test_what_was_recorded_in_part_is_the_same_as_far_as_it_was(value: Json) -> None:
    memory = Memory()
    assert [render([value], memory, name="x") for _ in range(2)][1] == "<same…>"


def test_ranges_that_read_alike_are_not_the_same() -> None:
    memory = Memory()
    values: list[Json] = [f"{letter * 20}" for letter in "abcd"]
    shown = [render([*values, last], memory, name="x") for last in ("e", "f")]
    assert "<same>" not in shown


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(max_size=4)
            | st.sampled_from(
                ["@", "@id", "@items", "@pairs", "@text", "@head", "@length", "@more", "@up", "@redacted"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
typed = st.dictionaries(
    st.sampled_from(["@id", "@items", "@pairs", "@text", "@head", "@length", "@more", "name"]), json_values
).flatmap(
    lambda fields: st.sampled_from(["tuple", "set", "dict", "bytes", "str", "deque", "app.T"]).map(
        lambda kind: {"@": kind, **fields}
    )
)


@given(st.lists(json_values | typed, min_size=1, max_size=4))
def test_any_json_is_written_on_one_bounded_line(values: list[Json]) -> None:
    memory = Memory()
    for _ in range(2):
        text = render(values, memory, name="v")
        assert text
        assert len(text) <= WIDTH
        assert text.isprintable()


@given(st.lists(json_values, min_size=1, max_size=3))
def test_rendering_leaves_the_values_as_they_were(values: list[Json]) -> None:
    before = json.dumps(values)
    render(values, Memory())
    assert json.dumps(values) == before


def test_objects_are_told_apart_by_tags_where_room_is_short() -> None:
    memory = Memory(tagged=Tagged())
    other: Json = {
        "@": "app.Account",
        "@id": "7f3b8b10",
        "@hash": 1,
        "_x": 2,
        "opened": 3,
        "limit": 4,
        "owner": "bob",
    }
    changed: Json = {"@": "app.Account", "@id": "7f3a8a10", "owner": "ada", "balance": 90.0}
    nested: Json = {"@": "app.Account", "@id": "7f3b8b10"}
    known: Json = {"@": "app.Account", "@id": "7f3a8a10", "owner": "ada", "balance": 100.0}
    values: list[Json] = [known, other, known, changed, [nested], {"@": "type", "@name": "app.Account"}]
    assert [render([value], memory) for value in values] == [
        "Account@8a1(owner='ada', balance=100.0)",
        "Account@8b1(opened=3, limit=4)",
        "Account@8a1",
        "Account@8a1(balance=90.0)",
        "[Account@8b1]",
        "Account",
    ]
    assert render([known, other], memory) == "Account@8a1(balance=100.0)|Account@8b1"
    named: Json = {"@": "app.Job", "@id": "1", "state": 5, "key": "k", "id": 7}
    assert render([named], memory) == "Job@1(id=7, key='k')"


def test_objects_of_a_type_have_tags_where_an_answer_shows_several() -> None:
    one: Json = {"@": "app.Seat", "@id": "7f3a8a10", "label": "A1"}
    other: Json = {"@": "app.Seat", "@id": "7f3a8b10", "label": "A2"}
    far: Json = {"@": "app.Seat", "@id": "7f3b8b10"}
    hall: Json = {"@": "app.Hall", "@id": "7f3a8c10"}

    def shown(*values: Json) -> str:
        with tagged() as tags:
            memory = Memory("p1")
            return tags.told(" ".join(render([value], memory) for value in values))

    assert shown(one, hall) == "Seat(label='A1') <Hall>"
    assert shown([one], [{"@": "app.Seat", "@id": "7f3a8a10"}]) == "[Seat(label='A1')] [<Seat>]"
    assert shown(one, other, far) == "Seat@8a1(label='A1') Seat@8b1(label='A2') <Seat@b8b1>"
    with tagged() as tags:
        told = " ".join(render([far], Memory(process)) for process in ("p1", "", "p2"))
        assert tags.told(told) == "<Seat@8b1> <Seat@8b1> <Seat@b8b1>"


@pytest.mark.parametrize(
    ("value", "width", "expected"),
    [
        (["one", "two", "three"], 14, "['one', 'tw…']"),
        ({"a": [1, 22, 333, 4444]}, 14, "{'a': [1, 2…]}"),
        ("it's long", 6, '"it\'…"'),
    ],
)
def test_what_is_cut_is_closed(value: Json, width: int, expected: str) -> None:
    assert closed(repr(value), width) == expected
    assert len(expected) <= width


def test_a_text_that_is_cut_keeps_its_end() -> None:
    text = "begin " + "x" * 200 + "\n the end"
    written = render([text], width=60)
    assert written == f"'begin {'x' * 32}…{'x' * 9}\\n the end'" and len(written) == 60
    assert render(["x" * 40 + "\n" * 40], width=41) == f"'{'x' * 26}…{chr(92)}n\\n\\n\\n\\n\\n'"


def test_of_a_list_that_goes_on_what_is_new_is_told() -> None:
    memory = Memory()
    long: list[Json] = ["one thing", "another thing", "a third"]
    assert render([long], memory, name="log") == repr(long)
    assert render([[*long, "x", 5]], memory, name="log") == "[<same>, 'x', 5]"
    assert render([[*long, "y"]], memory, name="log") == repr([*long, "y"])
    assert render([[1], [1, 2], [1, 2, 3]]) == "[1]..[1, 2, 3]"
    assert render([[1], [1, 2], [2, 2, 3]]) == "[1]|[1, 2]|[2, 2, 3]"
    assert list(told(list(differences("log", [1], [1, 2])))) == ["log += [2]"]
    assert list(told(list(differences("log", [], [1, 2])))) == ["log: [] -> [1, 2]"]


def test_a_cut_text_ends_in_an_ellipsis() -> None:
    assert clip("abcdef", 4) == "abc…"
    assert clip("abcd", 4) == "abcd"


@pytest.mark.parametrize(
    ("ns", "expected"),
    [
        (0, "0 ns"),
        (999, "999 ns"),
        (12_000, "12 us"),
        (60_000, "0.06 ms"),
        (600_000, "0.6 ms"),
        (12_400_000, "12 ms"),
        (3_200_000_000, "3.2 s"),
        (150_000_000_000, "2.5 min"),
    ],
)
def test_durations_have_two_or_three_digits_and_a_unit(ns: int, expected: str) -> None:
    assert duration(ns) == expected


def test_of_a_dict_that_grew_the_new_entries_are_told() -> None:
    def moved(before: Json, after: Json) -> list[str]:
        return list(told(list(differences("sold", before, after))))

    assert moved({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == ["sold['b']: 2 -> 3", "sold['c'] = 4"]
    empty: Json = {"@": "collections.defaultdict", "@pairs": [["a", 0]]}
    grown: Json = {"@": "collections.defaultdict", "@pairs": [["a", 2], [7, 1]]}
    assert moved(empty, grown) == ["sold['a']: 0 -> 2", "sold[7] = 1"]
    assert moved({"a": 1, "@more": 3}, {"a": 1, "b": 2, "@more": 3}) == ["len(sold): 4 -> 5"]


def test_of_a_container_what_it_gained_and_lost_is_told() -> None:
    def moved(before: Json, after: Json) -> list[str]:
        return list(told(list(differences("held", before, after))))

    many: list[Json] = ["first", "second", "third", "fourth"]
    assert moved(many, many[1:]) == ["held -= ['first']"]
    assert moved(many, [*many[:2], many[3]]) == ["held -= ['third']"]
    assert moved(many, ["new", *many]) == ["held += ['new']"]
    assert moved([1, 2, 3], [1, 5, 2, 3]) == ["held: [1, 2, 3] -> [1, 5, 2, 3]"]
    assert moved([1, 2, 3, 4], [2, 3, 4, 5]) == ["held -= [1]", "held += [5]"]
    assert moved([1, 2, 3], [1, 7, 3]) == ["held[1]: 2 -> 7"]
    assert moved([1, 2], [2, 1]) == ["held[0]: 1 -> 2", "held[1]: 2 -> 1"]
    old: Json = {"@": "set", "@items": ["b", "a"]}
    assert moved(old, {"@": "set", "@items": ["a", "c"]}) == ["held -= {'b'}", "held += {'c'}"]
    by_pair: Json = {"@": "dict", "@pairs": [[{"@": "tuple", "@items": ["a", 1]}, 5]]}
    now: Json = {"@": "dict", "@pairs": [[{"@": "tuple", "@items": ["a", 1]}, 6]]}
    assert moved(by_pair, now) == ["held[('a', 1)]: 5 -> 6"]


def test_of_a_container_that_was_cut_only_what_is_known_is_told() -> None:
    def moved(before: Json, after: Json) -> list[str]:
        return list(told(list(differences("held", before, after))))

    assert moved([1, 2, 3, {"@more": 4}], [1, 2, 3, {"@more": 5}]) == ["len(held): 7 -> 8"]
    assert moved([1, 2, 3, {"@more": 4}], [2, 3, 4, {"@more": 3}]) == ["held -= [1]", "len(held): 7 -> 6"]
    assert moved(["a", {"@more": 4}], ["a", "b", {"@more": 4}]) == ["len(held): 5 -> 6"]
    assert moved({"a": 1, "b": 2, "@more": 4}, {"a": 1, "b": 3, "@more": 4}) == ["held['b']: 2 -> 3"]
    assert moved({"a": 1, "b": 2, "@more": 4}, {"a": 1, "c": 3, "@more": 4}) == [
        "held: {'a': 1, 'b': 2, …+4} -> {'a': 1, 'c': 3, …+4}"
    ]


def test_of_a_dict_the_entries_come_first_that_are_about_what_stands_beside_it() -> None:
    offsets: Json = {"@": "app.Clock", "@id": "7f3a8a10", "offsets": {"Asia/Kolkata": 5, "Europe/Berlin": 2}}
    memory = Memory(focus=focus_of(["Europe/Berlin", 7]))
    assert render([offsets], memory) == "Clock(offsets={'Europe/Berlin': 2, 'Asia/Kolkata': 5})"
    pairs: Json = {"@": "dict", "@pairs": [[1, 2], [{"@": "tuple", "@items": ["A3", 1]}, 5], {"@more": 3}]}
    assert render([pairs], Memory(focus=focus_of([{"@": "app.Seat", "@id": "1", "label": "A3"}]))) == (
        "{('A3', 1): 5, 1: 2, …+3}"
    )
    assert render([{"b": "x", "a": 1}], Memory()) == "{'b': 'x', 'a': 1}"
