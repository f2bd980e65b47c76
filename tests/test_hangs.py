"""A program that hangs is told where each of its threads, tasks and children stands before its time is up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS
from patience import GOES_ON, HANGS, until
from time_limits import time_is_up

from breadcrumb.common import stacks

pytestmark = [
    pytest.mark.launches,
    pytest.mark.skipif(sys.platform != "linux", reason="stacks are asked for on Linux only"),
]

SLEEPS = """
import time; print("ready", flush=True)
def leaf(n):
    time.sleep(n)
def main(who):
    leaf(1_000)
main("ada")
"""
HOLDS_THE_GIL = """
import re; print("ready", flush=True)
def match(text):
    re.fullmatch(r"(a+)+", text)
def main():
    match("a" * 60 + "b")
main()
"""
EVERYTHING = """
import asyncio, multiprocessing, threading, time; print("ready", flush=True)
lock = threading.Lock()
def wait(name):
    with lock:
        pass
async def slow(n):
    await asyncio.sleep(n)
async def tasks():
    await asyncio.gather(slow(900), slow(1_000))
def loop():
    asyncio.run(tasks())
def child(n):
    time.sleep(n)
def main():
    lock.acquire()
    threading.Thread(target=wait, args=("worker",), name="waiter", daemon=True).start()
    threading.Thread(target=loop, name="looper", daemon=True).start()
    process = multiprocessing.get_context("fork").Process(target=child, args=(1_000,))
    process.start()
    process.join()
main()
"""


def stood(project: Any, program: str, waiting: int) -> tuple[list[dict[str, Any]], str]:
    """Where the threads and tasks of a program stood that did not end in time, and what the report said.

    All of it has come to where it waits once so many of its calls are told of as open, or, of one that waits
    for nothing, once it has computed for a while.
    """
    project.write("app.py", program)
    with launched(project, "python", "app.py") as launcher:
        before = computed(launcher.pid)
        until(lambda: opened(project) == waiting if waiting else computed(launcher.pid) > before + 0.5)
        _, report = times_up(launcher)
    assert "Traceback" not in report and "most recent call" not in report
    answer = project.call("breadcrumb", "query", "--errors", "--format", "json")
    return json.loads(answer.stdout).get("stood", []), report


def launched(project: Any, *words: str) -> subprocess.Popen[str]:
    """A program that has said that it is ready, and whose time is not up for long."""
    command = ["breadcrumb", "run", "--timeout", "1000", *words]
    launcher = subprocess.Popen(
        command,
        cwd=project.path,
        env=project.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert launcher.stdout is not None
    assert launcher.stdout.readline() == "ready\n"
    return launcher


def opened(project: Any) -> int:
    """How many calls are told of as open."""
    ((count,),) = project.query("SELECT count(*) FROM calls WHERE status = 'open'")
    return int(count)


def computed(launcher: int) -> float:
    """The time that the program of a launcher has computed for, seconds."""
    child = Path(f"/proc/{launcher}/task/{launcher}/children").read_text().split()[0]
    ticks = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11]
    return int(ticks) / os.sysconf("SC_CLK_TCK")


def times_up(launcher: subprocess.Popen[str]) -> tuple[str, str]:
    """Let the time be up; what was printed since, and the report."""
    time_is_up(launcher)
    said = launcher.communicate(timeout=HANGS)
    assert launcher.returncode == 124
    return said


def names(thread: dict[str, Any]) -> list[str]:
    return [frame["function"].removeprefix("__main__.") for frame in thread["frames"]]


def test_a_sleep_is_shown_with_the_arguments_of_the_calls_above_it(project: Any) -> None:
    [main], report = stood(project, SLEEPS, 2)
    assert (main["thread"], names(main)) == ("MainThread", ["main", "leaf"])
    assert [(frame["args"], frame["line"], frame["traced"]) for frame in main["frames"]] == [
        ({"who": "ada"}, 6, True),
        ({"n": 1_000}, 4, True),
    ]
    assert "  main(who='ada')  for " in report and "\n    leaf(n=1000)  for " in report
    [(run,)] = project.query("SELECT run_id FROM runs")
    assert "    leaf(n=1000)  for " in project.call("breadcrumb", "show", run).stdout


def test_a_loop_in_c_that_lets_nobody_else_run_is_shown(project: Any) -> None:
    [main], report = stood(project, HOLDS_THE_GIL, 0)
    assert names(main) == ["main", "match", "fullmatch"]
    assert main["frames"][1]["line"] == 4
    assert "\n  main" in report and "\n    match" in report


def test_threads_tasks_and_children_are_shown_where_they_wait(project: Any) -> None:
    threads, _ = stood(project, EVERYTHING, 7)
    main = next(thread["pid"] for thread in threads if "wait" in names(thread))
    own = [thread for thread in threads if thread["pid"] == main]
    first = {thread["task"] or thread["thread"]: thread["frames"][0] for thread in own}
    assert {name: frame["function"] for name, frame in first.items() if not name.startswith("Task")} == {
        "MainThread": "__main__.main",
        "waiter": "__main__.wait",
        "looper": "__main__.loop",
    }
    assert first["waiter"]["args"] == {"name": "worker"}
    tasks = [names(thread) for thread in own if thread["task"]]
    assert tasks == [["tasks"], ["slow"], ["slow"]]
    [child] = [thread for thread in threads if thread["pid"] != main]
    assert (child["frames"][-1]["function"], child["frames"][-1]["args"]) == ("__main__.child", {"n": 1_000})


def test_a_program_notices_nothing_of_it(project: Any) -> None:
    project.write(
        "app.py",
        """
import faulthandler, os, signal, sys
print(faulthandler.is_enabled(), [n for n in signal.valid_signals() if signal.getsignal(n) not in (0, 1)])
print(sorted(os.listdir("/proc/self/fd"), key=int)[:4])
""",
    )
    plain = project.call("python", "app.py")
    traced = project.run("--no-report", "--timeout", "1000", "python", "app.py")
    assert (traced.stdout, traced.stderr, traced.returncode) == (plain.stdout, "", 0)


def test_a_program_that_closed_the_file_or_blocks_signals_is_not_asked(project: Any) -> None:
    asked = f"""
import os, signal, sys, time
def handler(number, frame):
    print("signal", number, flush=True)
    sys.exit(0 if number == signal.SIGTERM else 1)
signal.signal(signal.SIGTERM, handler)
if sys.argv[1] == "close":
    os.closerange(3, 1000)
elif sys.argv[1] == "own":
    os.closerange(3, 1000)
    signal.signal({stacks.SIGNAL}, handler)
else:
    signal.pthread_sigmask(signal.SIG_BLOCK, set(signal.valid_signals()) - {{signal.SIGTERM}})
print("ready", flush=True)
{GOES_ON}
"""
    project.write("app.py", asked)
    for launcher in [launched(project, "python", "app.py", how) for how in ("close", "own", "block")]:
        with launcher:
            assert times_up(launcher)[0] == "signal 15\n"
    assert project.query("SELECT * FROM facts WHERE kind = 'stacks'") == []


def test_frames_are_read_as_faulthandler_writes_them() -> None:
    text = (
        "Thread 0x00007f9e070846c0 (most recent call first):\n"
        '  File "/a/caf\\xe9 in.py", line 12 in <lambda>\n'
        '  File "/a/b.py", line 3 in run\n'
        "  ...\n\n"
        "Current thread 0x1f [main] (most recent call first):\n  <no Python frame>\n"
    )
    assert stacks.parse(text) == [
        {"ident": 0x7F9E070846C0, "frames": [("/a/b.py", 3, "run"), ("/a/café in.py", 12, "<lambda>")]},
        {"ident": 31, "frames": []},
    ]


KILLED = """
import os, threading, time
def leaf(n):
    time.sleep(1_000)
def beside(name):
    leaf(2)
def main(who):
    threading.Thread(target=beside, args=("x",), name="other", daemon=True).start()
    print("ready", flush=True)
    leaf(1)
main("ada")
"""


@pytest.mark.parametrize("recorder", RECORDERS)
def test_a_killed_program_leaves_the_last_stack_of_each_thread(project: Any, recorder: str) -> None:
    project.write("app.py", KILLED)
    environ = {
        **project.environ,
        "BREADCRUMB_STORE": str(project.store),
        "BREADCRUMB_RECORDER": recorder,
    }
    words = ["breadcrumb-instrument", "python", "app.py"]
    with subprocess.Popen(words, cwd=project.path, env=environ, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        until(lambda: opened(project) == 4)
        process.kill()
    answer = json.loads(project.call("breadcrumb", "query", "--errors", "--format", "json").stdout)
    assert {thread["thread"]: names(thread) for thread in answer["stood"]} == {
        "MainThread": ["main", "leaf"],
        "other": ["beside", "leaf"],
    }
    [(run,)] = project.query("SELECT run_id FROM runs")
    shown = project.call("breadcrumb", "show", run).stdout
    assert "thread other of process" in shown and "  beside(name='x')  since " in shown
    assert ("less than 0.25 s are not known" in shown) is (recorder == "python")
