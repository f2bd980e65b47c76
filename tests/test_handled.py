"""What became of exceptions that left no call, or came to a module's body: a table, written by hand."""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_exporter_duckdb.base.records import replace
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

from breadcrumb.questions.facts.ask import Ask
from breadcrumb.questions.facts.calls.call_rows import raised_from
from breadcrumb.questions.facts.exceptions.handled import Handled, within
from breadcrumb.questions.facts.run import tests
from breadcrumb.questions.facts.run.run_facts import Run

HEAD = """\
import asyncio, contextlib, json, logging, threading, traceback
log = logging.getLogger("quiet")
log.addHandler(logging.NullHandler())
log.propagate = False
class Own(Exception):
    pass
class Ignores:
    def __enter__(self): return self
    def __exit__(self, *_): return True
@contextlib.contextmanager
def eats():
    try: yield
    except OSError: pass
def fails(kind):
    raise kind("f")
"""
CASES = {
    "passes": ("try: {}['a']\nexcept KeyError: pass", "KeyError swallowed"),
    "gives_default": ("try: return {}['a']\nexcept KeyError: return 1", "KeyError swallowed"),
    "gives_default_from_c": (
        "try: return json.loads('{')\nexcept Exception: return {}",
        "JSONDecodeError swallowed",
    ),
    "bare": ("try: 1/0\nexcept: return 0", "ZeroDivisionError swallowed"),
    "second_clause": (
        "try: 1/0\nexcept KeyError: raise\nexcept ArithmeticError: return 0",
        "ZeroDivisionError swallowed",
    ),
    "tuple_clause": (
        "try: 1/0\nexcept (KeyError, ZeroDivisionError): return 0",
        "ZeroDivisionError swallowed",
    ),
    "clause_of_a_value": ("kinds = (KeyError,)\ntry: {}['a']\nexcept kinds: return 0", "KeyError caught"),
    "names_it": ("try: {}['a']\nexcept KeyError as error: return str(error)", "KeyError handled"),
    "logs_it": ("try: {}['a']\nexcept KeyError: log.exception('no a')", "KeyError handled"),
    "names_nothing": ("try: {}['a']\nexcept KeyError as error: return 0", "KeyError swallowed"),
    "prints_it": ("try: {}['a']\nexcept KeyError: print('no a')", "KeyError handled"),
    "own_class": ("try: raise Own('o')\nexcept Own: pass", "Own swallowed"),
    "base_class": ("try: raise Own('o')\nexcept Exception: pass", "Own swallowed"),
    "suppressed": ("with contextlib.suppress(KeyError): {}['a']", "KeyError swallowed"),
    "exit_returns_true": ("with Ignores(): {}['a']", "KeyError swallowed"),
    "generator_manager": ("with eats(): open('/nowhere/at/all')", "FileNotFoundError swallowed"),
    "finally_returns": ("try: raise ValueError('v')\nfinally: return 5", "ValueError swallowed"),
    "finally_breaks": (
        "while True:\n    try: raise ValueError('v')\n    finally: break",
        "ValueError swallowed",
    ),
    "finally_then_caught": (
        "try:\n    try: raise ValueError('v')\n    finally: x = 1\nexcept ValueError: pass",
        "ValueError swallowed",
    ),
    "with_then_caught": (
        "try:\n    with open('/dev/null'): {}['a']\nexcept KeyError: pass",
        "KeyError swallowed",
    ),
    "wrong_clause_then_caught": (
        "try:\n    try: 1/0\n    except KeyError: pass\nexcept ZeroDivisionError: pass",
        "ZeroDivisionError swallowed",
    ),
    "raised_again_then_caught": (
        "try:\n    try: 1/0\n    except ZeroDivisionError: raise\nexcept ZeroDivisionError: pass",
        "ZeroDivisionError swallowed",
    ),
    "raised_by_name_then_caught": (
        "try:\n    try: 1/0\n    except ZeroDivisionError as e: raise e\nexcept ZeroDivisionError: pass",
        "ZeroDivisionError swallowed",
    ),
    "replaced": (
        "try:\n    try: {}['a']\n    except KeyError as e: raise Own('v') from e\nexcept Own: pass",
        "KeyError replaced, Own swallowed",
    ),
    "replaced_in_silence": (
        "try:\n    try: {}['a']\n    except KeyError: raise ValueError('v')\nexcept ValueError: pass",
        "KeyError replaced, ValueError swallowed",
    ),
    "replaced_by_accident": (
        "try:\n    try: {}['a']\n    except KeyError: [][0]\nexcept IndexError: pass",
        "KeyError replaced, IndexError swallowed",
    ),
    "handled_while_handling": (
        "try: {}['a']\nexcept KeyError:\n    try: [][0]\n    except IndexError: pass",
        "KeyError swallowed, IndexError swallowed",
    ),
    "retries": (
        "for _ in range(100):\n    try: {}['a']\n    except KeyError: continue",
        "KeyError swallowed x100",
    ),
    "same_object": (
        "error = ValueError('v')\nfor _ in range(5):\n    try: raise error\n    except ValueError: pass",
        "ValueError swallowed x5",
    ),
    "groups": (
        "try: raise ExceptionGroup('g', [KeyError('a')])\nexcept* KeyError: pass",
        "ExceptionGroup swallowed",
    ),
    "recovers": ("try: {}['a']\nexcept KeyError: recover()", "KeyError swallowed"),
    "assertion": ("try: assert False, 'no'\nexcept AssertionError: pass", "AssertionError swallowed"),
    "exit_refused": ("try: raise SystemExit(3)\nexcept SystemExit: pass", "SystemExit swallowed"),
    "iteration_ends": ("try: next(iter(()))\nexcept StopIteration: pass", ""),
    "generator_closed": ("g = numbers()\nnext(g)\ng.close()", ""),
    "loop_ends": ("for _ in numbers(): pass", ""),
    "has_no_attribute": ("getattr(1, 'a', 2)\nhasattr(1, 'b')", ""),
    "comprehension": (
        "try: [1 // n for n in (1, 0)]\nexcept ZeroDivisionError: pass",
        "ZeroDivisionError swallowed",
    ),
    "coroutine": ("asyncio.run(fails_inside())", "OSError swallowed in fails_inside"),
    "thread": (
        "t = threading.Thread(target=fails_quietly)\nt.start()\nt.join()",
        "LookupError swallowed in fails_quietly",
    ),
}
TAIL = """\
def recover(): return 1
def numbers():
    try:
        yield 1
        yield 2
    finally: pass
async def fails_inside():
    try: raise OSError("o")
    except OSError: await asyncio.sleep(0)
def fails_quietly():
    try: raise LookupError("l")
    except LookupError: return
"""


BODY = """\
try: {}['body']
except KeyError: pass
try: fails(EOFError)
except EOFError: pass
fails(MemoryError)
"""


def _program() -> str:
    indented = {name: code.replace("\n", "\n    ") for name, (code, _) in CASES.items()}
    functions = "".join(f"def {name}():\n    {code}\n" for name, code in indented.items())
    calls = "".join(f"{name}()\n" for name in CASES)
    return HEAD + TAIL + functions + calls + BODY


@pytest.fixture(scope="module", params=RECORDERS)
def handled(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_project: Callable[[Path], Project],
) -> Project:
    """A project whose program has handled what there is to handle, and ended with one exception."""
    project = new_project(tmp_path_factory.mktemp("handled"))
    project.environ["BREADCRUMB_RECORDER"] = request.param
    project.write("app.py", _program())
    project.run("--no-report", "python", "app.py")
    return project


def _rows(project: Project) -> list[dict[str, Any]]:
    answer = project.call(
        "breadcrumb", "query", "--errors", "--handled", "--format", "json", "--budget", "90000"
    )
    rows: list[dict[str, Any]] = json.loads(answer.stdout)["rows"]
    return rows


WITHIN_OTHERS = (
    "finally_then_caught",
    "raised_again_then_caught",
    "with_then_caught",
    "wrong_clause_then_caught",
)
"""An exception goes on from one handler to the next; 3.11 does not tell which one kept it."""


def _expected() -> dict[str, list[str]]:
    expected: dict[str, list[str]] = {}
    for name, (_, told) in CASES.items():
        for each in filter(None, told.split(", ")):
            ending, _, elsewhere = each.partition(" in ")
            if name in WITHIN_OTHERS and not hasattr(sys, "monitoring"):
                ending = ending.replace("swallowed", "caught")
            expected.setdefault(elsewhere or name, []).append(ending)
    return {**expected, "<module>": ["KeyError swallowed"]}


def test_each_ending_is_told_as_it_was(handled: Project) -> None:
    found: dict[str, list[str]] = {}
    for row in _rows(handled):
        if not row["path"] and not row["ended_run"]:
            times = "" if row["count"] == 1 else f" x{row['count']}"
            name = row["handled_by"].removeprefix("__main__.")
            found.setdefault(name, []).append(f"{row['type'].rpartition('.')[2]} {row['ending']}{times}")
    assert found == _expected()


def test_what_ended_the_run_is_first_and_what_a_body_handled_names_it(handled: Project) -> None:
    rows = _rows(handled)
    assert (rows[0]["type"], rows[0]["ending"]) == ("MemoryError", "ended the run")
    (eof,) = [row for row in rows if row["type"] == "EOFError"]
    assert (eof["handled_by"], eof["ending"]) == ("__main__.<module>", "swallowed")


def test_sql_and_the_question_agree(handled: Project) -> None:
    sql = "SELECT type, raised_line FROM exceptions WHERE first AND handled_by IS NULL ORDER BY ALL"
    unhandled = [(row["type"], row["raised"]["line"]) for row in _rows(handled) if row["handled_by"] is None]
    assert handled.query(sql) == unhandled != []
    sql = "SELECT type, raised_line, sum(count + replaced) FROM handled WHERE NOT left_calls GROUP BY ALL"
    found = {(kind.removeprefix("__main__."), line): count for kind, line, count in handled.query(sql)}
    told: dict[tuple[str, int], int] = {}
    for row in _rows(handled):
        if not row["path"] and not row["ended_run"]:
            key = row["type"], row["raised"]["line"]
            told[key] = told.get(key, 0) + row["count"]
    assert found == told


HANDED_OVER = """
from concurrent.futures import ThreadPoolExecutor
def fails(n):
    raise ValueError(n)
for n in range(3):
    try: fails(n)
    except ValueError: pass
with ThreadPoolExecutor(1) as pool:
    pool.submit(fails, 9)
"""


def test_sql_says_no_more_than_the_question_of_what_a_body_may_have_handled(project: Project) -> None:
    project.write("app.py", HANDED_OVER)
    project.run("--no-report", "python", "app.py")
    told = {row["message"]: row["handled_by"] for row in _rows(project)}
    body = "__main__.<module>"
    assert told == {"0": body, "1": body, "2": body, "9": None}
    assert dict(project.query("SELECT message, handled_by FROM exceptions")) == told


STARS = """
def takes_none():
    try: raise ExceptionGroup("none", [KeyError("a")])
    except* ValueError: pass
def takes_no_bare_one():
    try: raise KeyError("bare")
    except* ValueError: pass
def takes_part():
    try: raise ExceptionGroup("part", [KeyError("a"), ExceptionGroup("in", [ValueError("v"), KeyError("b")])])
    except* ValueError: pass
def takes_all():
    try: raise ExceptionGroup("all", [KeyError("a"), ValueError("v")])
    except* (ValueError, KeyError): pass
def takes_the_rest():
    try:
        try: raise ExceptionGroup("rest", [KeyError("a"), ValueError("v")])
        except* ValueError: pass
    except* KeyError: pass
def takes_after_another():
    try:
        try: raise LookupError("l")
        except* ValueError: pass
        finally: str()
    except LookupError: pass
def raises_another():
    try: raise ExceptionGroup("other", [KeyError("a"), ValueError("v")])
    except* ValueError: raise OSError("o")
def raises_all_again():
    try: raise ExceptionGroup("again", [KeyError("a"), ValueError("v")])
    except* ValueError: raise
def takes_within_another():
    try: raise ExceptionGroup("outer", [KeyError("a"), ValueError("v")])
    except* ValueError:
        try: raise ExceptionGroup("inner", [KeyError("a")])
        except* KeyError: pass
class Body:
    try:
        try: raise ExceptionGroup("body", [KeyError("a")])
        except* ValueError: pass
    except ExceptionGroup: pass
for each in (takes_none, takes_no_bare_one, takes_part, takes_all, takes_the_rest, takes_after_another,
             raises_another, raises_all_again, takes_within_another):
    try: each()
    except BaseException: pass
try: raise ExceptionGroup("module", [KeyError("a")])
except* ValueError: pass
"""


@pytest.mark.skipif(not hasattr(sys, "monitoring"), reason="3.11 does not tell how an exception goes on")
@pytest.mark.parametrize("recorder", RECORDERS)
def test_what_an_except_star_does_not_take_is_not_swallowed_there(project: Project, recorder: str) -> None:
    project.environ["BREADCRUMB_RECORDER"] = recorder
    project.write("app.py", STARS)
    project.run("--no-report", "python", "app.py")
    told = [
        (row["message"], row["handled_by"].removeprefix("__main__."), row["ending"])
        for row in _rows(project)
        if not row["path"] and not row["ended_run"]
    ]
    assert sorted(told) == [
        ("all (2 sub-exceptions)", "takes_all", "swallowed"),
        ("body (1 sub-exception)", "Body", "swallowed"),
        ("inner (1 sub-exception)", "takes_within_another", "swallowed"),
        ("l", "takes_after_another", "swallowed"),
        ("other (2 sub-exceptions)", "raises_another", "replaced"),
        ("outer (2 sub-exceptions)", "takes_within_another", "replaced"),
        ("part (2 sub-exceptions)", "takes_part", "replaced"),
        ("rest (1 sub-exception)", "takes_the_rest", "swallowed"),
        ("rest (2 sub-exceptions)", "takes_the_rest", "replaced"),
    ]


def test_those_handled_otherwise_are_counted_and_told_when_asked(handled: Project) -> None:
    told = handled.call("breadcrumb", "query", "--errors", "--budget", "9000").stdout
    more = 4 if hasattr(sys, "monitoring") else 4 + len(WITHIN_OTHERS)
    assert f"{more} more exceptions were handled where raised: breadcrumb query --errors --handled." in told
    assert "KeyError: 'a'  x100    raised at app.py:" in told
    assert "swallowed by retries app.py:" in told
    assert "names_it" not in told


def test_those_of_a_time_or_a_test_are_told_alone() -> None:
    now = time.time_ns()
    long_ago, lately = now - 3600 * 10**9, now - 10**9
    at_both = _handled("early", 1, long_ago, lately)
    found = [at_both, _handled("old", 1, long_ago), _handled("elsewhere", 2, lately)]
    run = Run("r", "", "exited", 0, 0, 0, None, 0, 1, None, 0)
    counts = {each.function: each.count for each in within(found, run, Ask(since=timedelta(seconds=60)))}
    assert counts == {"early": 1, "elsewhere": 1}
    during = replace(run, tests=(tests.Test("t", "passed", 1, long_ago - 5, long_ago + 5),))
    assert {each.function: each.count for each in within(found, during, Ask())} == {"early": 1, "old": 1}
    assert within(found, run, Ask()) == found


def _handled(function: str, process: int, *moments_ns: int) -> Handled:
    raised = raised_from({"type": "KeyError", "message": "'a'"})
    return Handled(
        f"{process:016x}", function, "app.py", 1, raised, 5, "swallowed", left=False, moments_ns=moments_ns
    )


def test_exceptions_that_took_the_same_way_are_told_once(project: Project) -> None:
    project.write("pyproject.toml", "")
    project.write(
        "app.py",
        """
def look(name):
    raise KeyError(name)

def main():
    for name in "abc":
        try:
            look(name)
        except KeyError:
            print(name)
main()
""",
    )
    assert project.run("python", "app.py").returncode == 0
    told = project.call("breadcrumb", "query", "--why").stdout
    assert told.count("KeyError: 'a'  x3    raised at app.py:3") == 1, told
    assert "KeyError: 'b'" not in told
