"""Greenlets: random programs that switch between them, each compared with its own log; gevent, eventlet."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS
from patience import HANGS, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project

TESTS = Path(__file__).parent
SEEDS = (1, 100)
ACTS = 200
COLUMNS = (
    "CAST(args->>'$.me' AS BIGINT) AS me, span_id, parent_span_id AS parent, kind, outcome, status, "
    'CAST("return" AS VARCHAR) AS value, stack, ordinal, last_ordinal, duration_ns, ran_ns, self_ns, '
    "thread, task"
)
Call = dict[str, Any]


@pytest.fixture(scope="module", params=[(name, seed) for name in RECORDERS for seed in SEEDS], ids=str)
def played(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_project: Callable[[Path], Project],
) -> tuple[dict[int, Call], dict[int, Call]]:
    """The calls of a random program as it logged them and as they were recorded, by number."""
    recorder, seed = request.param
    project = new_project(tmp_path_factory.mktemp("greenlets"))
    for name in ("greenlet_log.py", "greenlet_program.py"):
        project.write(name, (TESTS / name).read_text(encoding="utf-8"))
    environ = {"BREADCRUMB_RECORDER": recorder, "BREADCRUMB_ONLY": "__main__"}
    ended = project.run("--no-report", "python", "greenlet_program.py", seed, ACTS, environ=environ)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    log = json.loads((project.path / "log.json").read_text(encoding="utf-8"))
    assert log["wrong"] == []
    names = [column.split()[-1] for column in COLUMNS.split(", ")]
    rows = [dict(zip(names, row, strict=True)) for row in project.query(f"SELECT {COLUMNS} FROM calls")]
    assert project.query("SELECT * FROM drops") == []
    return {int(me): call for me, call in log["calls"].items()}, {row["me"]: row for row in rows}


Played = tuple[dict[int, Call], dict[int, Call]]


def test_every_call_has_its_parent(played: Played) -> None:
    log, recorded = played
    assert recorded.keys() == log.keys()
    numbers = {call["span_id"]: me for me, call in recorded.items()}
    parents = {me: numbers.get(call["parent"]) for me, call in recorded.items()}
    assert parents == {me: call["parent"] for me, call in log.items()}


def test_every_call_has_its_outcome(played: Played) -> None:
    log, recorded = played
    ends = {me: (call["outcome"], call["value"] and int(call["value"])) for me, call in recorded.items()}
    assert ends == {me: (call["outcome"], call.get("value")) for me, call in log.items()}


def test_a_subtree_on_a_stack_is_a_range(played: Played) -> None:
    _, recorded = played
    by_span = {call["span_id"]: call for call in recorded.values()}
    stacks: dict[int, list[Call]] = defaultdict(list)
    for call in recorded.values():
        stacks[call["stack"]].append(call)
        above = by_span.get(call["parent"])
        if above is not None and above["stack"] == call["stack"]:
            assert above["ordinal"] < call["ordinal"] <= call["last_ordinal"] <= above["last_ordinal"]
    for calls in stacks.values():
        ranges = sorted((call["ordinal"], call["last_ordinal"]) for call in calls)
        for (first, first_end), (second, second_end) in pairwise(ranges):
            assert first < second
            assert second > first_end or second_end <= first_end


def test_each_stack_is_of_one_greenlet(played: Played) -> None:
    log, recorded = played
    owners: dict[int, set[int]] = defaultdict(set)
    roots: dict[int, Call] = {}
    for me, call in sorted(recorded.items()):
        owners[call["stack"]].add(log[me]["greenlet"])
        roots.setdefault(call["stack"], call)
    several = [stack for stack, found in owners.items() if len(found) > 1]
    assert all(roots[stack]["kind"] == "generator" for stack in several)  # which others may drive


def test_no_time_is_counted_twice(played: Played) -> None:
    _, recorded = played
    for call in recorded.values():
        assert 0 <= call["self_ns"] <= call["ran_ns"] <= call["duration_ns"]


def test_each_greenlet_is_named(played: Played) -> None:
    log, recorded = played
    names: dict[int, set[str | None]] = defaultdict(set)
    for me, call in recorded.items():
        if log[me]["kind"] == "function" and log[me]["parent"] not in log:
            names[log[me]["greenlet"]].add(call["task"])
    assert all(len(found) == 1 for found in names.values())


PATCHED = {
    "gevent": "from gevent import monkey; monkey.patch_all()\nfrom gevent import sleep, spawn\n",
    "eventlet": "import warnings; warnings.simplefilter('ignore')\nimport eventlet; eventlet.monkey_patch()\n"
    "from eventlet import sleep, spawn\n",
}
HOLDS_ITS_THREAD = """
import os

def work(n):
    sleep(0)
    return n

def main():
    jobs = [spawn(work, n) for n in range(3)]
    sleep(0.01)
    print("worked", flush=True)
    os.read(0, 1)  # no other greenlet runs meanwhile
    jobs.append(spawn(work, 3))
    sleep(0.01)
    return len(jobs)

print(main())
"""


@pytest.mark.parametrize("recorder", RECORDERS)
@pytest.mark.parametrize("library", PATCHED)
def test_calls_are_written_while_a_patched_program_holds_its_thread(
    library: str, recorder: str, project: Project
) -> None:
    project.write("app.py", PATCHED[library] + HOLDS_ITS_THREAD)
    with Popen(
        ["breadcrumb", "run", "--no-report", "python", "app.py"],
        cwd=project.path,
        env=project.environ | {"BREADCRUMB_RECORDER": recorder},
        stdin=PIPE,
        stdout=PIPE,
        stderr=PIPE,
        text=True,
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == "worked\n"
        written = "SELECT \"return\"::INT FROM calls WHERE function = '__main__.work' AND status = 'ok'"
        until(lambda: len(project.query(written)) >= 3)
        assert sorted(project.query(written)) == [(0,), (1,), (2,)]
        assert run.communicate("x", timeout=HANGS) == ("4\n", "")
    assert sorted(project.query(written)) == [(0,), (1,), (2,), (3,)]
    assert project.query("SELECT * FROM drops") == []
