"""However a program ends, the calls that had ended are kept, and nothing of ours disturbs its end."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from typing import Any

import pytest
from patience import GOES_ON, HANGS, until

pytestmark = pytest.mark.launches

FUNCTIONS = """
import os, signal, sys, threading, time
from opentelemetry import trace

def leaf(n):
    with trace.get_tracer("by hand").start_as_current_span("span"):
        return n
def main():
    for n in range(100):
        leaf(n)
    end()
"""
WAITS = "SELECT 1 FROM calls WHERE qualname = 'end' AND status = 'open'"
"""It has waited for so long that a thread of ours has told of it, and of all before."""


def write(project: Any, ending: str) -> None:
    project.write("app.py", FUNCTIONS + textwrap.dedent(ending) + "\nmain()\n")


def assert_kept(project: Any) -> None:
    assert project.query("SELECT count(*) FROM calls WHERE qualname = 'leaf' AND status = 'ok'") == [(100,)]
    assert project.query("SELECT count(*) FROM spans WHERE name = 'span'") == [(100,)]
    assert project.query("SELECT * FROM drops") == []


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("def end(): sys.exit(3)", 3),
        ("def end(): os._exit(4)", 4),
        ("def end(): raise KeyboardInterrupt", -signal.SIGINT),
        ("def end(): os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("def end(): os.kill(os.getpid(), signal.SIGTERM); time.sleep(30)", -signal.SIGTERM),
        ("def end(): signal.raise_signal(signal.SIGTERM)", -signal.SIGTERM),
    ],
)
def test_what_ended_is_kept(ending: str, status: int, project: Any) -> None:
    write(project, ending)
    assert project.run("--no-report", "python", "app.py").returncode == status
    assert_kept(project)


def test_an_exec_keeps_what_was_recorded_and_goes_on_in_the_run(project: Any) -> None:
    write(
        project, "def end(): os.execv(sys.executable, [sys.executable, '-c', 'def after(): pass\\nafter()'])"
    )
    assert project.run("--no-report", "python", "app.py").returncode == 0
    assert_kept(project)
    assert project.query("SELECT count(DISTINCT run_id), count(DISTINCT process) FROM processes") == [(1, 2)]
    assert project.functions() >= {"__main__.leaf", "__main__.after"}


def signalled(project: Any, number: int, *, when: str = "") -> str:
    """Send a signal to a program that waits, once a query finds something; its stderr."""
    write(project, f"def end():\n    print('ready', flush=True)\n    {GOES_ON}")
    with subprocess.Popen(
        ["breadcrumb", "run", "--no-report", "python", "app.py"],
        cwd=project.path,
        env=project.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        until(lambda: not when or project.query(when))
        program.send_signal(number)
        _, errors = program.communicate(timeout=HANGS)
    assert program.returncode == -number
    return errors


def test_an_interrupted_program_keeps_everything(project: Any) -> None:
    # on 3.11 a signal that comes while a callback runs takes the profile function with it
    when = "" if sys.version_info >= (3, 12) else WAITS
    assert signalled(project, signal.SIGINT, when=when).endswith("KeyboardInterrupt\n")
    assert_kept(project)
    [(kind,)] = project.query("SELECT DISTINCT exception->>'$.type' FROM calls WHERE qualname = 'main'")
    assert kind == "KeyboardInterrupt"


def test_a_default_sigterm_loses_at_most_the_last_moment(project: Any) -> None:
    assert signalled(project, signal.SIGTERM, when=WAITS) == ""
    assert_kept(project)


def test_daemon_threads_are_cut_off_without_harm(project: Any) -> None:
    write(
        project,
        """
        started = threading.Semaphore(0)
        def busy():
            again(1)
            started.release()
            while True:
                again(1)
        def again(n): return n
        def end():
            for _ in range(3):
                threading.Thread(target=busy, daemon=True).start()
            for _ in range(3):
                started.acquire()
        """,
    )
    ended = project.run("--no-report", "python", "app.py")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert_kept(project)
    [(again,)] = project.query("SELECT count(*) FROM calls WHERE qualname = 'again' AND status = 'ok'")
    assert again > 0


CELLS = """
import breadcrumb, os, pty, signal, subprocess, sys
session = breadcrumb.init()

def f(x):
    return x

def cell(*command, before=int):
    child = os.fork()
    if not child:
        before()
        os.execv(command[0], command)
    os.waitpid(child, 0)

f(1)
os.system("true")
subprocess.run([sys.executable, "-c", ""], check=True)
cell("/bin/sh", "-c", "true")
cell("/bin/sh", "-c", "true", before=lambda: f(2))
child, terminal = pty.fork()  # a notebook's `!cmd`
if not child:
    os.execvp("true", ["true"])
os.waitpid(child, 0)
if not os.fork():
    os._exit(0)
os.wait()
try:
    os.execvp("no-such-program", ["no-such-program"])
except FileNotFoundError:
    f(3)
"""


@pytest.mark.parametrize(
    ("ending", "run", "process"),
    [
        ("", "exited", "exit"),
        ("os._exit(0)", "exited", "exit"),
        ("session.flush(); os.kill(os.getpid(), signal.SIGKILL)", *["ended without goodbye"] * 2),
    ],
)
def test_children_that_become_other_programs_do_not_end_the_run(
    ending: str, run: str, process: str, project: Any
) -> None:
    project.write("app.py", CELLS + ending)
    assert project.call("python", "app.py").stderr == ""
    assert project.query("SELECT status FROM runs") == [(run,)]
    assert project.query("SELECT ended_how FROM processes ORDER BY started") == [(process,), ("exec",)]
    assert project.query("SELECT args->>'$.x' FROM calls WHERE qualname = 'f' ORDER BY 1") == [
        ("1",),
        ("2",),
        ("3",),
    ]
