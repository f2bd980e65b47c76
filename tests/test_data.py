"""`--data` follows objects: which is which, what changed of them, and which calls had them then."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import asked
import pytest
from asked import Ask
from forks import Forks
from test_render_tree import Program

from breadcrumb.questions.facts.objects.following import follow
from breadcrumb.questions.facts.objects.sightings import alike, sightings

looks_again = pytest.mark.skipif(
    not hasattr(sys, "monitoring"), reason="3.11 does not tell what calls left of their arguments"
)

APP = """\
class Base:
    def __init__(self, name):
        self.name = name

    def note(self, more):
        self.name += more


class Item(Base):
    def __init__(self, name, price):
        super().__init__(name)
        self.price = price

    @property
    def half(self):
        return self.price / 2

    def cut(self):
        self.price = self.half


class Box:
    def __init__(self, first):
        self.items = [first]


class Pair:
    def __init__(self, left):
        self.left = left


def give(box):
    return box


def take(box):
    box.left -= 1
    give(box)


def look(box):
    return box.items[0]


def shake(box):
    box.items[0].price += 1


def spend(item):
    item.price -= 1
    return item.price


def each(point):
    return point


def main():
    item = Item("a", 8.0)
    item.cut()
    box = Box(item)
    shake(box)
    look(box)
    item.note("!")
    for _ in range(5):
        spend(item)
    spend(look(box))
    take(Pair(2))
    del item, box
    for number in range(3):
        each(Item("b", number).price + 1j)
    return look(Box(Item("c", 3)))


main()
"""


CARTS = """\
class Tax:
    def __init__(self):
        self.rate = 7


class Cart:
    def __init__(self, key, tax):
        self.key = key
        self.items = []
        self.tax = tax

    def add(self, item):
        self.items.append(item)

    def close(self):
        self.items = []


def main():
    tax = Tax()
    carts = [Cart("k0", tax), Cart("k1", tax), Cart("k2", Tax())]
    for item in range(2):
        for cart in carts:
            cart.add(item)
    carts[0].close()
    carts[2].close()


main()
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program has run once under `breadcrumb run`."""
    folder = asked.new(tmp_path_factory.mktemp("data"), app=APP)
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    return folder


@pytest.fixture
def ask(project: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(project, reading)


def _lines(ask: Ask, *arguments: str) -> list[str]:
    answer = ask("query", *arguments)
    assert answer.returncode == 0, answer.stderr
    text = re.sub(r"@[0-9a-f]{8,}(/\d+)?", "@ID", answer.stdout)
    return [re.sub(r" {2,}", "  ", line).strip() for line in text.splitlines()]


def _rows(ask: Ask, *arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(ask("query", *arguments, "--format", "json").stdout)["rows"]
    return rows


@looks_again
def test_an_object_is_told_by_its_states_and_the_calls_that_had_it_meanwhile(ask: Ask) -> None:
    assert _lines(ask, "--data", "Item")[:4] == [
        "@ID  Item(name='a', price=8.0)  Item.__init__#1(self=), Base.__init__#1(self=), "
        "Item.__init__#1 left self, Item.cut#1(self=), Item.half#1(self=)",
        "price: 8.0 -> 4.0  "
        "in Item.cut#1, since Item.half#1; Item.cut#1 left self, Box.__init__#1(first=), "
        "Box.__init__#1 left self.items[0], shake#1(box.items[0]=), look#1(box.items[0]=)",
        "price: 4.0 -> 5.0  since Box.__init__#1 or shake#1 or look#1; look#1() ->, Base.note#1(self=)",
        "name: 'a' -> 'a!'  in Base.note#1; Base.note#1 left self, spend#1(item=)",
    ]


@looks_again
def test_changes_that_repeat_are_written_as_one(ask: Ask) -> None:
    (line,) = [line for line in _lines(ask, "--data", "Item") if "x4" in line]
    assert line == "price: 5.0 -> 4.0 .. 1.0  x4  in spend#1-#4; spend#1-#4 left item, spend#2-#5(item=)"


def test_a_change_within_a_call_says_in_which(ask: Ask) -> None:
    lines = _lines(ask, "--data", "Pair")
    assert any(line.startswith("left: 2 -> 1  in take#1; give#1(box=), give#1() ->") for line in lines)


@looks_again
def test_the_last_change_of_an_object_is_told_with_the_call_that_made_it(
    reused: Path, reading: Forks
) -> None:
    answer = asked.asking(reused, reading)("query", "--data", "Cart").stdout
    assert re.search(r"items: \[1\] -> \[\] +in clear#1; clear#1 left cart\n3 states", answer)
    sql = "SELECT function, before->'$.items', after->'$.items' FROM changes WHERE argument = 'cart'"
    rows = json.loads(asked.asking(reused, reading)("query", "--sql", sql, "--format", "json").stdout)["rows"]
    assert [list(row.values()) if isinstance(row, dict) else row for row in rows] == [
        ["__main__.clear", "[1]", "[]"]
    ]
    answer = asked.asking(reused, reading)("query", "--data", "Tmp").stdout
    # whether the others lay at addresses of their own is the interpreter's affair
    assert re.search(r"n: 9 -> -1 +in hold#1, since use#6; ", answer) and "not known" not in answer


def test_an_object_at_an_address_used_before_is_another_one(ask: Ask) -> None:
    rows = [
        row for row in _rows(ask, "--data", "Item") if row["seen"][0]["function"] == "__main__.Item.__init__"
    ]
    assert [row["seen"][0]["call"] for row in rows] == [1, 2, 3, 4, 5]
    assert len({row["object"] for row in rows}) == 5


def test_only_an_init_of_its_own_makes_another_object_at_the_same_address() -> None:
    program = Program()
    at, made = {"@": "app.Item", "@id": "7f"}, {"@": "app.Item", "@id": "7f", "name": "a"}
    outer = program.call("app.Item.__init__", me=at, start_ns=10, duration_ns=20)
    program.call("app.Base.__init__", outer, me=at, start_ns=15, duration_ns=5)
    program.call("app.look", item=made, start_ns=40, duration_ns=5)
    program.call("app.Item.__init__", me=at, start_ns=50, duration_ns=5)
    program.call("app.look", item=made, start_ns=60, duration_ns=5)
    states = follow(seen for call in program.calls for seen in sightings(call, "app.Item".__eq__))
    assert [(state.object_number, state.reuse, len(state.seen)) for state in states] == [(1, 1, 3), (2, 2, 2)]


@looks_again
def test_objects_that_went_the_same_way_are_one_line(ask: Ask) -> None:
    (line,) = [line for line in _lines(ask, "--data", "Item") if line.startswith("3 objects")]
    assert line == (
        "3 objects  Item(name='b', price=0..2)  Item.__init__#2-#4(self=), Base.__init__#2-#4(self=), "
        "Item.__init__#2-#4 left self"
    )
    assert (
        _lines(ask, "--data", "complex")[0] == "3 values  1j|(1+1j)|(2+1j)  each#1-#3(point=), each#1-#3() ->"
    )


@looks_again
def test_the_life_of_one_field_says_where_it_was_cleared_and_of_which_objects_never(
    tmp_path: Path, reading: Forks
) -> None:
    folder = asked.new(tmp_path, app=CARTS)
    asked.breadcrumb(folder, "run", "python", "app.py")
    ask = asked.asking(folder, reading)
    lines = _lines(ask, "--data", "Cart.items")
    assert lines[0] == (
        "@ID  Cart(key='k0', items=[])  Cart.__init__#1(self=), Cart.__init__#1 left self, Cart.add#1(self=)"
    )
    assert lines[2] == "items += [1]  in Cart.add#4; Cart.add#4 left self, Cart.close#1(self=)"
    assert lines[-3:] == [
        "Cleared in Cart.close#1, in Cart.close#2.",
        "Never cleared, though others were: @ID (key='k1').",
        "11 states, all shown. Next: breadcrumb query --call Cart.add#5",
    ]
    shared = _lines(ask, "--data", "Cart.tax")
    assert "One Tax @ID is the tax of 2 at once: @ID (key='k0'), @ID (key='k1')." in shared
    assert any(line.endswith("the end -> None in #1") for line in _lines(ask, "--source", "main"))
    table = ask("query", "--sql", "SELECT start, span_id FROM calls LIMIT 3").stdout
    assert len(re.findall(r"(?m)^\d\d:\d\d:\d\d\.\d+ +[0-9a-f]{8}…$", table)) == 3
    wrong = ask("query", "--data", "Cart.itms")
    assert (
        wrong.returncode == 1
        and "fields: key, items, tax (breadcrumb query --data Cart.items)" in wrong.stderr
    )


def test_objects_of_subclasses_are_told_of_too(ask: Ask) -> None:
    assert _rows(ask, "--data", "Base") == _rows(ask, "--data", "Item")
    assert "Also of a type that ran its methods: __main__.Item." in _lines(ask, "--data", "Base")


def test_the_row_of_a_state_has_the_promised_keys(ask: Ask) -> None:
    row = _rows(ask, "--data", "Item")[1]
    assert list(row) == [
        "object", "object_id", "pid", "value", "changed", "since", "known", "sightings", "seen", "start"
    ]  # fmt: skip
    assert row["changed"] == ["price"]
    assert row["since"][0] == {"function": "__main__.Item.half", "call": 1, "during": False}
    (seen,) = [each for each in row["seen"] if each["function"] == "__main__.shake"]
    assert {key: seen[key] for key in ("function", "call", "place", "name")} == {
        "function": "__main__.shake", "call": 1, "place": "args", "name": "box.items[0]"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "same"),
    [
        ([1, 2], [1, {"@more": 1}], True),
        ([1, 2], [1, {"@more": 2}], False),
        ([1, {"@more": None}], [1, 2, 3], True),
        ({"@": "A", "@id": "1"}, {"@": "A", "@id": "1", "x": 1}, True),
        ({"@": "A", "@id": "1", "x": 2}, {"@": "A", "@id": "1", "x": 1}, False),
        ({"a": 1, "b": 2}, {"a": 1, "@more": 1}, True),
        (1, True, False),
    ],
)
def test_what_was_cut_is_no_change(before: Any, after: Any, same: bool) -> None:
    assert alike(before, after) is same
    assert alike(after, before) is same


REUSED = """\
class Tmp:
    pass


class Cart:
    def __init__(self):
        self.items = []


def make(n):
    made = Tmp()
    made.n = n
    return made


def use(tmp):
    return tmp.n


def hold(tmp):
    use(tmp)
    tmp.n = -1
    use(tmp)


def clear(cart):
    cart.items.clear()


def main():
    for n in range(5):
        use(make(n))
    hold(make(9))
    cart = Cart()
    cart.items.append(1)
    clear(cart)


main()
"""


@pytest.fixture(scope="module")
def reused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program makes objects that are gone before the next one is there."""
    folder = asked.new(tmp_path_factory.mktemp("reused"), app=REUSED)
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    return folder


def test_a_change_that_may_be_another_object_says_so(reused: Path, reading: Forks) -> None:
    ask = asked.asking(reused, reading)
    states = [row for row in _rows(ask, "--data", "Tmp") if row["changed"]]
    assert [row["known"] for row in states if row["value"]["n"] == -1] == [True]
    assert not any(row["known"] for row in states if row["value"]["n"] >= 0)
    lines = ask("query", "--data", "Tmp").stdout.splitlines()
    assert all("or a later object at this address" in line for line in lines if "since make" in line)
    assert all("or a later" not in line for line in lines if "n: 9 -> -1" in line)


@pytest.mark.parametrize("is_held", [True, False])
def test_an_object_is_known_to_be_the_same_where_a_call_had_it_all_the_while(is_held: bool) -> None:
    program = Program()
    first, later = ({"@": "app.Tmp", "@id": "7f", "n": n} for n in (1, 2))
    if is_held:
        program.call("app.hold", tmp=first, start_ns=5, duration_ns=90)
    program.call("app.use", tmp=first, start_ns=10, duration_ns=5)
    program.call("app.use", tmp=later, start_ns=40, duration_ns=5)
    states = follow(seen for call in program.calls for seen in sightings(call, "app.Tmp".__eq__))
    assert [state.is_known for state in states] == [True, is_held]
