"""What a call leaves of its arguments: told where it changed their objects, and only there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.selection.lasting import UPDATED, is_still, kept

if TYPE_CHECKING:
    from conftest import Run, Trace

needs_frames = pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 shows no variables at the end")

PROGRAM = """
    import dataclasses
    class Account:
        def __init__(self): self.password, self.n = "hunter2secret", 0
        def add(self): self.n += 1
        def same(self): return self.n
    def rebinds(d): d = dict(d); d["x"] = 1; return d
    def deletes(d): del d; return {}
    def catches(d):
        try: 1 / 0
        except ZeroDivisionError as d: pass
    def loops(d):
        for d in ({}, {"x": 1}): pass
    def fails(d): d["x"] = 1; raise ValueError("v")
    def inner_changes(d):
        def inner(): d["y"] = 2
        inner()
    def inner_rebinds(d):
        def inner():
            nonlocal d
            d = {"z": 1}
        inner()
    def generates(xs):
        for x in (1, 2):
            xs.append(x)
            yield x
    def varied(*args, **kw): args[0].append(1); kw["n"] = 1
    def keyed(n, *, items): items.clear(); n += 1
    def puts_back(d): d["x"] = 1; del d["x"]
    def long(text, items): items.append(text)
    def lists(items): items.sort()
    def nested(d): d["a"][0].append(2)
    def immutable(a, b, c): return (a, b, c)
    def outer(d): nested(d)
    account = Account(); account.add(); account.same()
    rebinds({}); deletes({}); catches({}); loops({}); inner_changes({}); inner_rebinds({})
    list(generates([])); varied([]); keyed(1, items=[1]); puts_back({}); long("x" * 400, []); lists([2, 1])
    lists([1, 2]); outer({"a": [[1]]}); immutable(1, "a", (2, 3))
    long("y" * 400, ["z" * 400] * 19)
    try: fails({})
    except ValueError: pass
"""

CHANGED: dict[str, list[Any]] = {
    "inner_changes": [{"d": {"y": 2}}],
    "generates": [{"xs": [1, 2]}],
    "varied": [{"args": [[1]], "kw": {"n": 1}}],
    "keyed": [{"items": []}],
    "long": [{"items": ["x" * 400]}, None],
    "lists": [{"items": [1, 2]}, None],
    "nested": [{"d": {"a": [[1, 2]]}}],
    "outer": [{"d": {"a": [[1, 2]]}}],
    "fails": [{"d": {"x": 1}}],
}


def _changed(trace: Trace, function: str) -> list[Any]:
    return [(call["extra"] or {}).get("args_after") for call in trace.of(function)]


@needs_frames
def test_what_a_call_changed_is_told_and_nothing_else(run: Run) -> None:
    trace = run(PROGRAM)
    objects = {"Account.__init__", "Account.add"}
    names = {row["function"] for row in trace.rows if "<locals>" not in row["function"]} - objects
    assert {name: _changed(trace, name) for name in names} == {
        name: CHANGED.get(name, [None] * len(trace.of(name))) for name in names
    }
    assert names > CHANGED.keys()
    (made,), (added,) = _changed(trace, "Account.__init__"), _changed(trace, "Account.add")
    assert (made["self"]["n"], added["self"]["n"]) == (0, 1)
    assert made["self"]["password"] == added["self"]["password"] == {"@redacted": "password"}
    assert trace.of("fails")[0]["extra"]["locals"] == {"d": {"x": 1}}
    (redaction,) = trace.told("redaction")
    assert redaction["count"] == 4  # what __init__ left, what add found and left, what same found


def test_a_parameter_that_is_bound_anew_does_not_last() -> None:
    def function(a: Any, b: Any, c: Any, d: Any, e: Any, *f: Any, **g: Any) -> Any:
        a = 1
        del b
        c, d = d, c

        def inner() -> None:
            nonlocal e
            e = a

        return inner, f, g

    code = function.__code__
    lasting, _ = kept(code, code.co_varnames[:7])
    assert lasting == {"f", "g"}


def test_an_operator_that_works_in_place_keeps_the_object_of_some_types() -> None:
    def function(a: Any, b: Any, c: Any, d: Any) -> Any:
        a *= 2
        b += [1]
        b = list(b)

        def inner() -> None:
            nonlocal c
            c |= {1}

        return inner, a, d

    parameters = function.__code__.co_varnames[:4]
    lasting, updated = kept(function.__code__, parameters)
    assert lasting == {"a", "c", "d"}
    assert updated == {"a", "b", "c"}
    same = {"[1]": "list", '{"a": 1}': "dict", '{"@": "set", "@items": []}': "set"}
    for text in same:
        assert [kind for kind in ("list", "dict", "set", "tuple", "app.Row") if is_still(text, kind)] == [
            same[text]
        ]


def test_both_recorders_know_the_same_types_that_are_updated_in_place() -> None:
    source = Path(__file__).parents[1] / "native" / "recorder" / "changes.c"
    found = re.search(r"updated\[\] = \{(.*?)\};", source.read_text(encoding="utf-8"), re.DOTALL)
    assert found and set(re.findall(r'"([^"]+)"', found[1])) == UPDATED
