"""Whether a value is somewhere in another one is told alike with and without the places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from breadcrumb.questions.facts.objects.wanted import exactly, holds, places

if TYPE_CHECKING:
    from breadcrumb.common.json_types import Json

KEYS = st.sampled_from(["a", "b", "@", "@id", "@more", "@items", "@pairs", "@text"])
SOUGHT: st.SearchStrategy[Json] = st.one_of(st.integers(0, 3), st.sampled_from(["a", "b", "x"]))
LEAVES = st.one_of(st.none(), st.booleans(), SOUGHT)
VALUES: st.SearchStrategy[Json] = st.recursive(
    LEAVES, lambda inside: st.one_of(st.lists(inside, max_size=3), st.dictionaries(KEYS, inside, max_size=3))
)


@given(VALUES, st.one_of(SOUGHT, VALUES.filter(lambda each: isinstance(each, list | dict))))
def test_a_value_is_held_where_it_has_a_place(value: Json, sought: Json) -> None:
    wanted = exactly(sought)
    assert holds(value, wanted.meets) == any(places(value, "", wanted.meets))
