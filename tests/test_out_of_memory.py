"""A program for which no memory is left goes on as without us; what could not be recorded is counted."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from conftest import Project

pytest.importorskip("_testcapi", reason="this Python cannot pretend to have no memory")
PROGRAM = """
import _testcapi

def known(x):
    return x

def starved(function):
    _testcapi.set_nomemory(0)
    try:
        function(1)
    except MemoryError:
        return "MemoryError"
    else:
        return "ok"
    finally:
        _testcapi.remove_mem_hooks()

def made(n):
    space = {}
    exec(compile("def new(x): return x", f"<{n}>", "exec"), space)
    return space["new"]

known(0)
starved(known)
print({starved(known) for _ in range(20)}, {starved(made(n)) for n in range(20)} <= {"ok", "MemoryError"})
print(known(2))
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="on 3.11 a profile function that fails is removed")
@pytest.mark.parametrize("recorder", RECORDERS)
def test_the_program_goes_on(project: Project, recorder: str) -> None:
    if recorder == "python" and sys.version_info < (3, 13):
        pytest.skip("Python code that runs without memory fails in ways of its own there")
    project.write("app.py", PROGRAM)
    done = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert (done.returncode, done.stdout, done.stderr) == (0, "{'ok'} True\n2\n", "")
    kept = project.query("SELECT args->>'$.x' FROM calls WHERE qualname = 'known' ORDER BY start_ns")
    assert (kept[0], kept[-1]) == (("0",), ("2",))
    assert project.query("SELECT reason FROM drops WHERE count > 0") == [("out of memory",)]
