"""The benchmarks run, and verify what a tracer recorded; how long anything takes is asserted nowhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Project

ROOT = Path(__file__).parents[1]
SECONDS = 180
KEPT = ("--seed", "1", "--output", "kept.json")
COUNTED = """
import collections, importlib, json, sys

def started(code, offset):
    if code.co_filename in files:
        calls[code.co_qualname] += 1
    return sys.monitoring.DISABLE if code.co_filename not in files else None

from benchmarks.catalog import WORKLOADS

made = {}
for name, workload in WORKLOADS.items():
    files = workload.files()
    program = importlib.import_module(workload.module)
    calls = collections.Counter()
    sys.monitoring.use_tool_id(5, "counting")
    sys.monitoring.register_callback(5, sys.monitoring.events.PY_START, started)
    sys.monitoring.set_events(5, sys.monitoring.events.PY_START)
    program.main(10)
    sys.monitoring.set_events(5, 0)
    sys.monitoring.free_tool_id(5)
    sys.monitoring.restart_events()
    made[name] = [calls, workload.calls(10)]
print(json.dumps(made))
"""


@pytest.fixture
def checkout(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that can import the benchmarks; so can this process."""
    monkeypatch.syspath_prepend(str(ROOT))
    project.environ["PYTHONPATH"] = str(ROOT)
    return project


@pytest.mark.skipif(sys.version_info < (3, 12), reason="counts with sys.monitoring")
def test_the_programs_make_the_calls_that_are_known(checkout: Project) -> None:
    ended = checkout.call(sys.executable, "-c", COUNTED, timeout=SECONDS)
    assert ended.stderr == ""
    for name, (made, known) in json.loads(ended.stdout).items():
        made.pop("<module>", None)
        made = {
            function: count for function, count in made.items() if function.rpartition(".")[2] not in NO_CALLS
        }
        assert (name, made) == (name, known)


NO_CALLS = {"Ledger", "__annotate__"}
"""A class body, and what 3.14 makes of annotations: run when pytest imports the suite."""


def test_a_run_is_verified_and_measured(checkout: Project) -> None:
    words = ["--workloads", "objects", "--tracers", "breadcrumb-python", "--pairs", "1", "--scale", "0.03"]
    ended = checkout.call(sys.executable, "-m", "benchmarks", *words, *KEPT, timeout=SECONDS)
    assert (ended.returncode, ended.stderr) == (0, "")
    results = json.loads((checkout.path / "kept.json").read_bytes())
    [row] = results["rows"]
    told = row["verified"]
    assert (told["calls"], told["recorded"], told["surplus"], told["value"]) == (row["calls"],) * 2 + (
        0,
        "right",
    )
    assert row["missing"] is None
    for run in row["pairs"][0].values():
        assert min(run[clock] for clock in ("thread", "process", "wall", "whole", "peak_rss")) > 0
    assert "objects   breadcrumb-python" in ended.stdout
    again = checkout.call(sys.executable, "-m", "benchmarks", "--results", "kept.json")
    assert again.stdout in ended.stdout


@pytest.mark.parametrize(
    ("calls", "returned", "expected"),
    [
        ({"main": 1, "fib": 177}, "55", {"recorded": 178, "surplus": 0, "value": "right"}),
        ({"main": 1, "fib": 100}, "55", {"recorded": 101, "surplus": 0, "value": "right"}),
        ({"main": 1, "fib": 180}, "54", {"recorded": 178, "surplus": 3, "value": "wrong"}),
    ],
)
def test_a_recording_is_held_against_the_known_calls(
    checkout: Project, calls: dict[str, int], returned: str, expected: dict[str, Any]
) -> None:
    from collections import Counter

    from benchmarks.job import Job, Recording
    from benchmarks.verify import compare

    job = Job("untraced", "fib", 10, checkout.path)
    verified = compare(job, Recording(Counter(calls), values=[({"n": "10"}, returned)]))
    assert verified.calls == 178
    assert {name: getattr(verified, name) for name in expected} == expected
