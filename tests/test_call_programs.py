"""Random call programs, each compared with its own log: calls, parents, order, outcomes, stacks, times."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from breadcrumb_exporter_duckdb.reading.store import open_store
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS
from call_programs import module, programs
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

COLUMNS = (
    "span_id, parent_span_id AS parent, qualname, status, outcome, depth, stack, ordinal, last_ordinal, "
    "start_ns, duration_ns, ran_ns, child_ns, suspensions, kind, task, task_id, "
    'CAST(args AS VARCHAR) AS args, CAST("return" AS VARCHAR) AS returned, '
    "exception->>'$.type' AS exception, "
    "(SELECT ident FROM threads t WHERE t.process = c.process AND t.key = c.thread_id) AS thread"
)
QUERY = f"SELECT {COLUMNS} FROM calls c ORDER BY start_ns, depth, ordinal"
LEFT = {"GeneratorExit", "asyncio.exceptions.CancelledError"}
SILENT_CLOSE = sys.version_info[:3] == (3, 13, 0)
"""Closing a suspended generator without a `try` around the yield emits nothing there (cpython#140373)."""
DIES_UNSEEN = sys.version_info < (3, 12)
"""A frame's locals stay alive there until its next event, and die inside it, where nothing is told."""
CLOCK_NS = 1_000
Call = dict[str, Any]
Test = Callable[..., None]


class Programs(list[str]):
    """Sources; hypothesis shows an example by its repr, and main.py stays in the test's directory."""

    def __repr__(self) -> str:
        return f"<{len(self)} programs>"


def for_random_programs(examples: int) -> Callable[[Test], Test]:
    """Runs a test with lists of sources; BREADCRUMB_CALL_PROGRAMS is how many other examples instead."""
    chosen = settings(
        max_examples=int(os.environ.get("BREADCRUMB_CALL_PROGRAMS", examples)),
        deadline=None,
        derandomize="BREADCRUMB_CALL_PROGRAMS" not in os.environ,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    sources = st.lists(programs(), min_size=25, max_size=40).map(Programs)
    return lambda test: chosen(given(sources=sources)(test))


@pytest.mark.parametrize("recorder", RECORDERS)
@for_random_programs(3)
def test_spans_equal_the_programs_own_log(recorder: str, sources: list[str], project: Any) -> None:
    log, calls = run(project, sources, recorder)
    problems = compare(log, calls)
    assert not problems, "\n".join(problems[:12])


def run(project: Any, sources: list[str], recorder: str) -> tuple[list[Call], list[Call]]:
    """Run programs in one process: what they logged, and what was recorded."""
    shutil.rmtree(project.store, ignore_errors=True)
    shutil.copy(Path(__file__).with_name("call_log.py"), project.path)
    main = project.write("main.py", module(sources))
    environ = {"BREADCRUMB_RECORDER": recorder, "BREADCRUMB_ONLY": "__main__,__mp_main__"}
    ended = project.call("breadcrumb-instrument", "python", main, environ=environ)
    assert ended.returncode == 0, ended.stderr
    assert "breadcrumb" not in ended.stderr, ended.stderr
    with open_store(project.store) as reader:
        found = reader.connection.execute(QUERY)
        names = [column[0] for column in found.description]
        calls = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for call in calls:
        call["me"] = json.loads(call["args"])["me"]
    return json.loads((project.path / "log.json").read_text()), calls


def compare(log: list[Call], calls: list[Call]) -> list[str]:
    """Everything in which the recorded calls are not what the log says."""
    by_me = {call["me"]: call for call in calls}
    by_span = {call["span_id"]: call for call in calls}
    known = {entry["me"] for entry in log}
    problems = [f"recorded, not logged: {by_me[me]}" for me in by_me.keys() - known]
    problems += ["recorded twice"] * (len(calls) - len(by_me))
    for entry in log:
        call = by_me.get(entry["me"])
        if call is None:
            if not ended_unseen(by_me.get(entry["by"])):
                problems.append(f"not recorded: {entry}")
            continue
        parent = by_span.get(call["parent"])
        wrong = differences(entry, call, parent)
        problems += [f"{what}: {entry} recorded as {call} below {parent}" for what in wrong]
    return problems + misplaced(log, by_me) + misnested(calls, by_span)


def differences(entry: Call, call: Call, parent: Call | None) -> list[str]:
    """In what a recorded call differs from its entry in the log."""
    expected = {
        "parent": entry["by"] == (0 if parent is None else parent["me"]),
        "function": entry["function"] == call["qualname"],
        "arguments": json.loads(call["args"])["by"] == entry["by"],
        "thread": entry["thread"] == call["thread"],
        "task": entry["task"] == call["task"],
        "depth": call["depth"] == (0 if parent is None else parent["depth"] + 1),
        "start": parent is None or parent["start_ns"] <= call["start_ns"],
        "outcome": outcome_fits(entry, call) or waits_in(parent, entry, call),
    }
    if call["status"] != "open" and call["outcome"] != 3:
        expected["child time"] = 0 <= call["child_ns"] <= call["ran_ns"] + CLOCK_NS
        expected["suspensions"] = entry["suspensions"] in (None, call["suspensions"])
        expected["running time"] = 0 <= call["ran_ns"] <= call["duration_ns"] + CLOCK_NS
    return [what for what, fits in expected.items() if not fits]


def outcome_fits(entry: Call, call: Call) -> bool:
    """Whether a call ended as logged. One that could not say, and of which nobody heard, was closed."""
    if "returned" in entry:
        return bool(call["outcome"] == 0) and json.loads(call["returned"]) == entry["returned"]
    if entry.get("kept"):
        return bool(call["status"] == "open")
    if ended_unseen(call):
        return True
    if "left" in entry:
        return bool(
            call["exception"] == entry["left"] and call["outcome"] == (2 if entry["left"] in LEFT else 1)
        )
    if SILENT_CLOSE and call["kind"] == "generator" and call["status"] in ("open", "unknown"):
        return True
    return call["kind"] != "function" and bool(call["outcome"] == 2 and call["exception"] in LEFT)


def ended_unseen(call: Call | None) -> bool:
    """Whether a generator was dropped where the interpreter tells nothing, nor of what it called then."""
    if call is None:
        return False
    return DIES_UNSEEN and "generator" in call["kind"] and call["status"] in {"open", "unknown"}


def waits_in(parent: Call | None, entry: Call, call: Call) -> bool:
    """Whether a call waits for a generator that was kept, and iterates it."""
    ended = "returned" in entry or "left" in entry
    return not ended and parent is not None and {parent["status"], call["status"]} == {"open"}


def misplaced(log: list[Call], by_me: dict[int, Call]) -> list[str]:
    """Calls of one thread that started in another order than the log says."""
    starts: dict[tuple[int, int], list[int]] = defaultdict(list)
    for entry in log:
        if entry["me"] in by_me:
            starts[entry["thread"], entry["by"]].append(by_me[entry["me"]]["start_ns"])
    return [f"children of {by} out of order" for (_, by), times in starts.items() if times != sorted(times)]


def misnested(calls: list[Call], by_span: dict[str, Call]) -> list[str]:
    """Pairs of calls of one stack where the range of ordinals and the parents tell different stories."""
    stacks: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        stacks[call["stack"]].append(call)
    return [
        f"range of {above} and {call}"
        for stack in stacks.values()
        for above in stack
        if above["last_ordinal"] is not None
        for call in stack
        if (above["ordinal"] < call["ordinal"] <= above["last_ordinal"])
        != (above in ancestors(call, by_span))
    ] + [f"ordinals of stack {number}" for number, stack in stacks.items() if not distinct(stack)]


def ancestors(call: Call, by_span: dict[str, Call]) -> list[Call]:
    """The calls above one, innermost first."""
    found = []
    while (above := by_span.get(call["parent"])) is not None:
        found.append(call := above)
    return found


def distinct(stack: list[Call]) -> bool:
    """Whether every call has an ordinal of its own, in the order of the starts."""
    return all(
        a["ordinal"] < b["ordinal"] for a, b in pairwise(sorted(stack, key=lambda each: each["start_ns"]))
    )
