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
    ended = checkout.call(sys.executable, "-c", COUNTED)
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
    ended = checkout.call(sys.executable, "-m", "benchmarks", *words, *KEPT)
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


@pytest.mark.skipif(sys.version_info < (3, 12), reason="measures the C recorder")
def test_real_programs_are_traced_folded_and_asked(checkout: Project) -> None:
    words = ["--probes", "real", "--pairs", "1", "--scale", "0.1"]
    ended = checkout.call(sys.executable, "-m", "benchmarks", *words, *KEPT)
    assert (ended.returncode, ended.stderr) == (0, "")
    results = json.loads((checkout.path / "kept.json").read_bytes())
    rows = {(row["workload"], row["tracer"]): row for row in results["probes"]["real"]["rows"]}
    for tool in ("breadcrumb-c", "breadcrumb-c-all"):
        row = rows["pygments_files", tool]
        assert row["missing"] is None
        [pair] = row["pairs"]
        assert min(run[clock] for run in pair.values() for clock in ("tree", "thread")) > 0
        kept = row["kept"]
        assert (row["calls"], kept["dropped"]) == (kept["recorded"], 0)
        assert (
            min(kept[name] for name in ("spool_bytes", "fold_wall", "fold_cpu", "fold_peak", "question")) > 0
        )
    assert kept["recorded"] > 1_000
    assert (kept["bare"], kept["thinned"]) == (0, 0)
    assert "Pygments, 1 files, whole" in ended.stdout

    from benchmarks.section import BEGIN, END, replaced

    page = replaced(f"before\n{BEGIN}\nolder figures\n{END}\nafter\n", results)
    assert page.startswith(f"before\n{BEGIN}\n## Real programs\n") and page.endswith(f"\n{END}\nafter\n")
    assert "| Pygments, 1 files, whole |" in page and "older figures" not in page


def test_of_real_programs_the_one_that_is_furthest_off_counts(checkout: Project) -> None:
    from benchmarks.figures import real_figures

    def row(name: str, tool: str, traced: int, spool: int) -> dict[str, Any]:
        pair = {"traced": {"tree": traced, "thread": traced}, "untraced": {"tree": 100, "thread": 100}}
        kept = {"dropped": 0, "spool_bytes": spool, "fold_wall": 1_000_000, "question": 1_000_000_000}
        head = {"workload": name, "tracer": tool, "size": 1, "calls": 1000}
        return {**head, "pairs": [pair], "kept": kept}

    rows = [
        row("black_files", "breadcrumb-c", 150, 100_000),
        row("pylint_file", "breadcrumb-c", 400, 150_000),
        row("pylint_file", "breadcrumb-c-all", 700, 300_000),
    ]
    found = list(real_figures({"real": {"rows": rows}}))
    told = {each.what.removeprefix("real programs, "): (each.measured, each.verdict) for each in found}
    assert told == {
        "CPU of the process tree": (4.0, "NOT HELD"),
        "CPU of the calling thread": (4.0, "NOT HELD"),
        "calls dropped": (0, "held"),
        "in the spool": (125.0, "held"),
        "fold, by wall time": (1_000_000.0, "held"),
        "the first question": (1.0, "held"),
    }
    assert found[0].note == "pylint file; 1 of 2 hold it; 7.00 x whole"


def test_the_page_says_what_its_writer_would(checkout: Project) -> None:
    from benchmarks.document import INTRODUCTION, PAGE, REASONS
    from benchmarks.section import BEGIN, END

    page = PAGE.read_text(encoding="utf-8")
    assert [each for each in (INTRODUCTION, REASONS, BEGIN, END) if each not in page] == []


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
