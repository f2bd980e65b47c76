"""What recording may cost: what is left out where it costs more, by both recorders alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.delivery.facts import OPEN_AFTER_NS
from breadcrumb_instrumentation_calls.selection.overhead import ALLOWANCE_NS, LEAST_NS, Overhead
from breadcrumb_instrumentation_calls.selection.thinning import (
    FEW,
    GOES,
    STAYS,
    UNBOUNDED,
    WHOLE,
    WINDOW_NS,
    Tally,
    Thinning,
)

if TYPE_CHECKING:
    from conftest import Run, Trace

DEAR = """
from breadcrumb_instrumentation_calls.base.fork import tracers
tracers[0]._recorder.cap_ns = -1  # everything costs more
"""
UNRECORDED = {"@unrecorded": "overhead"}
OPEN = {"overhead": None, "rate": 0}


@dataclass
class Counted:
    """What a recorder counts, and heeds."""

    used_ns: int = 0
    cap_ns: int = 0


def _tally(cost_ns: int, **options: Any) -> Tally:
    tally = Thinning(**options).tally("app", "f")
    tally.cost_ns = cost_ns
    return tally


def test_each_function_may_cost_less_while_recording_goes_beyond_the_bound() -> None:
    meter = Counted()
    overhead = Overhead(1.0, meter)
    assert meter.cap_ns == UNBOUNDED
    caps = []
    for turn in range(1, 40):
        meter.used_ns = turn * 100 * ALLOWANCE_NS
        overhead.look()
        caps.append(meter.cap_ns)
    assert caps[0] < ALLOWANCE_NS
    assert caps == sorted(caps, reverse=True)
    assert caps[-1] == LEAST_NS


def test_handing_on_counts_as_recording() -> None:
    meter = Counted()
    Overhead(1.0, meter).drained(100 * ALLOWANCE_NS)
    assert meter.cap_ns < ALLOWANCE_NS


def test_what_was_used_before_lowers_nothing_further() -> None:
    meter = Counted()
    overhead = Overhead(1.0, meter)
    overhead.drained(100 * ALLOWANCE_NS)
    cap = meter.cap_ns
    overhead.look()
    assert meter.cap_ns == cap


def test_each_function_may_cost_more_again_where_recording_is_well_within_the_bound() -> None:
    meter = Counted()
    overhead = Overhead(1.0, meter)
    meter.used_ns = 100 * ALLOWANCE_NS
    overhead.look()
    meter.used_ns, caps = 0, [meter.cap_ns]
    while meter.cap_ns < UNBOUNDED:
        overhead.look()
        caps.append(meter.cap_ns)
    assert caps == sorted(set(caps))


def test_without_a_bound_nothing_is_left_out() -> None:
    meter = Counted()
    Overhead(None, meter).drained(100 * ALLOWANCE_NS)
    assert meter.cap_ns == UNBOUNDED


def test_calls_of_a_function_that_costs_too_much_begin_bare() -> None:
    tally = _tally(101, every=100)
    assert not any(tally.begins(101) for _ in range(200))
    tally = _tally(101, every=100)
    bare = [tally.begins(100) for _ in range(250)]
    whole = [number for number, is_bare in enumerate(bare, 1) if not is_bare]
    assert whole == [*range(1, FEW + 1), 100, 200]


def test_bare_calls_stay_until_the_cost_is_twice_the_cap() -> None:
    tally = _tally(201, first=0, rate=0)
    assert tally.keeps(WINDOW_NS, 5, 5, must_stay=False, bare=True, cap_ns=101) == STAYS
    assert (tally.bare, tally.reason) == (1, "")
    for _ in range(FEW):
        tally.keeps(WINDOW_NS, 5, 5, must_stay=False, bare=True, cap_ns=101)
    assert tally.keeps(WINDOW_NS, 5, 5, must_stay=False, bare=True, cap_ns=99) == GOES
    assert tally.keeps(WINDOW_NS, 5, 5, must_stay=False, bare=False, cap_ns=99) == WHOLE
    assert tally.keeps(WINDOW_NS, 5, 5, must_stay=True, bare=True, cap_ns=99) == STAYS
    assert tally.keeps(WINDOW_NS, 5, 5, must_stay=False, bare=True, cap_ns=99, kind=1) == WHOLE
    assert tally.keeps(WINDOW_NS, 500, 5, must_stay=False, bare=True, cap_ns=99) == STAYS
    assert (tally.thinned, tally.reason) == (1, "over the overhead allowed")


def test_what_is_sampled_keeps_its_part() -> None:
    tally = _tally(100, functions=(("*", 0.25),))
    fates = [tally.keeps(WINDOW_NS, 5, 5, must_stay=False, bare=True, cap_ns=0) for _ in range(100)]
    assert fates.count(STAYS) == 25


def _count(trace: Trace, function: str) -> dict[str, Any]:
    (code,) = {fact["key"] for fact in trace.told("code") if fact["qualname"] == function}
    (fact,) = [fact for fact in trace.told("count") if fact["key"] == code]
    rows = trace.of(function)
    assert fact["calls"] - fact["thinned"] == len(rows)
    assert fact["total_ns"] - fact["thinned_ns"] == sum(row["duration_ns"] for row in rows)
    assert fact["bare"] == sum(row["args"] == {"n": UNRECORDED} for row in rows)
    return fact


def test_of_what_costs_too_much_the_first_the_failing_and_new_kinds_stay(run: Run) -> None:
    trace = run(
        DEAR
        + """
def leaf(n):
    if n % 700 == 699: raise ValueError(n)
    return None if n == 555 else n + 1
def main():
    for n in range(2000):
        try: leaf(n)
        except ValueError: pass
main()
""",
        thinning=OPEN | {"every": 500, "slow": 1_000_000_000},
    )
    fact = _count(trace, "leaf")
    assert (fact["calls"], fact["reason"]) == (2000, "over the overhead allowed")
    first, kind, share, failing = range(FEW), [555], [499, 999, 1499, 1999], [699, 1399]
    whole = [row["args"]["n"] for row in trace.of("leaf") if row["args"] != {"n": UNRECORDED}]
    assert whole == [*first, *share]
    bare = [
        row
        for row in trace.of("leaf")
        if row["args"] == {"n": UNRECORDED} and row["duration_ns"] < OPEN_AFTER_NS // 2
    ]  # on a busy machine one may run so long that it is told of as open, and stays
    assert [row["result"] for row in bare if not row["exception"]] == [None] * len(kind)
    failed = [row["exception"]["message"] for row in bare if row["exception"]]
    assert failed == [str(number) for number in failing]
    assert len(bare) == len(kind) + len(failing)
    assert trace.of("main")[0]["args"] == {}


def test_a_bare_call_says_so_of_each_value(run: Run) -> None:
    trace = run(
        DEAR
        + """
def leaf(n, *rest, key=1, **more): return n
def holder(n):
    return fail(n)
def fail(n): raise ValueError(n)
for n in range(20):
    leaf(n, 1, key=2, other=3)
    try: holder(n)
    except ValueError: pass
""",
        thinning=OPEN | {"first": 20, "slow": 1_000_000_000},
    )
    held = trace.of("holder")[-1]
    assert (held["args"], held["exception"]["type"]) == ({"n": UNRECORDED}, "ValueError")
    assert len(trace.of("holder")) == len(trace.of("fail")) == 20
    assert len(trace.of("leaf")) == FEW


def test_a_caller_that_stays_for_what_it_called_says_that_its_values_are_missing(run: Run) -> None:
    trace = run(
        DEAR
        + """
def fail(n): raise ValueError(n)
def caller(n, key=None):
    try: fail(n)
    except ValueError: return key
for n in range(20): caller(n, "k")
""",
        thinning=OPEN,
    )
    rows = trace.of("caller")
    assert [row["args"] for row in rows[FEW:]] == [{"n": UNRECORDED, "key": UNRECORDED}] * (20 - FEW)
    assert [row["result"] for row in rows] == ["k"] * FEW + [UNRECORDED] * (20 - FEW)


def test_lines_are_recorded_whatever_they_cost(run: Run, recorder: str) -> None:
    program = """
def leaf(n):
    return n
for n in range(50): leaf(n)
"""
    try:
        trace = run(DEAR + program, thinning=OPEN, scope={"lines": ["__main__.leaf"]})
    except AssertionError:
        if recorder == "c":
            raise
        pytest.skip("this Python cannot tell of lines")
    assert [row["args"]["n"] for row in trace.of("leaf")] == list(range(50))


def test_a_forked_child_begins_without_a_debt(run: Run) -> None:
    trace = run(
        DEAR
        + """
import os
def leaf(n): return n
for n in range(20): leaf(n)
pid = os.fork()
if pid == 0:
    os._exit(tracers[0]._recorder.cap_ns < 2**62)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), end="")
""",
        thinning=OPEN,
    )
    assert trace.printed.strip() == "0"
