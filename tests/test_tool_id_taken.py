"""A program that does as it likes with tool ids of `sys.monitoring` sees nothing of us; the loss is told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 has no sys.monitoring")
OURS = "ours = {monitoring.get_tool(n): n for n in range(6)}.get('breadcrumb')"
TAKES = {
    "frees": ("monitoring.free_tool_id(ours)", "freed sys.monitoring's tool id"),
    "frees and takes": (
        "monitoring.free_tool_id(ours); monitoring.use_tool_id(ours, 'mine')",
        "freed sys.monitoring's tool id",
    ),
    "sets other events": (
        "monitoring.set_events(ours, 0)",
        "set other events of sys.monitoring's tool id",
    ),
    "registers": (
        "[monitoring.register_callback(ours, 1 << n, None) for n in range(3)]",
        "put other callbacks in the place of ours",
    ),
}


@pytest.mark.parametrize("recorder", RECORDERS)
@pytest.mark.parametrize("how", TAKES)
def test_the_program_is_as_without_us_and_the_loss_is_told(project: Project, how: str, recorder: str) -> None:
    statement, why = TAKES[how]
    lines = [
        "import logging",
        "from sys import monitoring",
        "def f(x): return x",
        "def g(x): return f(x)",
        "f(1)",
        OURS,
        f"if ours: {statement}",
        "print(f(2), g(3), *map(monitoring.get_tool, range(6)))",
    ]
    project.write("app.py", "\n".join(lines))
    done = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert done.stderr == ""
    assert done.stdout.startswith("2 3 None")
    answer = project.call("breadcrumb", "query", "--flow").stdout
    assert "f(x=1" in answer
    assert "Recording stopped at " in answer and why in answer
    assert "did not end" not in answer


@pytest.mark.parametrize("recorder", RECORDERS)
def test_restarted_events_change_nothing(project: Project, recorder: str) -> None:
    project.write("app.py", "import sys\ndef f(x): return x\nf(1)\nsys.monitoring.restart_events()\nf(2)\n")
    project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert project.query("SELECT args->>'$.x' FROM calls ORDER BY start_ns") == [("1",), ("2",)]
    assert project.query("SELECT * FROM drops") == []
