"""Debuggers, coverage and profilers do beside us what they do alone."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from debug_client import debug

if TYPE_CHECKING:
    from conftest import Project

PROGRAM = """\
def double(x):
    y = x * 2
    if y > 100:
        return 0
    return y
def main():
    total = 0
    for n in range(5):
        total += double(n)
    return total
print(main())
"""
CORES = ("ctrace", "sysmon") if sys.version_info >= (3, 12) else ("ctrace",)
DEBUGGING = "b double\nc\np x\nn\nn\np y\nu\np n\nq\n"


def _calls(project: Project) -> list[tuple[Any, ...]]:
    return project.query(
        "SELECT function, count(*) FROM calls WHERE file LIKE '%/app.py' GROUP BY function ORDER BY function"
    )


@pytest.mark.parametrize("core", CORES)
def test_coverage_counts_the_same_lines(project: Project, core: str) -> None:
    project.write("app.py", PROGRAM)
    files = []
    for before in ((), ("breadcrumb", "run", "--no-report")):
        done = project.call(*before, "coverage", "run", "app.py", environ={"COVERAGE_CORE": core})
        assert done.stdout == "20\n"
        project.call("coverage", "json", "-q", "-o", "coverage.json", "--include=app.py")
        files.append(json.loads((project.path / "coverage.json").read_text())["files"]["app.py"])
    assert files[0] == files[1]
    assert _calls(project) == [("__main__.double", 5), ("__main__.main", 1)]


def test_a_debugger_stops_and_steps_as_ever(project: Project) -> None:
    project.write("app.py", PROGRAM)
    plain = project.call("python", "-m", "pdb", "app.py", stdin=DEBUGGING)
    traced = project.run("--no-report", "python", "-m", "pdb", "app.py", stdin=DEBUGGING)
    assert "app.py(2)double()" in plain.stdout
    assert (traced.stdout, traced.returncode) == (plain.stdout, plain.returncode)
    assert _calls(project) == [("__main__.double", 1), ("__main__.main", 1)]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="on 3.11 it takes a minute")
def test_an_editors_debugger_attaches_and_stops_as_ever(project: Project) -> None:
    pytest.importorskip("debugpy")
    listening = "import debugpy\nprint(debugpy.listen(('127.0.0.1', 0))[1], flush=True)\n"
    program = project.write("app.py", f"{listening}debugpy.wait_for_client()\n{PROGRAM}")
    environ = project.environ | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"}
    plain = debug(["python"], program, 6, "y", environ)
    traced = debug(["breadcrumb", "run", "--no-report", "python"], program, 6, "y", environ)
    assert plain.frames == [("double", 6), ("main", 12), ("<module>", 14)]
    assert (plain.value, plain.stdout, plain.returncode) == ("0", "20\n", 0)
    assert traced == plain
    assert _calls(project) == [("__main__.double", 5), ("__main__.main", 1)]


def test_viztracer_has_the_same_functions(project: Project) -> None:
    pytest.importorskip("viztracer")
    project.write("app.py", PROGRAM)
    counts = []
    for before in ((), ("breadcrumb", "run", "--no-report")):
        done = project.call(*before, "viztracer", "--quiet", "-o", "trace.json", "app.py")
        assert done.stdout == "20\n"
        events = json.loads((project.path / "trace.json").read_text())["traceEvents"]
        counts.append(Counter(event["name"] for event in events if "app.py" in event["name"]))
    assert counts[0] == counts[1] and counts[0].total() == 7
    if sys.version_info >= (3, 12):
        assert done.stderr == ""
        assert _calls(project) == [("__main__.double", 5), ("__main__.main", 1)]
    else:
        assert done.stderr.count("\n") == 1 and "VizTracer took the profile function" in done.stderr
        assert _calls(project) == []


def test_a_profiler_has_the_functions(project: Project) -> None:
    project.write("app.py", PROGRAM)
    done = project.run("--no-report", "python", "-m", "cProfile", "app.py")
    counts = {line.split()[-1]: line.split()[0] for line in done.stdout.splitlines() if "app.py:" in line}
    assert (counts["app.py:1(double)"], counts["app.py:6(main)"]) == ("5", "1")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="on 3.11 it takes minutes")
def test_calls_of_test_workers_are_recorded_once(project: Project) -> None:
    tests = "".join(f"def test_{name}():\n    assert helper(1) == 2\n" for name in "abcd")
    project.write("test_app.py", f"def helper(x):\n    return x + 1\n{tests}")
    done = project.run("--no-report", "pytest", "-q", "-n2", "--cov=test_app")
    assert "4 passed" in done.stdout and "100%" in done.stdout
    counts = dict(project.query("SELECT function, count(*) FROM calls GROUP BY function"))
    assert counts == {"test_app.helper": 4, **{f"test_app.test_{name}": 1 for name in "abcd"}}
