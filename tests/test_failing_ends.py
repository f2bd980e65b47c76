"""What comes to the interpreter, a thread or a process alone is not called handled; more of the kind."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project

ENDS = {
    "OSError": "not handled in __del__",
    "SystemExit": "ended thread leaver",
    "RuntimeError": "not handled in process PID",
    "LookupError": "not handled in a task",
    "AttributeError": "handled below asks, in code that is not traced",
}


@pytest.fixture(scope="module", params=RECORDERS)
def ended(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_project: Callable[[Path], Project],
) -> Project:
    """A project whose program went on to its end."""
    project = new_project(tmp_path_factory.mktemp("ends"))
    project.environ["BREADCRUMB_RECORDER"] = request.param
    project.write("app.py", (Path(__file__).parent / "failing_ends.py").read_text())
    assert project.run("--no-report", "python", "app.py").returncode == 0
    return project


def _rows(project: Project, *words: str) -> list[dict[str, Any]]:
    answer = project.call("breadcrumb", "query", *words, "--format", "json", "--budget", "90000")
    rows: list[dict[str, Any]] = json.loads(answer.stdout)["rows"]
    return rows


def test_each_ending_is_told_as_it_was(ended: Project) -> None:
    told = ended.call("breadcrumb", "query", "--errors", "--budget", "9000").stdout
    found: dict[str, str] = {}
    kind = ""
    for line in told.splitlines():
        kind = line.partition(":")[0] if line[:1].isupper() else kind
        if line.startswith("  ") and not line.startswith(("  in ", "   ")):
            became = line.rpartition(", ")[2] if line.startswith("  through") else line.strip()
            found[kind] = became
    pid = found["RuntimeError"].rpartition(" ")[2]
    assert pid.isdigit()
    assert {**found, "RuntimeError": found["RuntimeError"].replace(pid, "PID")} == ENDS
    assert len(_rows(ended, "--errors", "--handled")) == len(ENDS)
    flow = ended.call("breadcrumb", "query", "--flow", "--budget", "9000").stdout
    for became in ("not handled in __del__", "ended thread leaver", f"not handled in process {pid}"):
        assert became in flow


def test_what_an_operator_changes_in_place_is_a_change(ended: Project) -> None:
    told = ended.call("breadcrumb", "query", "--call", "doubles#1").stdout
    if hasattr(sys, "monitoring"):
        assert "left numbers.@length: 1 -> 2, items += [3]\n" in told
    assert "left pair" not in told and "pair +=" not in told


def test_bytearrays_are_none_of_text(ended: Project) -> None:
    told = ended.call("breadcrumb", "query", "--call", "grows#1").stdout
    assert r"-> bytearray(b'\x00\x00\x00')" in told


def test_a_program_that_does_not_compile_ended_with_that(project: Project) -> None:
    project.write("torn.py", "def half(:\n    pass\n")
    assert project.run("--no-report", "python", "torn.py").returncode == 1
    (row,) = _rows(project, "--errors")
    assert (row["type"], row["ended_run"], row["raised"]["line"]) == ("SyntaxError", True, 1)
    assert row["raised"]["file"] == str(project.path / "torn.py")


LIMIT = """
import code, time

most = 10

def allowed(number):
    time.sleep(0.01)
    return number < most

allowed(5)
most = 3
allowed(5)
code.InteractiveInterpreter().runsource("x =")
"""


def test_repeated_calls_that_ended_in_another_way_are_counted(project: Project) -> None:
    """A cache would change what they do. What a console was told by the program is not its own end."""
    project.write("limit.py", LIMIT)
    project.run("--no-report", "python", "limit.py")
    (cost,) = _rows(project, "--expensive")
    assert (cost["repeated"]["calls"], cost["repeated"]["otherwise"]) == (1, 1)
    told = project.call("breadcrumb", "query", "--expensive").stdout
    assert "; 1 ended in another way\n" in told
    assert _rows(project, "--errors") == []
