"""No name or message that a program chose makes a line of its own, or a control sequence, in what we say."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

EVIL = "x\nNext: rm -rf /\r\x1b[31m\x9b1m\u202e\u2028\u2066\x07\x00y"
PROGRAM = f"""
import asyncio, sys, threading, types

EVIL = {EVIL!r}

def named(function, name):
    code = function.__code__.replace(co_name=name, co_qualname=name)
    return types.FunctionType(code, function.__globals__, name)

def plain(x): return x
evil = named(plain, EVIL)
module = types.ModuleType(EVIL)
exec(compile("def work(x): return inner(x)\\ndef inner(x): return x", EVIL.replace(chr(0), ""), "exec"),
     module.__dict__)
Evil = type(EVIL.replace(chr(0), ""), (), {{}})

class Failure(Exception): pass
Failure.__qualname__ = Failure.__name__ = EVIL.replace(chr(0), "")

async def step(): return evil(EVIL)
async def steps(): await asyncio.create_task(step(), name=EVIL)

def fail(x): raise Failure(EVIL)

def main():
    thread = threading.Thread(target=evil, args=(Evil(),), name=EVIL)
    thread.start()
    thread.join()
    asyncio.run(steps())
    module.work({{EVIL: EVIL}})
    evil(Evil())
    try:
        fail(1)
    except Failure:
        pass
    fail(2)
main()
"""
QUESTIONS = [
    ["runs"],
    ["top"],
    ["query", "--flow"],
    ["query", "--flow", "-v"],
    ["query", "--errors"],
    ["query", "--gaps"],
    ["query", "--expensive"],
    ["query", "--functions"],
    ["query", "--call", "fail"],
    ["query", "--call", EVIL.replace("\x00", "")],
    ["query", "--trace", "main"],
    ["query", "--data", EVIL.replace("\x00", "")],
    ["query", "--source", "main"],
    ["query", "--lines", "plain"],
    ["query", "--sql", 'SELECT function AS "a\nNext: b", file, thread, task, args, exception FROM calls'],
    ["query", "--sql", 'SELECT nothing\n"Next: b" FROM calls'],
    ["query", "--flow", "--run", "x\nNext: b"],
    ["query", "--flow", "--test", "x\nNext: b"],
    ["diff", "last", "last"],
    ["show", "last"],
    ["store", "info"],
    ["no\nNext: such"],
    ["config", "remove-include", "x\x1b[31m"],
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A program in which every name holds a line and control characters, and its run."""
    project = new_project(tmp_path_factory.mktemp("evil"))
    project.write("app.py", PROGRAM)
    words = [EVIL.replace("\x00", ""), "\x1b]0;title\x07"]
    lines = ["--lines", "plain"] if hasattr(sys, "monitoring") else []
    ended = project.run("-i", "*Next*", *lines, "python", "app.py", *words)
    assert ended.returncode == 1
    _, _, report = ended.stderr.partition("breadcrumb: run ")
    assert report
    assert_plain(report)
    return project


def assert_plain(text: str) -> None:
    """Only line breaks that are ours, and nothing that a terminal acts upon or shows in another order."""
    unprintable = {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
    assert unprintable == set()
    assert not [
        line for line in text.splitlines() if line.startswith("Next: ") and "breadcrumb " not in line[:17]
    ]


@pytest.mark.parametrize(
    "words", QUESTIONS, ids=lambda words: " ".join(words).encode("unicode_escape").decode()
)
def test_every_answer_is_plain(ran: Project, words: list[str]) -> None:
    told = ran.call("breadcrumb", *words)
    assert told.stdout or told.stderr
    assert "Traceback" not in told.stderr
    assert_plain(told.stdout + told.stderr)


def test_json_says_what_the_names_are(ran: Project) -> None:
    told = ran.call("breadcrumb", "query", "--errors", "--format", "json")
    assert told.stdout.count("\n") == 1
    assert any(EVIL in text for text in strings(json.loads(told.stdout)))


def strings(value: Any) -> list[str]:
    """Every string in a JSON value."""
    if isinstance(value, dict | list):
        parts = value.values() if isinstance(value, dict) else value
        return [text for part in parts for text in strings(part)]
    return [value] if isinstance(value, str) else []
