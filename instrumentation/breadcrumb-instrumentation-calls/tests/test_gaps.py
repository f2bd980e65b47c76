"""What is called and not traced, by name, place and count."""

from __future__ import annotations

import sys
from typing import Any

import pytest

monitored = pytest.mark.skipif(sys.version_info < (3, 12), reason="a profile function is not told the callee")

HEAD = """
import collections, copy, functools, json, math, pathlib, re, string, textwrap, threading
from statistics import mean
class Own:
    def __init__(self): pass
    def method(self): pass
class Bare: pass
class Caller:
    def __call__(self): pass
class Copier(tuple):
    __call__ = copy.copy
def own(): pass
partial = functools.partial(textwrap.dedent, "x")
text, numbers, template, own_object, counter = "a", [2, 1], string.Template("x"), Own(), collections.Counter()
"""
MAIN = """def main_{0}():
    {1}
main_{0}()
"""

EVERYWHERE = [
    ("round(1.5)", "round", "c", None),
    ("math.sqrt(4)", "math.sqrt", "c", None),
    ("text.upper()", "str.upper", "c", None),
    ("numbers.append(1)", "list.append", "c", None),
    ("dict.fromkeys('a')", "dict.fromkeys", "c", None),
    ("textwrap.dedent(text)", "textwrap.dedent", "python", "textwrap"),
    ("textwrap.dedent(*[text])", "textwrap.dedent", "python", "textwrap"),
    ("textwrap.indent(**{'text': text, 'prefix': ''})", "textwrap.indent", "python", "textwrap"),
    ("mean(numbers)", "statistics.mean", "python", "statistics"),
    ("template.substitute()", "string.Template.substitute", "python", "string"),
]
AGAIN = 6
"""From here on they call what others have called: 3.12 does not tell of all calls with `*` to the same."""
MONITORED = [
    ("json.dumps", "json.JSONEncoder()", "json.encoder.JSONEncoder", "python", "json.encoder"),
    ("C class", "list()", "list", "c", None),
    ("C class of a module", "collections.deque()", "collections.deque", "c", None),
    ("class with __init__", "threading.Event()", "threading.Event", "python", "threading"),
    ("class made by Python code", "collections.Counter()", "collections.Counter", "python", "collections"),
    ("partial", "partial()", "functools.partial", "c", None),
    ("unbound method", "str.upper(text)", "str.upper", "c", None),
    (
        "bound method of a library",
        "counter.most_common()",
        "collections.Counter.most_common",
        "python",
        "collections",
    ),
    ("slot wrapper", "int.__add__(1, 2)", "int.__add__", "c", None),
    ("instance of a tuple", "Copier((1, 2))()", "copy.copy", "python", "copy"),
    ("instance of a library", "string.Formatter()", "string.Formatter", "c", None),
]
NOT_GAPS = [
    "own()",
    "own_object.method()",
    "Own()",
    "Bare()",
    "Caller()()",
    "(lambda: 1)()",
    "ValueError('x')",
]


def gaps_of(run: Any, statements: list[str]) -> dict[str, list[dict[str, Any]]]:
    """The gaps of each statement in a function of its own, all in one run; `line` is that in the function."""
    mains = [MAIN.format(at, statement) for at, statement in enumerate(statements)]
    gaps = run(HEAD + "".join(mains)).told("gap")
    first, lines = HEAD.count("\n") + 1, MAIN.count("\n")
    return {
        statement: [
            {**gap, "line": gap["line"] - first - at * lines}
            for gap in gaps
            if gap["caller"] == f"__main__.main_{at}"
        ]
        for at, statement in enumerate(statements)
    }


def test_a_callee_has_its_name(run: Any) -> None:
    statements = [row[0] for row in EVERYWHERE]
    once, again = statements[:AGAIN], statements[AGAIN:]
    found = gaps_of(run, once) | gaps_of(run, again)
    for statement, callee, kind, include in EVERYWHERE:
        [gap] = (gap for gap in found[statement] if gap["callee"] == callee)
        assert (gap["kind"], gap["include"], gap["count"]) == (kind, include, 1), statement
        assert (gap["line"], gap["lower_bound"]) == (1, False), statement


@monitored
def test_a_callee_told_by_monitoring_has_its_name(run: Any) -> None:
    found = gaps_of(run, [row[1] for row in MONITORED])
    told = {
        statement: [(gap["callee"], gap["kind"], gap["include"]) for gap in gaps]
        for statement, gaps in found.items()
    }
    assert told == {statement: [tuple(expected)] for _, statement, *expected in MONITORED}


def test_what_is_traced_is_no_gap(run: Any) -> None:
    assert gaps_of(run, NOT_GAPS) == {statement: [] for statement in NOT_GAPS}


@monitored
def test_a_class_inside_a_traced_function_is_no_gap(run: Any) -> None:
    trace = run("""
        def main():
            class Local: pass
            Local()
        main()
    """)
    assert trace.gaps() == {}


def test_the_calls_of_one_line_are_summed(run: Any) -> None:
    trace = run("""
        def main():
            for _ in "abc":
                len("a") + len("b") + round(1.0)
        main()
    """)
    assert {name: gap["count"] for name, gap in trace.gaps().items()} == {"len": 6, "round": 3}


def test_module_bodies_and_comprehensions_count_as_their_function(run: Any) -> None:
    trace = run("""
        len("a")
        def main():
            return [round(n) for n in (1.0, 2.0)]
        main()
    """)
    assert {gap["callee"]: gap["caller"] for gap in trace.told("gap")} == {
        "len": "__main__.<module>",
        "round": "__main__.main",
    }


@monitored
def test_a_busy_site_becomes_a_lower_bound(run: Any) -> None:
    gap = run("""
        def main():
            for _ in [0] * 5000:
                len("a")
        main()
    """).gaps()["len"]
    assert (gap["count"], gap["lower_bound"]) == (1000, True)


def test_methods_of_many_objects_are_one_callee(run: Any) -> None:
    gaps = run("""
        def main():
            for n in [0] * 50:
                [].append(n)
        main()
    """).gaps()
    assert gaps["list.append"]["count"] == 50


@monitored
def test_functions_of_one_decorator_are_told_apart_wherever_they_are_called(run: Any) -> None:
    gaps = run("""
        import types
        library = types.ModuleType("library")
        exec('''
        from functools import wraps
        def decorated(function):
            @wraps(function)
            def wrapper(): return function()
            return wrapper
        @decorated
        def one(): pass
        @decorated
        def two(): pass
        '''.replace("\\n        ", "\\n"), vars(library))
        class Own: pass
        def main():
            for _ in "ab":
                library.one()
                library.two()
            Own()
            Own()
        def again():
            library.two()
            library.one()
            Own()
        main()
        again()
    """).told("gap")
    assert sorted(
        (gap["caller"], gap["callee"], gap["count"]) for gap in gaps if gap["kind"] == "python"
    ) == [
        ("__main__.again", "library.one", 1),
        ("__main__.again", "library.two", 1),
        ("__main__.main", "library.one", 2),
        ("__main__.main", "library.two", 2),
    ]


def test_gaps_can_be_left_out(run: Any) -> None:
    assert run("len('a')", gaps=False).told("gap") == []


@monitored
def test_a_hostile_metaclass_is_not_asked(run: Any) -> None:
    trace = run("""
        class Above(type):
            def __eq__(cls, other): raise SystemExit("asked")
            __hash__ = type.__hash__
        class Meta(type, metaclass=Above):
            def __getattribute__(cls, name): raise SystemExit("asked")
            def __eq__(cls, other): raise SystemExit("asked")
            __hash__ = type.__hash__
        class Odd(list, metaclass=Meta):
            pass
        def main(value):
            list.append.__get__(value)(1)
            Odd()
        main(Odd())
    """)
    assert trace.raised is None
    assert len(trace.of("main")) == 1


def test_what_operators_and_properties_call_is_seen_when_it_first_runs(run: Any) -> None:
    """Later ones are not: the count is a lower bound. (3.11 counts all.)"""
    trace = run("""
        LIBRARY = '''class Money:
            cents = property(lambda self: 5)
            def __add__(self, other): return self
            def __eq__(self, other): return False
            def __enter__(self): return self
            def __exit__(self, *error): return True
            def __iter__(self): return iter(())
            def __getitem__(self, at): return at
            def __bool__(self): return True
            def __format__(self, how): return "m"
            def __del__(self): pass
        '''
        library = {"__name__": "lib"}
        exec(LIBRARY, library)
        def main(money):
            for _ in range(2):
                money + money, money == money, money.cents, money[1], f"{money}"
            with money: raise ValueError
            if money: [x for x in money]
            money = None
        main(library["Money"]())
    """)
    found = {gap["callee"].rpartition(".")[2]: gap for gap in trace.told("gap") if gap["include"] == "lib"}
    once = {"__enter__", "__exit__", "__iter__", "__bool__"}
    twice = {"__add__", "__eq__", "<lambda>", "__getitem__", "__format__"}
    exact = sys.version_info < (3, 12)
    assert found.keys() - {"__del__"} == once | twice
    assert {gap["caller"] for name, gap in found.items() if name != "__del__"} == {"__main__.main"}
    assert {(name, gap["count"]) for name, gap in found.items() if name in twice} == {
        (name, 2 if exact else 1) for name in twice
    }
    assert all(gap["lower_bound"] is not exact for gap in found.values())
