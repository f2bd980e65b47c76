"""The C value writer sees classes and instances as they are now, and makes no `__dict__` of fields."""

from __future__ import annotations

import builtins
import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.base.json_text import TextWriter
from breadcrumb_instrumentation_calls.base.limits import Limits
from breadcrumb_instrumentation_calls.values import native_plans
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot
from breadcrumb_redaction import Audit, Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

REDACTOR = Redactor()
_recorder = pytest.importorskip(
    "breadcrumb_instrumentation_calls.native._recorder", reason="no C recorder here"
)


class Fields:
    def __init__(self, fields: dict[str, object]) -> None:
        for name, value in fields.items():
            setattr(self, name, value)


class Pair:
    """The two writers, alike and apart."""

    def __init__(self, limits: Limits) -> None:
        self.snapshot = Snapshot(limits, TextWriter(REDACTOR, Audit()))
        self.values = _recorder.Values(Snapshot(limits, TextWriter(REDACTOR, Audit())))

    def agree(self, value: object) -> None:
        """The C writer goes first: reading an instance in Python changes how its fields are kept."""
        written = self.values.value(value, "return")
        assert written == self.snapshot.value(value, "return")


@pytest.mark.parametrize("levels", [1, 17, 98, 99, 100, 120])
def test_deep_nesting_counts_levels_up(levels: int) -> None:
    value: list[Any] = []
    bottom = value
    for _ in range(levels):
        value = [value, {"a": 1}]
    bottom.append(value)
    Pair(Limits(depth=1000, total=10**6)).agree(value)


def test_nesting_without_end_is_an_error_not_a_crash() -> None:
    value: list[Any] = []
    for _ in range(200_000):
        value = [value]
    values = _recorder.Values(Snapshot(Limits(depth=10**6, total=10**9), TextWriter(REDACTOR, Audit())))
    with pytest.raises(RecursionError):
        values.value(value, "return")
    assert values.value([1], "return") == "[1]"


def test_a_class_that_changes_is_seen_anew() -> None:
    class Changing:
        __slots__ = ("a",)

    value: Any = Changing()
    value.a = 1
    pair = Pair(Limits())
    pair.agree(value)
    Changing.__qualname__ = "Other"
    pair.agree(value)
    type.__dict__["__qualname__"].__set__(Changing, "Another")
    pair.agree(value)
    Changing.__module__ = "elsewhere"
    pair.agree(value)
    slot = Changing.__dict__["a"]
    del Changing.a  # type: ignore[attr-defined]  # a slot
    pair.agree(value)
    Changing.b = slot  # type: ignore[attr-defined]
    pair.agree(value)


def test_an_instance_that_changes_its_class() -> None:
    class One:
        pass

    class Two:
        pass

    value: Any = One()
    value.a = 1
    pair = Pair(Limits())
    pair.agree(value)
    value.__class__ = Two
    pair.agree(value)


def test_fields_in_the_order_in_which_they_were_set() -> None:
    first, second = Fields({"a": 1, "b": 2, "c": 3}), Fields({"c": 1, "a": 2})
    del first.a  # type: ignore[attr-defined]
    first.d = 4  # type: ignore[attr-defined]
    first.a = 5  # type: ignore[attr-defined]
    pair = Pair(Limits())
    pair.agree(first)
    pair.agree(second)
    many = Fields({f"f{n}": n for n in range(60)})
    pair.agree(many)
    cleared = Fields({"a": 1})
    cleared.__dict__ = {"z": 1, 5: 2}  # type: ignore[dict-item]
    pair.agree(cleared)
    cleared.__dict__.clear()
    pair.agree(cleared)


def test_reading_fields_makes_no_dict() -> None:
    value = Fields({"a": 1, "b": 2})
    values = _recorder.Values(Snapshot(Limits(), TextWriter(REDACTOR, Audit())))
    before = value.__sizeof__()
    values.value(value, "return")
    assert value.__sizeof__() == before


def test_classes_that_change_all_the_time_are_written_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    by_python: list[tuple[Any, ...]] = []
    write = native_plans.write

    def watched(*given: Any) -> str:
        by_python.append(given)
        return write(*given)

    monkeypatch.setattr(native_plans, "write", watched)

    class Base:
        def __init__(self, held: object) -> None:
            self.held = held

    class Below(Base):
        __slots__ = ("own",)
        own: object

    pair = Pair(Limits())
    for number in range(1_200):
        Base.seen = number  # type: ignore[attr-defined]  # from 3.13 on a class has 1,000 versions
        below = Below([Base(number), Below((number, Base("x")))])
        below.own = {"base": Base(None)}
        if number % 100 == 99:
            pair.agree([below, Base(below)])
    assert by_python == []


@pytest.mark.parametrize("factory", [list, None])
def test_a_defaultdict_is_written_without_python(
    monkeypatch: pytest.MonkeyPatch, factory: Callable[[], Any] | None
) -> None:
    monkeypatch.setattr(native_plans, "write", None)
    Pair(Limits()).agree([defaultdict(factory, a=[1]), defaultdict(factory, {1: "x"})])


@pytest.mark.skipif(sys.version_info < (3, 15), reason="frozendict is new in 3.15")
def test_a_frozendict_is_written_without_python(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_plans, "write", None)
    frozendict = vars(builtins)["frozendict"]
    below = type("Below", (frozendict,), {})
    Pair(Limits()).agree([frozendict(a=[1], password="x"), frozendict({1: "x"}), frozendict(), below(a=1)])
