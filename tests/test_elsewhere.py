"""Answers tell threads and processes apart, and say who handled an exception only where they know."""

import json
from pathlib import Path
from typing import Any

import asked
import pytest
from asked import Ask
from forks import Forks

APP = """\
import asyncio
import os
import threading


def work(n):
    if n == 2:
        raise ValueError(n)
    return n


def tick(n):
    raise LookupError(n)


def fail(n):
    raise RuntimeError(n)


async def main():
    asyncio.get_running_loop().call_soon(tick, 1)
    await asyncio.sleep(0.01)


def loop():
    for n in range(3):
        try:
            fail(n)
        except RuntimeError:
            pass
    os._exit(0)


for name in ("w1", "w2"):
    thread = threading.Thread(target=work, args=(int(name[1:]),), name=name)
    thread.start()
    thread.join()
work(7)
if os.fork() == 0:
    work(8)
    os._exit(0)
os.wait()
asyncio.run(main())
loop()
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program ends well behind its last exception, in the middle of a call."""
    folder = asked.new(tmp_path_factory.mktemp("elsewhere"), app=APP)
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    return folder


@pytest.fixture
def ask(project: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(project, reading)


def _work(ask: Ask, *words: str) -> list[str]:
    lines = ask("query", *words).stdout.splitlines()
    listed = [line for line in lines if line.startswith("  #")]
    return listed or [line for line in lines if line.startswith("work(")]


@pytest.mark.parametrize("words", [("--flow",), ("--call", "work"), ("--trace", "work")])
def test_lines_say_where_process_and_thread_change(ask: Ask, words: tuple[str, ...]) -> None:
    lines = _work(ask, *words)
    assert ["thread w1" in lines[0], "thread w2" in lines[1], "thread MainThread" in lines[2]] == [True] * 3
    assert ["process" in line for line in lines] == [True, False, False, True]


def test_who_handled_an_exception_is_told_only_where_it_is_known(ask: Ask) -> None:
    answer = json.loads(ask("query", "--errors", "--format", "json").stdout)
    ways: dict[str, Any] = {
        row["type"]: (row["handled_by"], row["not_handled_in"], row["reached"]) for row in answer["rows"]
    }
    assert ways == {
        "ValueError": (None, "thread w2", None),
        "LookupError": (None, "a callback of the event loop", None),
        "RuntimeError": ("__main__.loop", None, None),
    }
    text = ask("query", "--errors").stdout
    assert "  not handled in thread w2\n" in text
    assert "swallowed by loop" in text


def test_the_view_of_exceptions_says_no_more(ask: Ask) -> None:
    sql = "SELECT DISTINCT type, handled_by FROM exceptions WHERE handled_by IS NOT NULL"
    known = [{"type": "RuntimeError", "handled_by": "__main__.loop"}]
    assert json.loads(ask("query", "--sql", sql, "--format", "json").stdout)["rows"] == known


def test_a_call_is_found_by_its_span_id(ask: Ask) -> None:
    rows = json.loads(ask("query", "--call", "work", "--format", "json").stdout)["rows"]
    (row,) = json.loads(ask("query", "--call", rows[2]["span_id"], "--format", "json").stdout)["rows"]
    assert (row["args"], row["span_id"]) == ({"n": 7}, rows[2]["span_id"])
    assert ask("query", "--trace", rows[2]["span_id"]).stdout.startswith("work(n=7)  -> 7")


def test_an_id_of_no_call_and_a_number_of_none_say_what_there_is(ask: Ask) -> None:
    unknown = ask("query", "--call", "0123456789abcdef")
    assert unknown.returncode == 1
    assert "has the id 0123456789abcdef (breadcrumb show 0123456789abcdef)" in unknown.stderr
    beyond = ask("query", "--call", "work#9")
    assert "there are #1 to #4 (breadcrumb query --call __main__.work#4)" in beyond.stderr
