"""Whether a value is somewhere in another one is told alike with and without the places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from breadcrumb.questions.facts.objects.wanted import exactly, holds, places

if TYPE_CHECKING:
    from breadcrumb.common.json_types import Json

KEYS = st.sampled_from(["a", "b", "@", "@id", "@more", "@items", "@pairs", "@text", "@up", "@@id"])
SOUGHT: st.SearchStrategy[Json] = st.one_of(st.integers(0, 3), st.sampled_from(["a", "b", "x"]))
LEAVES = st.one_of(st.none(), st.booleans(), SOUGHT)
VALUES: st.SearchStrategy[Json] = st.recursive(
    LEAVES, lambda inside: st.one_of(st.lists(inside, max_size=3), st.dictionaries(KEYS, inside, max_size=3))
)


@given(VALUES, st.one_of(SOUGHT, VALUES.filter(lambda each: isinstance(each, list | dict))))
def test_a_value_is_held_where_it_has_a_place(value: Json, sought: Json) -> None:
    wanted = exactly(sought)
    assert holds(value, wanted.meets) == any(places(value, "", wanted.meets))


def test_what_says_how_a_value_is_written_is_no_part_of_it() -> None:
    value: Json = {"loop": [7, {"@up": 1}], "cut": [{"@more": 3}], "@@id": "alpha-1"}
    assert not holds(value, exactly(1).meets) and not holds(value, exactly("@up").meets)
    assert [part.path for part in places(value, "table", exactly("alpha-1").meets)] == ["table['@id']"]
    assert [part.met for part in places(value, "table", exactly("@id").meets)] == ["@id"]


def test_a_key_stands_in_a_path_as_the_program_would_write_it() -> None:
    value: Json = {"@": "dict", "@pairs": [["a", "alpha-1"], [7, "alpha-1"]]}
    paths = [part.path for part in places(value, "table", exactly("alpha-1").meets)]
    assert paths == ["table['a']", "table[7]"]
