"""Programs that would cost far too much to record whole: what is kept, and that every answer says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

COSTLY = """
import os
from breadcrumb_instrumentation_calls.base.fork import tracers

class Order:
    def __init__(self, n):
        self.lines = [{"item": f"item {n} {m}", "price": n + m / 7} for m in range(20)]
        self.note = f"order {n} " * 40

def total(order, extra):
    if order.lines[0]["price"] == extra:
        raise ValueError(extra)
    return order.lines

def is_settled():
    return os.environ["BREADCRUMB_OVERHEAD"] == "none" or tracers[0]._recorder.cap_ns < 2**62

def main():
    calls = 0
    while calls < 300 or not is_settled():
        total(Order(calls), [calls] * 20)
        calls += 1
    for _ in range(calls):
        total(Order(calls), [calls] * 20)
        calls += 1
    try:
        total(Order(calls), calls)
    except ValueError:
        print(calls + 1)

main()
"""


@pytest.fixture(params=["python", "auto"])
def costly(request: pytest.FixtureRequest, project: Any) -> Any:
    """The program; every recorder must do the same."""
    project.environ["BREADCRUMB_RECORDER"] = request.param
    project.write("app.py", COSTLY)
    return project


def _counts(project: Any) -> dict[str, int]:
    found = project.query(
        """select substr(function, 10), sum(calls)::bigint from
            (select function, count(*) as calls from calls group by all
            union all select function, sum(thinned) from counts group by all) group by all"""
    )
    return dict(found)


def test_beyond_the_bound_calls_are_counted_and_the_first_and_failing_stay(costly: Any) -> None:
    costly.environ["BREADCRUMB_OVERHEAD"] = "0.001"
    ended = costly.run("python", "app.py")
    assert ended.returncode == 0
    calls = int(ended.stdout)
    counts = _counts(costly)
    assert (counts["total"], counts["Order.__init__"], counts["main"]) == (calls, calls, 1)
    rows = costly.query(
        """select args::varchar, "return"::varchar, outcome from calls
            where function = '__main__.total' order by start_ns"""
    )
    assert len(rows) < calls * 3 / 4
    unrecorded = {"@unrecorded": "overhead"}
    assert not any("@unrecorded" in args for args, _, _ in rows[:10])
    *_, (args, returned, outcome) = rows
    assert json.loads(args) == {"order": unrecorded, "extra": unrecorded}
    assert (returned, outcome) == (None, 1)
    note = "calls were kept without arguments and return, since to record them took more time"
    assert note in ended.stderr
    assert "(over the overhead allowed" in ended.stderr
    answer = json.loads(costly.call("breadcrumb", "query", "--errors", "--format", "json").stdout)
    assert any(note in each for each in answer["notes"])
    text = costly.call("breadcrumb", "query", "--errors").stdout
    assert "(order=<not recorded>, extra=<not recorded>)" in text
    text = costly.call("breadcrumb", "query", "--call", "total", "--limit", "2").stdout
    assert text.endswith("   or: BREADCRUMB_OVERHEAD=none breadcrumb run python app.py\n")


DIFFERENT = """
import sys
from breadcrumb_instrumentation_calls.base.fork import tracers
tracers[0]._recorder.cap_ns = int(sys.argv[1])

def fail(n):
    raise ValueError(n)

def caller(n):  # stays for what it called
    try:
        fail(n)
    except ValueError:
        return n

def main():
    for n in range(20):
        caller(n)

main()
"""


def test_values_that_were_not_recorded_are_no_difference(project: Any) -> None:
    project.write("app.py", DIFFERENT)
    for cap in (-1, 2**62):
        assert project.run("--no-report", "python", "app.py", cap).returncode == 0
    (first,), _ = project.query("select run_id from runs order by started")
    assert project.query("select count(*) from calls where args::varchar like '%@unrecorded%'") == [(20,)]
    compared = json.loads(project.call("breadcrumb", "diff", first, "last", "--format", "json").stdout)
    assert compared["rows"] == []


def test_without_a_bound_everything_is_kept(costly: Any) -> None:
    ended = costly.run("--no-report", "python", "app.py")
    calls = int(ended.stdout)
    assert costly.query("select count(*) from calls where function = '__main__.total'") == [(calls,)]
    assert costly.query("select count(*) from calls where args::varchar like '%@unrecorded%'") == [(0,)]
    assert costly.query("select count(*) from counts") == [(0,)]
