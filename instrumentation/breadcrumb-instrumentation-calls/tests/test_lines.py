"""Lines of chosen functions: which ran, what each did to the locals, and that the program does not notice."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Run, Trace

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring")

ALL = {"lines": ["__main__.*"], "exclude": ["__main__.Collector*"]}


def lines(trace: Trace, function: str, number: int = 0) -> list[Any]:
    """The lines of a call without their times."""
    found = trace.of(function)[number]["extra"]["lines"]
    return [[each[0], *each[2:]] if isinstance(each, list) else each for each in found]


def test_each_line_tells_what_it_changed(run: Run) -> None:
    trace = run(
        """
        def work(items, rate):
            total = 0
            for item in items:
                total += item * rate
            del item
            items.append(total)
            return total
        work([1, 2], 0.5)
        """,
        scope=ALL,
    )
    assert lines(trace, "work") == [
        [3, {"total": 0}],
        [4, {"item": 1}],
        [5, {"total": 0.5}],
        [4, {"item": 2}],
        [5, {"total": 1.5}],
        [4],
        [6, {}, ["item"]],
        [7, {"items": [1, 2, 1.5]}],
        [8],
    ]
    (call,) = trace.of("work")
    assert call["extra"]["args_after"] == {"items": [1, 2, 1.5]}
    assert call["args"] == {"items": [1, 2], "rate": 0.5} and call["result"] == 1.5
    offsets = [each[1] for each in call["extra"]["lines"]]
    assert offsets == sorted(offsets) and offsets[0] >= 0 and offsets[-1] <= call["duration_ns"]


def test_functions_that_were_not_chosen_have_no_lines(run: Run) -> None:
    trace = run("def a(): return 1\ndef b(): return a()\nb()", scope={"lines": ["__main__:a"]})
    assert trace.of("b")[0]["extra"] is None
    assert lines(trace, "a") == [[1]]


def test_a_call_left_by_an_exception_keeps_its_lines(run: Run) -> None:
    trace = run(
        """
        def fail(n):
            half = n / 2
            worse = half / 0
        try:
            fail(3)
        except ZeroDivisionError:
            pass
        """,
        scope=ALL,
    )
    assert lines(trace, "fail") == [[3, {"half": 1.5}], [4]]


def test_recursion_generators_and_tasks_keep_theirs_apart(run: Run) -> None:
    trace = run(
        """
        import asyncio
        def down(n):
            left = n - 1
            if n:
                down(left)
            return n
        def count(n):
            for i in range(n):
                got = yield i
        async def wait(name):
            before = name
            await asyncio.sleep(0)
            after = name
        async def main():
            await asyncio.gather(wait("a"), wait("b"))
        down(1)
        for pair in zip(count(1), count(2)):
            pass
        asyncio.run(main())
        """,
        scope=ALL,
    )
    assert lines(trace, "down", 0) == [[4, {"left": -1}], [5], [7]]
    assert lines(trace, "down", 1) == [[4, {"left": 0}], [5], [6], [7]]
    for name in "ab":
        (number,) = (i for i, each in enumerate(trace.of("wait")) if each["args"]["name"] == name)
        assert lines(trace, "wait", number) == [[12, {"before": name}], [13], [14, {"after": name}]]
    finished = {each["args"]["n"]: each["extra"]["lines"] for each in trace.of("count")}
    assert [each[0] for each in finished[1]] == [9, 10, 9]


def test_a_change_from_outside_shows_on_the_line_that_waited(run: Run) -> None:
    trace = run(
        """
        def outer():
            seen = []
            def inner():
                nonlocal seen
                seen = [*seen, 1]
            inner()
            return seen
        outer()
        """,
        scope=ALL,
    )
    assert lines(trace, "outer")[-2:] == [[7, {"seen": [1]}], [8]]
    assert lines(trace, "outer.<locals>.inner") == [[6, {"seen": [1]}]]


def test_lines_beyond_the_limit_are_counted(run: Run) -> None:
    trace = run(
        """
        def many():
            for i in range(2000):
                pass
            return i
        def long():
            text = ""
            for i in range(2000):
                text = str(i) * 400
        many()
        long()
        """,
        scope=ALL,
    )
    told = lines(trace, "many")
    assert len(told) == 1001 and told[-1] == {"@more": 4003 - 1000 - 1}
    assert told[:2] == [[3, {"i": 0}], [4]] and told[998:1000] == [[3, {"i": 499}], [4]]
    assert sum(len(str(each)) for each in lines(trace, "long")) < 250_000


def test_secrets_are_redacted_and_counted_once(run: Run) -> None:
    trace = run(
        """
        def login(password):
            token = password * 2
            url = "postgres://me:hunter22@host/db"
            for i in range(5):
                token = token + "x"
            return None
        login("hunter22")
        """,
        scope=ALL,
    )
    (call,) = trace.of("login")
    assert "hunter22" not in str(call) and "hunter22" not in str(trace.facts)
    assert lines(trace, "login")[0] == [3, {"token": {"@redacted": "token"}}]
    counts = {(each["rule"], each["place"]): each["count"] for each in trace.told("redaction")}
    assert counts["token", "line"] == 1
    assert sum(count for (_, place), count in counts.items() if place == "line") == 2


def test_chosen_functions_are_traced_everywhere_and_never_thinned(run: Run) -> None:
    trace = run(
        "import textwrap\nfor _ in range(20): textwrap.indent('a', ' ')\n",
        scope={"lines": ["textwrap.indent"]},
        thinning={"rate": 1, "first": 0, "functions": [["*", 0.0]]},
    )
    calls = trace.of("indent")
    assert len(calls) == 20 and all(call["extra"]["lines"] for call in calls)


def test_rebound_arguments_are_not_told_as_changed_objects(run: Run) -> None:
    trace = run("def f(a, b):\n    a = [9]\n    b.append(1)\nf([0], [0])\n", scope=ALL)
    assert trace.of("f")[0]["extra"]["args_after"] == {"b": [0, 1]}


PROMISES = {
    "objects go when the program lets go of them": """
        import sys, weakref
        class Thing: pass
        def work(kept):
            thing = Thing()
            seen = weakref.ref(thing)
            count = sys.getrefcount(thing)
            del thing
            gone = seen() is None
            other = Thing()
            again = weakref.ref(other)
            other = None
            held = sys.getrefcount(kept)
            return gone, again() is None, count, held
        print(work(Thing()))
    """,
    "arguments go too": """
        import weakref
        class Thing: pass
        def work(thing):
            seen = weakref.ref(thing)
            del thing
            return seen() is None
        print(work(Thing()))
    """,
    "no code of the program runs": """
        class Hostile:
            def __init__(self): self.calls = []
            def __repr__(self): print("repr"); return "x"
            def __str__(self): print("str"); return "x"
            def __eq__(self, other): print("eq"); return False
            def __hash__(self): print("hash"); return 1
            def __bool__(self): print("bool"); return True
            def __len__(self): print("len"); return 3
            def __getattribute__(self, name): print("get", name); return object.__getattribute__(self, name)
            def __del__(self): print("del")
        def work(thing):
            other = Hostile()
            pair = [thing, other]
            table = {1: pair}
            del other
            thing = None
            print("end")
            del pair, table
            print("after")
        work(Hostile())
    """,
    "locals() stays the program's own": """
        def work(a):
            mine = locals()
            mine["extra"] = 1
            before = dict(mine)
            b = 2
            c = 3
            same = mine == before
            again = locals()
            return same, "extra" in mine, sorted(k for k in again if k != "again"), eval("a + b + c")
        print(work(1))
    """,
    "frames are the program's own": """
        import sys
        def work(a):
            frame = sys._getframe()
            b = a + 1
            names = sorted(frame.f_locals)
            lines = frame.f_lineno
            return names, lines, frame.f_trace, sys.gettrace(), sys.getprofile()
        print(work(1))
    """,
    "a debugger's trace function sees every line": """
        import sys
        seen = []
        def tracer(frame, event, arg):
            if frame.f_code.co_name != "work":
                return None
            seen.append((event, frame.f_lineno, sorted(frame.f_locals)))
            if event == "line" and frame.f_lineno == first + 2:
                frame.f_locals["b"] = 40
            return tracer
        def work(a):
            b = a
            c = a + b
            del b
            return c
        first = work.__code__.co_firstlineno
        sys.settrace(tracer)
        result = work(2)
        sys.settrace(None)
        print(result, [(event, line - first, names) for event, line, names in seen])
    """,
    "another tool's line events go on": """
        import sys
        seen = []
        tool = sys.monitoring.COVERAGE_ID
        sys.monitoring.use_tool_id(tool, "other")
        def on_line(code, line):
            seen.append(line - code.co_firstlineno)
            return sys.monitoring.DISABLE
        sys.monitoring.register_callback(tool, sys.monitoring.events.LINE, on_line)
        def work(n):
            for i in range(n):
                i += 1
            return n
        sys.monitoring.set_local_events(tool, work.__code__, sys.monitoring.events.LINE)
        work(3)
        work(3)
        sys.monitoring.restart_events()
        work(1)
        sys.monitoring.set_local_events(tool, work.__code__, 0)
        sys.monitoring.free_tool_id(tool)
        print(seen)
    """,
    "exceptions and generators end as ever": """
        def gen():
            try:
                got = yield 1
            except ValueError as error:
                got = yield repr(error)
            finally:
                done = True
            return got
        def work():
            g = gen()
            out = [next(g), g.throw(ValueError("x"))]
            try:
                g.send(5)
            except StopIteration as stop:
                out.append(stop.value)
            g = gen(); next(g); g.close()
            try:
                1 / 0
            except ZeroDivisionError as error:
                tb = error.__traceback__
                out.append((tb.tb_next, error.__context__))
            return out
        print(work())
    """,
    "deep recursion ends where it did": """
        def down(n):
            m = n + 1
            return m if n == 500 else down(m)
        print(down(0))
    """,
}


@pytest.mark.parametrize("promise", PROMISES)
def test_the_program_does_not_notice(run: Run, promise: str) -> None:
    plain = run(PROMISES[promise], scope={"main": False})
    traced = run(PROMISES[promise], scope=ALL)
    assert any(row["extra"] for row in traced.rows) and not any(row["extra"] for row in plain.rows)
    assert traced.printed == plain.printed and traced.printed
    assert traced.raised == plain.raised
    assert traced.told("drop") == []
