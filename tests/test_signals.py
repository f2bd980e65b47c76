"""What a signal's handler of the program raises reaches the program, whatever code of ours it meets."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import asked
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from forks import Forks

APP = """
import functools, os, signal, sys, threading

import breadcrumb


class Odd:
    pass


class Handler:
    def __call__(self, number, frame):
        raise TimeoutError("it took too long")


def arm():
    signal.signal(signal.SIGALRM, functools.partial(handle, "given"))


def handle(given, *told):
    signal.signal(signal.SIGALRM, Handler())        # one that is no longer the handler raises, too
    raise TimeoutError("it took too long")


@breadcrumb.summarize(Odd)
def odd(value):
    if armed.pop("summary", None):
        signal.raise_signal(signal.SIGALRM)
    return "odd"


def watch(event, args):
    is_ours = event == "open" and str(args[0]).endswith(".arena.new")
    if is_ours and threading.current_thread() is threading.main_thread() and armed.pop("loan", None):
        signal.raise_signal(signal.SIGALRM)


def call(value):
    return value


def reached(made, most):
    arm()
    try:
        for _ in range(most):
            call(made())
    except TimeoutError as error:
        return error.args[0]


armed = {}
sys.addaudithook(watch)
call(1)
armed["summary"] = True
print(reached(Odd, 3), "summary" not in armed)
armed["loan"] = True
print(reached(int, int(sys.argv[1])) or "loan" in armed)
"""


@pytest.mark.parametrize(("recorder", "calls"), [("auto", 30_000), ("python", 3)])
def test_what_a_handler_raises_inside_our_code_reaches_the_program(
    tmp_path: Path, reading: Forks, recorder: str, calls: int
) -> None:
    asked.new(tmp_path, app=APP)
    ended = subprocess.run(
        ["breadcrumb", "run", "--no-report", "python", "app.py", str(calls)],
        cwd=tmp_path,
        env=asked.environ(tmp_path) | {"BREADCRUMB_RECORDER": recorder, "BREADCRUMB_OVERHEAD": "none"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    first, second = ended.stdout.splitlines()
    assert (first, ended.stderr) == ("it took too long True", "")
    assert second in ("it took too long", "True")  # where nothing was lent on the program's thread
    ask = asked.asking(tmp_path, reading)
    answer = json.loads(ask("query", "--call", "call#2", "--format", "json").stdout)
    assert answer["dropped"] == 0
