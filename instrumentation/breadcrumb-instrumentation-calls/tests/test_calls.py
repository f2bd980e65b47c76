"""The calls of small programs, as the tracer tells them."""

from __future__ import annotations

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
