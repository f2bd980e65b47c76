"""A profile or trace function that the program sets, hears what it would without us."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from conftest import Project

PROGRAM = """
import asyncio, sys, threading

def heard(frame, event, argument):
    print(event, frame.f_code.co_qualname, frame.f_lineno, getattr(argument, "__qualname__", ""))
    return heard

def told(code, offset, function=None, first=None):
    print(code.co_qualname, getattr(function, "__qualname__", ""))

def f(x):
    return len(str(x))

def fails():
    raise ValueError

class Made:
    def __init__(self):
        self.x = f(1)

async def waits():
    await asyncio.sleep(0)
    return f(2)

def work():
    list(f(n) for n in range(2))
    try:
        fails()
    except ValueError:
        pass
    Made()

def profiled(run=work):
    sys.setprofile(heard)
    run()
    sys.setprofile(None)

def traced():
    sys.settrace(heard)
    sys._getframe().f_trace = heard
    work()
    sys.settrace(None)

async def all_of_it():
    profiled()
    sys.setprofile(heard)
    await waits()
    sys.setprofile(None)

def monitored():
    tool, events = 0, sys.monitoring.events
    sys.monitoring.use_tool_id(tool, "mine")
    for event in (events.CALL, events.C_RETURN, events.PY_START):
        sys.monitoring.register_callback(tool, event, told)
    sys.monitoring.set_events(tool, events.CALL | events.PY_START)
    work()
    sys.monitoring.set_events(tool, 0)
    sys.monitoring.free_tool_id(tool)

profiled()
profiled(traced)
traced()
asyncio.run(all_of_it())
monitored()
"""


@pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 has one profile function, which is ours")
@pytest.mark.parametrize("recorder", RECORDERS)
def test_what_is_heard_is_what_is_heard_without_us(project: Project, recorder: str) -> None:
    project.write("app.py", PROGRAM)
    plain = project.call("python", "app.py")
    done = project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert plain.stdout.count("\n") > 100
    assert done.stdout.splitlines() == plain.stdout.splitlines()
    assert (done.stderr, plain.stderr) == ("", "")
    assert project.query("SELECT DISTINCT callee FROM gaps WHERE caller = '__main__.f' ORDER BY 1") == [
        ("len",),
        ("str",),
    ]
