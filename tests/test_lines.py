"""`breadcrumb run --lines` and `breadcrumb query --lines`: where a value went wrong, in one question."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

EXAMPLES = Path(__file__).parents[1] / "examples"
needs_monitoring = pytest.mark.skipif(sys.version_info < (3, 12), reason="lines need sys.monitoring")
pytestmark = needs_monitoring

SUM = """\
def add(numbers):
    total = 0
    for number in numbers:
        total += number
    del number
    return total


def twice(n):
    if n:
        twice(n - 1)
    return n


add([1, 2, 3, 4, 5])
add([1])
twice(1)
try:
    add(None)
except TypeError:
    pass
"""


@pytest.fixture(params=RECORDERS)
def traced(project: Any, request: pytest.FixtureRequest) -> Any:
    """A project whose programs each recorder traces."""
    project.environ["BREADCRUMB_RECORDER"] = request.param
    return project


def test_one_question_tells_where_the_balance_became_negative(traced: Any) -> None:
    traced.write("bank.py", (EXAMPLES / "bank.py").read_text())
    ended = traced.run("--no-report", "--lines", "__main__.withdraw", "python", "bank.py")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "-55.0\n", "")
    answer = traced.call("breadcrumb", "query", "--lines", "withdraw").stdout
    assert "acc.balance -= round(amount, 2)             acc.balance: 0.0 -> -50.0" in answer
    found = traced.query(
        """SELECT function, line, previous->>'$.balance', value->>'$.balance' FROM variables
        WHERE place = 'line' AND (value->>'$.balance')::DOUBLE < 0 ORDER BY time_ns LIMIT 1"""
    )
    assert found == [("__main__.withdraw", 17, "0.0", "-50.0")]
    ((after,),) = traced.query(
        """SELECT extra->>'$.args_after.acc.balance' FROM calls
        WHERE qualname = 'withdraw' AND args->>'$.amount' = '50'"""
    )
    assert after == "-50.0"
    assert (
        "\n      left acc.balance: 0.0 -> -50.0\n"
        in traced.call("breadcrumb", "query", "--call", "withdraw").stdout
    )
    first, last = (
        json.loads(traced.call("breadcrumb", "query", "--call", f"withdraw#{n}", "--format", "json").stdout)
        for n in (1, 6)
    )
    assert "args_after" not in first["rows"][0]  # it withdrew nothing
    assert last["rows"][0]["args_after"]["acc"]["balance"] == -50.0


def test_what_many_calls_left_of_their_arguments_is_told_once(traced: Any) -> None:
    program = (
        "def push(stack):\n    stack['n'] += 1\nstack = {'n': 0}\nfor _ in range(40):\n    push(stack)\n"
    )
    traced.write("app.py", program)
    traced.run("--no-report", "--lines", "__main__.push", "python", "app.py")
    answer = traced.call("breadcrumb", "query", "--call", "push").stdout.splitlines()
    assert [line for line in answer if "left" in line] == ["      left stack['n']: 0 -> 1 .. 40"]


def test_one_question_tells_how_two_tasks_lost_an_update(traced: Any) -> None:
    traced.write("race.py", (EXAMPLES / "race.py").read_text())
    ended = traced.run("--no-report", "--lines", "*.increment", "python", "race.py")
    assert (ended.returncode, ended.stdout) == (0, "expected 7, got 6\n")
    answer = traced.call("breadcrumb", "query", "--lines", "increment").stdout.splitlines()
    reads = [line.split("23  ")[0] for line in answer if "value = counter.read()" in line]
    writes = [at for at, line in enumerate(answer) if "counter.write(value + 1)" in line]
    assert sorted(reads) == ["  #1    ", "  #2    "]
    assert max(at for at, line in enumerate(answer) if line.endswith("value = 5")) < min(writes)
    rows = traced.query(
        """SELECT task, name, coalesce(value->>'$.value', value::VARCHAR) FROM variables
        WHERE place = 'line' ORDER BY time_ns"""
    )
    assert [row[1:] for row in rows if row[1] == "value"] == [("value", "5"), ("value", "5")]


def test_an_answer_names_each_line_what_it_changed_and_folds_loops(traced: Any) -> None:
    traced.write("app.py", SUM)
    traced.run("--no-report", "--lines", "__main__.*", "python", "app.py")
    answer = traced.call("breadcrumb", "query", "--lines", "add").stdout
    assert "   3  for number in numbers:  x5                  number = 1 .. 5\n" in answer
    assert "   4      total += number  x5                     total: 0 -> 1 .. 15\n" in answer
    assert "   5  del number                                  del number\n" in answer
    assert "!! TypeError" in answer and "Next: breadcrumb query --lines add#3" in answer
    nested = traced.call("breadcrumb", "query", "--lines", "twice").stdout.splitlines()
    assert [line[2:4] for line in nested] == ["ic", "#1", "#1", "ic", "#2", "#2", "#1", "li"]
    one = json.loads(traced.call("breadcrumb", "query", "--lines", "add#2", "--format", "json").stdout)
    rows = one["rows"]
    assert [row["line"] for row in rows] == [2, 3, 4, 3, 5, 6]
    assert rows[2]["changes"] == [{"name": "total", "value": 1, "previous": 0, "unbound": False}]
    assert rows[4]["changes"] == [{"name": "number", "value": None, "previous": 1, "unbound": True}]
    assert rows[0]["source"] == "    total = 0" and rows[0]["call"] == 2


def test_source_is_shown_only_while_the_file_is_the_one_that_ran(traced: Any) -> None:
    path = traced.write("app.py", SUM)
    traced.run("--no-report", "--lines", "__main__.*", "python", "app.py")
    time.sleep(0.01)
    path.write_text("# another\n" * 20, encoding="utf-8")
    answer = traced.call("breadcrumb", "query", "--lines", "add#2").stdout
    assert "another" not in answer and "total += number" not in answer
    assert "total: 0 -> 1" in answer


def test_who_did_not_choose_is_told_how_to(traced: Any) -> None:
    traced.write("app.py", SUM)
    traced.run("--no-report", "python", "app.py")
    asked = traced.call("breadcrumb", "query", "--lines", "add")
    assert asked.returncode == 1
    assert (
        "no lines of __main__.add were kept (breadcrumb run --lines __main__.add python app.py)"
        in asked.stderr
    )


def test_lines_that_were_not_kept_are_counted(traced: Any) -> None:
    traced.write("pyproject.toml", "[tool.breadcrumb]\nlines = ['__main__.add']\nlimits = {lines = 4}\n")
    traced.write("app.py", SUM)
    traced.run("--no-report", "python", "app.py")
    answer = traced.call("breadcrumb", "query", "--lines", "add#1").stdout
    assert "10 more lines ran than were kept of a call: limits.lines is how many." in answer
