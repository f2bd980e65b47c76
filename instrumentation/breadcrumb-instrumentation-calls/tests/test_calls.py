"""The calls of small programs, as the tracer tells them."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any


def test_arguments_and_returns(run: Any) -> None:
    trace = run("""
        def main(a, /, b=2, *rest, key, **more):
            return {"a": a}
        main(1, 3, 4, 5, key="k", x=1)
    """)
    row = trace.of("main")[0]
    assert list(row["args"].items()) == [
        ("a", 1), ("b", 3), ("key", "k"), ("rest", [4, 5]), ("more", {"x": 1}),
    ]  # fmt: skip
    assert row["result"] == {"a": 1} and row["outcome"] == 0


def test_arguments_are_as_they_were_when_the_call_began(run: Any) -> None:
    trace = run("""
        def spoil(items):
            items.append(1)
            items = None
        spoil([])
    """)
    assert trace.of("spoil")[0]["args"] == {"items": []}


def test_half_built_objects_are_shown_as_far_as_they_are(run: Any) -> None:
    trace = run("""
        class Slow:
            __slots__ = ("a", "__dict__")
            def __new__(cls, a):
                return super().__new__(cls)
            def __init__(self, a):
                self.step(1)
                self.a = a
                self.step(2)
            def step(self, n): pass
        Slow(5)
    """)
    first, second = (row["args"]["self"] for row in trace.of("Slow.step"))
    assert set(first) == {"@", "@id"} and second["a"] == 5
    assert trace.of("Slow.__new__")[0]["args"]["cls"] == {"@": "type", "@name": "__main__.Slow"}


def test_secret_parameters_are_hidden(run: Any) -> None:
    trace = run("""
        def login(user, password, *passwords, api_key=None, **credentials):
            return user
        login("ada", "hunter2-1", "hunter2-2", api_key="hunter2-3", x="hunter2-4")
    """)
    assert "hunter2" not in str(trace.rows)
    assert {fact["place"] for fact in trace.told("redaction")} == {"args"}
    assert sum(fact["count"] for fact in trace.told("redaction")) == 4


def test_a_dataclass_and_a_generator(run: Any) -> None:
    trace = run("""
        from dataclasses import dataclass
        @dataclass
        class Account:
            owner: str
        def each(n):
            yield from range(n)
        Account("ada"); list(each(3))
    """)
    assert trace.of("Account.__init__")[0]["args"]["owner"] == "ada"
    assert trace.of("each")[0]["suspensions"] == 3


def test_surrogates_in_values_reach_the_batch(run: Any) -> None:
    trace = run("""
        def echo(value): return value
        echo({"\\udc80": "\\udc81"})
        raise ValueError("\\udc80")
    """)
    assert trace.of("echo")[0]["result"]["@pairs"][0][0]["@text"] == "\\udc80"


def test_one_batch_of_deep_recursion(run: Any) -> None:
    trace = run("""
        def down(n): return n and down(n - 1)
        down(500)
    """)
    assert len(trace.of("down")) == 501
    assert max(row["depth"] for row in trace.rows) == 500


def test_a_generator_at_the_address_of_a_dropped_one_is_another(run: Any) -> None:
    trace = run(
        """
        def leaf(n): return n
        def two():
            for n in range(2):
                yield leaf(n)
        def many():
            for n in range(18):
                yield leaf(n)
        for _ in range(50):
            list(zip(two(), many()))
    """
    )
    leaves = Counter(row["parent_id"] for row in trace.of("leaf"))
    assert Counter(leaves.values()) == {2: 100}


def test_calls_say_where_they_were_made_and_where_they_ended(run: Any) -> None:
    """Of an exception that passes a `finally`, the line that its traceback shows; on 3.11 the last one."""
    trace = run("""\
        def leaf(n):
            if n > 2:
                raise ValueError(n)
            return (
                n
            )
        def values():
            yield 1
            return 2
        def clean():
            try:
                leaf(3)
            finally:
                leaf(0)
        def main():
            leaf(1)
            [leaf(i) for i in
                range(1)]
            list(values())
            sorted(
                [1], key=lambda n: n)
            try:
                clean()
            except ValueError:
                return leaf(2)
        main()
        """)

    def lines(function: str) -> list[tuple[int, int]]:
        return [(row["called_line"], row["ended_line"]) for row in trace.of(function)]

    assert lines("leaf") == [(16, 4), (17, 4), (12, 3), (14, 4), (25, 4)]
    assert lines("values") == [(19, 9)] and lines("main.<locals>.<lambda>") == [(20, 21)]
    assert lines("clean") == [(23, 14 if sys.version_info < (3, 12) else 12)] and lines("main") == [(0, 25)]


def test_lines_far_from_the_first_of_their_function_are_told(run: Any) -> None:
    far = "\n" * 70_000
    trace = run(f"def leaf(): pass\ndef main():{far} leaf()\n leaf()\n return 1\nmain()\n")
    assert [row["called_line"] for row in trace.of("leaf")] == [70_002, 70_003]
    assert trace.of("main")[0]["ended_line"] == 70_004


def test_a_task_and_a_thread_are_called_from_no_line(run: Any) -> None:
    trace = run("""\
        import asyncio, threading
        async def inner():
            return 1
        async def task():
            return await inner()
        async def main():
            await asyncio.create_task(task())
        def work(): pass
        asyncio.run(main())
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        """)
    called = {row["function"]: row["called_line"] for row in trace.rows}
    assert called == {"main": 0, "task": 0, "inner": 5, "work": 0}
