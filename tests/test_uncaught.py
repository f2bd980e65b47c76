"""The exception that ends a run is told first, with its place, also where it left no traced call."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

SETTINGS = """\
import json

def load(rows):
    raise ValueError(len(rows))

try:
    load([1, 2, 3, 4])
except ValueError:
    pass
json.loads('{"port": 8080,}')
"""
EXIT = """\
import sys

def main(name):
    sys.exit(f"no such file: {name}")

main("a.toml")
"""
QUIET = "import sys\nsys.last_exc = sys.last_value = ValueError('another one')\nsys.exit(0)\n"
CHILDREN = """\
import asyncio
import subprocess
import sys
import threading

subprocess.run([sys.executable, "-c", "{}['child']"])
def read(text):
    return [][int(text)]

for function, text in ((int, "x"), (read, "0")):
    thread = threading.Thread(target=function, args=(text,), name="reader")
    thread.start()
    thread.join()

async def fails():
    raise LookupError("nobody asks")

async def main():
    asyncio.get_running_loop().call_soon(int, "y")
    asyncio.create_task(fails())
    await asyncio.sleep(0.01)

asyncio.run(main())
"""


@pytest.fixture(scope="module", params=RECORDERS)
def ended(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_project: Callable[[Path], Project],
) -> Project:
    """A project whose programs have ended, each in its way."""
    project = new_project(tmp_path_factory.mktemp("ended"))
    project.environ["BREADCRUMB_RECORDER"] = request.param
    project.write("settings.py", SETTINGS)
    project.write("leave.py", EXIT)
    project.write("quiet.py", QUIET)
    project.write("children.py", CHILDREN)
    project.write("pack/__main__.py", "import pack.rows\n")
    project.write("pack/rows.py", "[][0]\n")
    return project


def _run(project: Project, *words: str) -> tuple[str, list[dict[str, Any]], str | None]:
    """The report, the exceptions, and the run's own."""
    report = project.run("python", *words)
    answer = project.call("breadcrumb", "query", "--errors", "--format", "json", "--budget", "9000")
    [(exception,)] = project.query("SELECT exception FROM runs ORDER BY started DESC LIMIT 1")
    return report.stderr, json.loads(answer.stdout)["rows"], exception


def test_what_ends_a_script_comes_before_what_was_caught(ended: Project) -> None:
    report, (first, second), exception = _run(ended, "settings.py")
    assert (first["type"], first["ended_run"]) == ("json.decoder.JSONDecodeError", True)
    assert first["raised"]["file"].endswith("json/decoder.py")
    assert first["left"] == {
        "function": "__main__.<module>",
        "file": str(ended.path / "settings.py"),
        "line": 10,
    }
    assert (second["type"], second["ended_run"]) == ("ValueError", False)
    assert exception is not None and exception.startswith("json.decoder.JSONDecodeError: ")
    why = ended.call("breadcrumb", "query", "--why").stdout
    assert report.endswith(why)
    head, source, made, *calls = why.splitlines()
    assert head.startswith("JSONDecodeError: ") and head.endswith("settings.py:10, ended the run")
    assert source == "  json.loads('{\"port\": 8080,}')"
    assert made == "__main__.<module> called before:"
    assert calls[0].startswith("  load(rows=[1, 2, 3, 4])  !! ValueError: 4 ")
    written = ended.call("breadcrumb", "query", "--errors").stdout.splitlines()
    assert written[0].startswith("The run ended with JSONDecodeError: ")
    assert written[0].endswith(", from <module> settings.py:10")


def test_an_exit_is_told_as_one(ended: Project) -> None:
    report, (row,), exception = _run(ended, "leave.py")
    assert (row["type"], row["message"], row["path"]) == (
        "SystemExit",
        "no such file: a.toml",
        ["__main__.main"],
    )
    assert row["ended_run"]
    assert exception == "SystemExit: no such file: a.toml"
    assert "It exited by SystemExit: no such file: a.toml at leave.py:4." in report
    assert "an exit" in report and "not handled" not in report


def test_a_module_run_as_a_program_ends_with_what_its_import_raised(ended: Project) -> None:
    _, (row,), exception = _run(ended, "-m", "pack")
    assert row["raised"]["file"].endswith("pack/rows.py")
    assert exception == "IndexError: list index out of range"


def test_a_program_that_exits_well_ended_with_nothing(ended: Project) -> None:
    report, rows, exception = _run(ended, "quiet.py")
    assert (rows, exception) == ([], None)
    assert "ended with" not in report


def test_what_threads_tasks_callbacks_and_children_are_left_with_did_not_end_the_run(ended: Project) -> None:
    _, rows, exception = _run(ended, "children.py")
    assert exception is None
    assert not any(row["ended_run"] for row in rows)
    told = {(row["type"], (row["not_handled_in"] or "").rpartition(" ")[0]) for row in rows}
    assert told == {
        ("KeyError", "process"),
        ("ValueError", "thread"),
        ("ValueError", ""),
        ("IndexError", "thread"),
        ("LookupError", "task"),
    }
    tree = ended.call("breadcrumb", "query", "--flow").stdout
    assert "not handled in thread reader" in tree
    written = ended.call("breadcrumb", "query", "--errors").stdout
    assert "not handled in thread reader" in written
    assert "went to the event loop's exception handler" in written


def test_an_interrupt_is_told_as_what_ended_the_run(ended: Project) -> None:
    ended.write("stopped.py", "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    _, (row,), exception = _run(ended, "stopped.py")
    assert (row["type"], row["ended_run"], exception) == ("KeyboardInterrupt", True, "KeyboardInterrupt")


def test_where_tracing_began_within_the_program_the_interpreter_tells(ended: Project) -> None:
    ended.write("within.py", "import breadcrumb\nbreadcrumb.init()\n{}['within']\n")
    ended.call("python", "within.py")
    (row,) = json.loads(ended.call("breadcrumb", "query", "--errors", "--format", "json").stdout)["rows"]
    assert (row["type"], row["message"], row["ended_run"]) == ("KeyError", "'within'", True)


def test_before_an_exit_what_was_handled_is_told_whole(ended: Project) -> None:
    program = "import sys\ndef find(name):\n    return {}[name]\n"
    program += "try:\n    find('sql')\nexcept KeyError:\n    sys.exit(2)\n"
    ended.write("find.py", program)
    ended.run("--no-report", "python", "find.py")
    lines = ended.call("breadcrumb", "query", "--errors").stdout.splitlines()
    assert lines[0].startswith("The run exited by SystemExit: 2")
    assert lines[1].startswith("KeyError: 'sql'") and lines[2] == "  in find#1(name='sql')"


def test_lines_of_a_file_that_was_changed_since_are_not_quoted(ended: Project) -> None:
    ended.write("odd.py", "def half(n):\n    if n % 2:\n        raise ValueError(n)\n\n\nhalf(7)\n")
    _run(ended, "odd.py")
    ended.write("odd.py", "def half(n):\n    if n % 2:\n        raise ValueError(n)  # odd\n\n\nhalf(7)\n")
    os.utime(ended.path / "odd.py", (time.time() + 60, time.time() + 60))
    for question in ("--why", "--errors"):
        answer = ended.call("breadcrumb", "query", question).stdout
        assert "odd.py was changed after the run: its lines are not quoted." in answer
        assert "raise ValueError" not in answer
