"""Hot and sampled functions: which calls stay, and that every call is counted."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.delivery.facts import COUNT_NS, OPEN_AFTER_NS
from breadcrumb_instrumentation_calls.selection.thinning import GOES, KINDS, WINDOW_NS, Tally, Thinning
from hypothesis import given
from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conftest import Run, Trace

FEW = {"rate": 50, "first": 20, "every": 100}


@dataclass(frozen=True)
class Ended:
    """A call that ended, as a tally is told of it."""

    after_ns: int = 1_000
    """Time since the one before."""
    duration_ns: int = 100
    must_stay: bool = False


def _play(tally: Tally, calls: Iterable[Ended]) -> list[bool]:
    now = 5 * WINDOW_NS
    kept = []
    for call in calls:
        now += call.after_ns
        fate = tally.keeps(now, call.duration_ns, call.duration_ns // 2, must_stay=call.must_stay)
        kept.append(fate != GOES)
    return kept


def _tally(**options: Any) -> Tally:
    return Thinning(**options).tally("app", "f")


def test_below_the_rate_every_call_stays() -> None:
    tally = _tally(rate=10, first=0)
    assert all(_play(tally, [Ended(after_ns=WINDOW_NS // 10)] * 1_000))
    assert (tally.calls, tally.thinned, tally.reason) == (1_000, 0, "")


def test_above_the_rate_one_call_of_so_many_stays() -> None:
    tally = _tally(rate=10, first=0, every=100)
    kept = _play(tally, [Ended()] * 1_011)
    assert [number for number, stays in enumerate(kept) if stays] == [*range(10), *range(10, 1_011, 100)]
    assert tally.thinned == 1_011 - 21
    assert tally.reason == "over 10 calls/s"


def test_the_first_calls_stay_whatever_the_rate() -> None:
    assert sum(_play(_tally(rate=1, first=200, every=1_000_000), [Ended()] * 1_000)) == 200


def test_a_rate_of_zero_never_thins() -> None:
    assert all(_play(_tally(rate=0, first=0), [Ended()] * 30_000))


def test_a_function_that_cools_down_is_kept_whole_again() -> None:
    tally = _tally(rate=10, first=0)
    _play(tally, [Ended()] * 1_000)
    thinned = tally.thinned
    now = 8 * WINDOW_NS
    assert all(tally.keeps(now + n * WINDOW_NS // 5, 1, 1, must_stay=False) for n in range(100))
    assert tally.thinned == thinned
    assert tally.reason == "over 10 calls/s"


def test_a_function_that_stays_hot_is_thinned_from_the_beginning_of_a_window() -> None:
    calls = [Ended(after_ns=WINDOW_NS // 1_000)] * 5_000
    assert sum(_play(_tally(rate=100, first=0, every=1_000), calls)) <= 100 + 5 + 1


def test_slow_calls_of_a_hot_function_stay_also_when_all_become_slower() -> None:
    tally = _tally(rate=10, first=0, every=1_000_000, slow=10)
    kept = _play(tally, [*[Ended()] * 100, Ended(duration_ns=1_000), Ended(duration_ns=999)])
    assert kept[-2:] == [True, False]
    slower = [Ended(after_ns=WINDOW_NS // 1_000, duration_ns=100_000)] * 5_000
    kept = _play(tally, slower)
    assert not any(kept[2_000:])


def test_calls_that_must_stay_do() -> None:
    assert sum(_play(_tally(rate=1, first=0), [Ended(must_stay=True)] * 1_000)) == 1_000


@pytest.mark.parametrize(("ratio", "kept"), [(1, 1_000), (0.7, 700), (0.01, 10), (0.001, 1), (0, 0)])
def test_a_sampled_function_keeps_its_part(ratio: float, kept: int) -> None:
    tally = _tally(rate=0, functions=(("app.*", ratio),))
    calls = [Ended(after_ns=WINDOW_NS, duration_ns=number) for number in range(1_000)]
    assert sum(_play(tally, calls)) == kept
    assert tally.reason == (f"sampled at {ratio:g}" if ratio < 1 else "")


def test_the_last_pattern_that_matches_decides() -> None:
    thinning = Thinning(functions=(("app.*", 0.5), ("app.pay", 1.0), ("other", 0.0)))
    assert thinning.tally("app", "f").is_sampled
    assert not thinning.tally("app", "pay").is_sampled
    assert not thinning.tally("lib", "f").is_sampled


def test_a_hot_sampled_function_keeps_the_smaller_share() -> None:
    rare = _tally(rate=10, every=10, functions=(("app.f", 0.01),))
    often = _tally(rate=10, every=100, functions=(("app.f", 0.5),))
    assert sum(_play(rare, [Ended()] * 10_000)) == 100
    assert sum(_play(often, [Ended()] * 10_000)) == 5 + 100
    assert often.reason == "sampled at 0.5, over 10 calls/s"


@given(
    st.builds(
        Thinning,
        rate=st.integers(0, 20),
        first=st.integers(0, 20),
        slow=st.integers(1, 20),
        every=st.integers(1, 20),
        functions=st.sampled_from([(), (("app.f", 0.25),), (("app.f", 0.0),)]),
    ),
    st.lists(
        st.builds(
            Ended,
            after_ns=st.integers(-1_000, 3 * WINDOW_NS),
            duration_ns=st.integers(0, WINDOW_NS),
            must_stay=st.booleans(),
        ),
        max_size=80,
    ),
)
def test_counts_are_exact_whatever_is_kept(thinning: Thinning, calls: list[Ended]) -> None:
    tally = thinning.tally("app", "f")
    kept = _play(tally, calls)
    durations = [call.duration_ns for call in calls]
    thinned = [call.duration_ns for call, stays in zip(calls, kept, strict=True) if not stays]
    assert (tally.calls, tally.total_ns) == (len(calls), sum(durations))
    assert (tally.min_ns, tally.max_ns) == (min(durations, default=0), max(durations, default=0))
    assert (tally.thinned, tally.thinned_ns) == (len(thinned), sum(thinned))
    assert tally.thinned_self_ns == sum(duration // 2 for duration in thinned)
    assert all(stays for call, stays in zip(calls, kept, strict=True) if call.must_stay)
    assert 0 <= tally.credit < tally.of
    assert bool(tally.reason) or not thinned


def _count(trace: Trace, function: str) -> dict[str, Any]:
    """The count fact of a function, compared with the calls that were kept."""
    (code,) = {fact["key"] for fact in trace.told("code") if fact["qualname"] == function}
    (fact,) = [fact for fact in trace.told("count") if fact["key"] == code]
    rows = trace.of(function)
    assert fact["calls"] - fact["thinned"] == len(rows)
    assert fact["total_ns"] - fact["thinned_ns"] == sum(row["duration_ns"] for row in rows)
    assert fact["min_ns"] <= min(row["duration_ns"] for row in rows)
    assert fact["max_ns"] >= max(row["duration_ns"] for row in rows)
    return fact


def _assert_whole(trace: Trace) -> None:
    """No kept call hangs below one that was thinned."""
    spans = {row["span_id"] for row in trace.rows}
    assert [row for row in trace.rows if row["parent_id"] and row["parent_id"] not in spans] == []


def test_a_hot_leaf_is_counted_and_its_caller_is_as_if_all_were_kept(run: Run) -> None:
    trace = run(
        """
        def leaf(n): return n
        def main():
            for n in range(3000): leaf(n)
        main()
        """,
        thinning=FEW,
    )
    fact = _count(trace, "leaf")
    (main,) = trace.of("main")
    assert (fact["calls"], fact["reason"]) == (3000, "over 50 calls/s")
    assert 50 < len(trace.of("leaf")) < 1_000
    assert main["last_ordinal"] == 3001
    assert main["child_ns"] >= fact["total_ns"]
    assert [row["args"]["n"] for row in trace.of("leaf")][:50] == list(range(50))
    _assert_whole(trace)


ODD = (
    *("None", "True", "False", "-1", "0", "-(2 ** 80)", "1.5", "-1.5", "0.0", "float('nan')", "''", "'x'"),
    *("[]", "[0]", "()", "(0,)", "{}", "dict(a=0)", "set()", "{0}", "b''", "b'x'", "object()", "range(0)"),
)


def test_a_call_that_returns_another_kind_of_value_stays(run: Run) -> None:
    trace = run(
        f"""
        def make(odd):
            def leaf(n): return odd if n % 500 == 333 else 1 + 2 ** 70 * (n % 500 == 444)
            for n in range(1000): leaf(n)
        for odd in ({", ".join(ODD)}): make(odd)
        """,
        thinning={**FEW, "every": 1_000_000, "slow": 1_000_000},
    )
    rows = trace.of("make.<locals>.leaf")
    expected = Counter([*range(51), *[333] * (KINDS - 1)])  # one is what all others return
    assert Counter(_numbers(_undisturbed(rows))) <= expected <= Counter(_numbers(rows))


def _numbers(rows: list[dict[str, Any]]) -> list[int]:
    return [row["args"]["n"] for row in rows]


def _undisturbed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of one window that were quick: where a machine stands still, the calls around that stay too."""
    return [
        row
        for row in rows
        if row["start_ns"] - rows[0]["start_ns"] < WINDOW_NS and row["duration_ns"] < OPEN_AFTER_NS // 2
    ]


def test_each_kind_of_a_functions_own_stays(run: Run) -> None:
    trace = run(
        "".join(
            f"""
def leaf_{at}(n): return {odd} if n % 500 == 333 else 1 + 2 ** 70 * (n % 500 == 444)
for n in range(1000): leaf_{at}(n)
"""
            for at, odd in enumerate(ODD)
        ),
        thinning={**FEW, "every": 1_000_000, "slow": 1_000_000},
    )
    kept = []
    for at, odd in enumerate(ODD):
        rows = trace.of(f"leaf_{at}")
        kept += [odd] * _numbers(rows).count(333)
        assert not {444, 833} & {*_numbers(_undisturbed(rows))}, odd
    assert kept == list(ODD)


def test_failing_calls_stay(run: Run) -> None:
    trace = run(
        """
        def leaf(n):
            if n % 100 == 99: raise ValueError(n)
            return n
        for n in range(2000):
            try: leaf(n)
            except ValueError: pass
        """,
        thinning=FEW,
    )
    assert _count(trace, "leaf")["calls"] == 2000
    failed = [row["args"]["n"] for row in trace.of("leaf") if row["exception"]]
    assert failed == list(range(99, 2000, 100))


def test_slow_calls_stay(run: Run) -> None:
    trace = run(
        """
        import time
        def leaf(n):
            if n % 500 == 499: time.sleep(0.02)
        for n in range(2000): leaf(n)
        """,
        thinning=FEW,
    )
    assert _count(trace, "leaf")["max_ns"] >= 20_000_000
    assert {499, 999, 1499, 1999} <= {row["args"]["n"] for row in trace.of("leaf")}


def test_callers_of_kept_calls_stay(run: Run) -> None:
    trace = run(
        """
        def down(n):
            if n == 0: return 0
            return 1 + down(n - 1)
        def fail(n):
            if n == 0: raise KeyError(n)
            fail(n - 1)
        for n in range(300):
            down(7)
            try: fail(3)
            except KeyError: pass
        """,
        thinning=FEW,
    )
    assert _count(trace, "down")["calls"] == 2400
    assert len(trace.of("fail")) == 1200
    _assert_whole(trace)


def test_callers_of_thinned_calls_are_thinned_too(run: Run) -> None:
    trace = run(
        """
        def leaf(n): return n
        def outer(n): return sum(leaf(m) for m in range(2))
        for n in range(1000): outer(n)
        """,
        thinning=FEW,
    )
    assert _count(trace, "leaf")["calls"] == 2000
    assert _count(trace, "outer")["calls"] == 1000
    assert _count(trace, "outer.<locals>.<genexpr>")["calls"] == 1000
    assert len(trace.of("outer")) < 500
    _assert_whole(trace)


def test_a_call_stays_whose_generator_goes_on_elsewhere(run: Run) -> None:
    trace = run(
        """
        def leaf(n): return n
        def numbers(n):
            yield leaf(n)
            yield leaf(n)
            raise ValueError(n)
        def begin(n):
            made = numbers(n)
            next(made)
            return made
        waiting = [begin(n) for n in range(500)]
        for each in waiting:
            try: list(each)
            except ValueError: pass
        """,
        thinning=FEW,
    )
    assert len(trace.of("numbers")) == len(trace.of("begin")) == 500
    assert _count(trace, "leaf")["calls"] == 1000
    _assert_whole(trace)


def test_a_call_stays_that_handed_work_on(run: Run) -> None:
    trace = run(
        """
        import asyncio, threading
        def leaf(n): return n
        def start(n):
            if n % 50 == 0:
                thread = threading.Thread(target=work, args=(n,))
                thread.start()
                thread.join()
        def work(n): raise_sometimes(n)
        def raise_sometimes(n):
            try: fail(n)
            except ValueError: pass
        def fail(n): raise ValueError(n)
        async def one(n):
            leaf(n)
            await asyncio.sleep(0)
            if n % 50 == 0: raise_sometimes(n)
        async def many():
            await asyncio.gather(*(one(n) for n in range(500)))
        for n in range(500): start(n)
        asyncio.run(many())
        """,
        thinning=FEW,
    )
    assert _count(trace, "start")["calls"] == 500
    assert len(trace.of("fail")) == 20
    _assert_whole(trace)


def test_calls_of_many_threads_are_counted(run: Run) -> None:
    trace = run(
        """
        import sys, threading
        sys.setswitchinterval(1e-5)
        def leaf(n): return n
        def work():
            for n in range(2000): leaf(n)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        """,
        thinning=FEW,
    )
    assert _count(trace, "leaf")["calls"] == 8000


def test_a_sampled_function_is_counted_and_its_failures_stay(run: Run) -> None:
    trace = run(
        """
        def leaf(n):
            if n == 77: raise ValueError(n)
        def outer(n):
            try: leaf(n)
            except ValueError: pass
        for n in range(200): outer(n)
        """,
        thinning={"functions": [["__main__.leaf", 0.1], ["*outer", 0]]},
    )
    assert _count(trace, "leaf")["reason"] == "sampled at 0.1"
    assert [row["args"]["n"] for row in trace.of("leaf")] == sorted([*range(0, 200, 10), 77])
    assert [row["args"]["n"] for row in trace.of("outer")] == sorted([*range(0, 200, 10), 77])
    assert _count(trace, "outer")["calls"] == 200
    _assert_whole(trace)


def test_a_long_call_is_told_of_and_then_stays(run: Run) -> None:
    trace = run(
        """
        import time
        def nap(s): time.sleep(s)
        for n in range(300): nap(0)
        nap(0.6)
        """,
        thinning=FEW | {"slow": 1_000_000_000},
    )
    told = [fact["key"] for fact in trace.told("open")]
    assert f"{trace.of('nap')[-1]['span_id']:016x}" in told
    assert trace.of("nap")[-1]["args"] == {"s": 0.6}


def test_a_long_call_of_a_sampled_function_is_not_told_of(run: Run) -> None:
    trace = run(
        """
        import time
        def nap(s): time.sleep(s)
        nap(0)
        nap(0.6)
        """,
        thinning={"functions": [["*nap", 0.1]]},
    )
    assert trace.told("open") == []
    assert (len(trace.of("nap")), _count(trace, "nap")["calls"]) == (1, 2)


def test_counts_of_many_functions_are_told_less_often(run: Run) -> None:
    trace = run(
        """
        import time
        for number in range(100): exec(f"def leaf_{number}(n): return n")
        leaves = [globals()[f"leaf_{number}"] for number in range(100)]
        begun = time.monotonic()
        while time.monotonic() < begun + 1.5:
            for leaf in leaves: leaf(0)
            time.sleep(0.01)
        print(time.monotonic() - begun, end="")
        """,
        thinning={"functions": [["*", 0.01]]},
    )
    told = [fact for kind, fact in trace.facts if kind == "count"]
    assert len(trace.told("count")) == 100
    at_once, at_the_end = 1, 1
    assert len(told) <= 100 * (
        at_once + math.ceil(float(trace.printed) / (100 * COUNT_NS / 1e9)) + at_the_end
    )
    assert len({fact["calls"] for fact in trace.told("count")}) == 1
