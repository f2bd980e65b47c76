"""`breadcrumb.init` traces the current process, and leaves it as it was."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from conftest import Project

PROGRAM = """\
import breadcrumb
def f(x):
    return x
f(0)
with breadcrumb.init(limits_depth=2) as session:
    f(1)
f(2)
with breadcrumb.init() as second:
    f(3)
from opentelemetry.trace import get_tracer_provider
print(session.run_id != second.run_id, get_tracer_provider()._active_span_processor._span_processors)
"""


def test_only_what_runs_inside_the_block_is_traced(project: Project) -> None:
    project.write("app.py", PROGRAM)
    done = project.call("python", "app.py")
    assert (done.stdout, done.stderr) == ("True ()\n", "")
    assert project.query("SELECT args->>'$.x' FROM calls ORDER BY start_ns") == [("1",), ("3",)]


def test_calls_are_in_the_store_when_the_block_ends(project: Project) -> None:
    project.write(
        "app.py",
        "import breadcrumb, os\ndef f(x): return x\n"
        "session = breadcrumb.init()\nf(1)\nsession.flush()\nos._exit(0)\n",
    )
    project.call("python", "app.py")
    assert project.functions() == {"__main__.f"}


def test_under_the_launcher_nothing_changes(project: Project) -> None:
    project.write("app.py", PROGRAM)
    done = project.run("--no-report", "python", "app.py")
    assert done.stdout.startswith("False (")
    assert project.query("SELECT args->>'$.x' FROM calls ORDER BY start_ns") == [
        ("0",),
        ("1",),
        ("2",),
        ("3",),
    ]


@pytest.mark.parametrize("variable", ["BREADCRUMB_ENABLED", "BREADCRUMB_SAMPLING_RUNS"])
def test_where_the_settings_say_no_nothing_that_traces_is_imported(project: Project, variable: str) -> None:
    program = "import sys, breadcrumb\nprint(breadcrumb.init().run_id)\nprint(*sys.modules)\n"
    done = project.call("python", "-c", program, environ={variable: "0"})
    first, second = done.stdout.splitlines()
    light = {"breadcrumb_redaction", "breadcrumb_redaction.lazy", "breadcrumb_redaction.named_tuple"}
    packages = {name.partition(".")[0] for name in {*second.split()} - light}
    assert (first, "breadcrumb" in packages) == ("None", True)
    assert packages.isdisjoint(["opentelemetry", "breadcrumb_instrumentation_calls", "breadcrumb_redaction"])


def test_a_bad_setting_is_an_error_that_names_it(project: Project) -> None:
    done = project.call("python", "-c", "import breadcrumb; breadcrumb.init(limits_dept=2)")
    assert "limits.dept: is not a setting; did you mean limits.depth?" in done.stderr


@pytest.mark.parametrize("recorder", RECORDERS)
def test_what_was_open_when_tracing_ended_is_nobodys_parent_later(project: Project, recorder: str) -> None:
    program = """
import asyncio, breadcrumb
async def outer():
    session.stop()
async def inner():
    pass
async def main():
    global session
    session = breadcrumb.init(gaps=False)
    await outer()
    with breadcrumb.init(gaps=False):
        await inner()
asyncio.run(main())
"""
    project.write("app.py", program)
    project.call("python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    found = project.query("SELECT qualname, status, depth, parent_span_id FROM calls ORDER BY start_ns")
    assert found == [("outer", "open", 0, None), ("inner", "ok", 0, None)]
    assert project.query("SELECT DISTINCT status FROM runs") == [("detached",)]


TWICE = """
import breadcrumb, gc, os, shop, time
for pattern in ("nothing*", "shop*", "shop.total", "shop*"):
    with breadcrumb.init(only=[pattern]):
        shop.other(pattern)

def kept():
    while len(os.listdir("/proc/self/task")) > 1:
        time.sleep(0.01)  # the last one is on its way out
    gc.collect()
    yield from (len(os.listdir(f"/proc/self/{each}")) for each in ("task", "fd"))
    yield len(gc.get_objects())
    yield sum(".arena" in line for line in open("/proc/self/maps"))

from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter
from opentelemetry.trace import get_tracer_provider
get_tracer_provider().add_span_processor(SimpleSpanProcessor(SpanExporter()))
for number in range(60):
    with breadcrumb.init(only=["shop*"]):
        shop.total(number)
    if number == 9:
        before = [*kept()]
threads, files, objects, mapped = (now - then for then, now in zip(before, kept()))
print(threads, files, objects < 1000, mapped <= 3)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /proc")
@pytest.mark.parametrize("recorder", RECORDERS)
def test_each_time_is_as_the_first_and_leaves_nothing(project: Project, recorder: str) -> None:
    project.write("shop.py", "def total(x): return x\ndef other(x): return total(x)\n")
    project.write("app.py", TWICE)
    done = project.call("python", "app.py", environ={"BREADCRUMB_RECORDER": recorder})
    assert (done.stdout, done.stderr) == ("0 0 True True\n", "")
    found = project.query(
        "SELECT qualname, args->>'$.x' FROM calls WHERE args->>'$.x' LIKE '%o%' ORDER BY start_ns"
    )
    both = [("other", "shop*"), ("total", "shop*")]
    assert found == [*both, ("total", "shop.total"), *both]
    assert project.query("SELECT count(*) FROM calls WHERE qualname = 'total'") == [(63,)]
