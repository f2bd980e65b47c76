"""What two objects of a type both hold is told by where each of them holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from breadcrumb.questions.facts.calls.sharing import shared_in

if TYPE_CHECKING:
    from conftest import Project

    from breadcrumb.common.json_types import Json

APP = """\
class Item:
    pass

class Form:
    def __init__(self, items):
        self.items = items
        self.filled = 0

    def fill(self):
        self.filled += 1

item = Item()
first = Form([item])
for _ in range(60):
    first.fill()
other = Form([item])
first.fill()
other.fill()
"""

ITEM: Json = {"@": "app.Item", "@id": "0x10"}
HELD: dict[str, tuple[Json, str]] = {
    "list": ([1, ITEM], "[1]"),
    "key": ({"a": ITEM}, "['a']"),
    "key with a sign of ours": ({"@@a": ITEM}, "['@a']"),
    "number as a key": ({"@": "dict", "@pairs": [[7, ITEM], {"@more": 2}]}, "[7]"),
    "one of several types of keys": ({"@": "dict", "@pairs": [[7, 1], ["a", [ITEM]]]}, "['a'][0]"),
    "as a key": ({"@": "dict", "@pairs": [[ITEM, 1]]}, "[…]"),
    "tuple": ({"@": "tuple", "@items": [{"b": ITEM}]}, "[0]['b']"),
}


def _holder(address: str, held: Json, kind: str = "app.Form") -> Json:
    return {"@": kind, "@id": address, "parts": held}


@pytest.mark.parametrize("how", HELD)
def test_the_place_in_a_container_is_as_the_program_would_write_it(how: str) -> None:
    held, place = HELD[how]
    told = shared_in({"one": _holder("0x1", held), "other": _holder("0x2", held)})
    assert told == (f"other.parts{place} is one.parts{place}",)


def test_who_holds_it_first_may_be_of_another_type() -> None:
    holders = {"page": _holder("0x3", [ITEM], "app.Page")}
    holders |= {"one": _holder("0x1", [ITEM]), "same": _holder("0x1", [ITEM])}
    assert shared_in(holders) == ()
    assert shared_in({**holders, "other": _holder("0x2", [ITEM])}) == ("other.parts[0] is one.parts[0]",)


def test_two_that_hold_an_object_are_told_however_often_one_had_changed_before(project: Project) -> None:
    project.write("app.py", APP)
    project.run("--no-report", "python", "app.py")
    told = project.call("breadcrumb", "query", "--data", "Form").stdout
    assert "is in the items of 2 at once: " in told, told
