"""Hot and sampled functions end to end: counts are exact, trees whole, answers say what they leave out."""

from __future__ import annotations

import json
import os
import signal
import struct
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from patience import until

if TYPE_CHECKING:
    from pathlib import Path

LOW = "[tool.breadcrumb]\nthinning = {rate = 100, first = 20, every = 500}\n"

HOT = """
import os
CALLS = 3000

def leaf(n):
    if n % 700 == 699:
        raise ValueError(n)
    return n

def outer(n):
    try:
        return leaf(n)
    except ValueError:
        return None

def tree(n):
    return n if n == 0 else tree(n - 1) + tree(n - 1)

def numbers(n):
    for each in range(n):
        yield leaf(each)

def main():
    for n in range(CALLS):
        outer(n)
    tree(8)
    for _ in range(400):
        list(numbers(2))

main()
"""
EXACT = {"leaf": 3800, "outer": 3000, "tree": 511, "numbers": 400, "main": 1}

KILLED = """
import mmap, sys
file = open(sys.argv[1], "r+b")
counter = memoryview(mmap.mmap(file.fileno(), 8)).cast("q")

def leaf(n):
    return n

def main():
    n = 0
    while True:
        leaf(n)
        n += 1
        counter[0] = n  # in one piece: `struct.pack_into` writes zeros first

main()
"""


@pytest.fixture(params=["python", "auto"])
def hot(request: pytest.FixtureRequest, project: Any) -> Any:
    """A project with low thresholds; every recorder must do the same."""
    project.write("pyproject.toml", LOW)
    project.environ["BREADCRUMB_RECORDER"] = request.param
    return project


def _exact(project: Any) -> dict[str, int]:
    """How often each function was called, by its rows and the counts."""
    rows = project.query(
        """select substr(function, 10), sum(calls)::bigint from
            (select function, count(*) as calls from calls group by all
            union all select function, sum(thinned) from counts group by all) group by all"""
    )
    return dict(rows)


def _orphans(project: Any) -> list[Any]:
    found: list[Any] = project.query(
        """select function, args from calls where parent_key is not null and parent_key <> 0
            and parent_key not in (select span_key from calls)"""
    )
    return found


def _ask(project: Any, *words: str) -> Any:
    answered = project.call("breadcrumb", "query", *words, "--format", "json")
    return json.loads(answered.stdout)


def test_counts_are_exact_and_trees_have_no_holes(hot: Any) -> None:
    hot.write("app.py", HOT)
    ended = hot.run("python", "app.py")
    assert ended.returncode == 0
    assert _exact(hot) == EXACT
    assert _orphans(hot) == []
    assert "7,712 calls (" in ended.stderr
    assert "Not every call was kept" in ended.stderr
    ((kept,),) = hot.query("select count(*) from calls")
    assert kept < sum(EXACT.values()) / 2
    ((failed,),) = hot.query("select count(*) from calls where outcome = 1")
    assert failed == 4


def test_every_answer_says_that_not_every_call_was_kept(hot: Any) -> None:
    hot.write("app.py", HOT)
    hot.run("--no-report", "python", "app.py")
    questions = ["--flow", "--gaps", "--expensive", "--errors", "--trace main", "--call outer"]
    for question in questions:
        answer = _ask(hot, *question.split())
        assert "Not every call was kept" in answer["notes"][0], question
        counted = {row["function"]: row for row in answer["counts"]}
        assert counted["__main__.leaf"]["calls"] == EXACT["leaf"], question
        assert counted["__main__.leaf"]["reason"] == "over 100 calls/s"
    expensive = {row["function"]: row["calls"] for row in _ask(hot, "--expensive")["rows"]}
    assert expensive == {f"__main__.{name}": calls for name, calls in EXACT.items()}
    (run,) = json.loads(hot.call("breadcrumb", "runs", "--format", "json").stdout)["rows"]
    ((kept,),) = hot.query("select count(*) from calls")
    assert (run["calls"], run["thinned"]) == (7712, 7712 - kept)
    assert "counts has exact numbers" in _ask(hot, "--sql", "select 1 as n")["notes"][0]
    assert f"7712 calls, 4 failed, {7712 - kept} only counted" in hot.call("breadcrumb", "runs").stdout
    beyond = hot.call("breadcrumb", "query", "--call", "leaf#3700").stderr
    of_leaf = next(each["kept"] for each in answer["counts"] if each["function"] == "__main__.leaf")
    numbered = f"#n numbers the calls that were kept, {of_leaf} of 3,800 (over 100 calls/s): there are #1"
    assert numbered in beyond
    assert f"(breadcrumb query --call __main__.leaf#{of_leaf})" in beyond
    text = hot.call("breadcrumb", "query", "--call", "leaf", "--limit", "2").stdout
    assert "of 3,800 calls of leaf in the run were kept, the rest counted (over 100 calls/s)" in text
    assert "kept calls shown" in text
    assert text.endswith("   or: BREADCRUMB_THINNING_RATE=0 breadcrumb run python app.py\n")


def test_counts_that_were_written_survive_kill_9(hot: Any, tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_bytes(bytes(8))
    hot.write("app.py", KILLED)
    program = subprocess.Popen(
        ["breadcrumb-instrument", "python", "app.py", counter], cwd=hot.path, env=hot.environ
    )
    until(lambda: _read(counter) >= 3_000)
    before = _read(counter)
    until(lambda: _exact(hot).get("leaf", 0) >= before and not _orphans(hot))  # main is told of after 0.25 s
    os.kill(program.pid, signal.SIGKILL)
    program.wait()
    counted = _exact(hot)["leaf"]
    assert before <= counted <= _read(counter) + 1
    assert _orphans(hot) == []
    ((running,),) = hot.query(
        "select count(*) from calls where function = '__main__.leaf' and status = 'open'"
    )
    answer = _ask(hot, "--expensive")
    ended = [row["calls"] for row in answer["rows"] if row["function"] == "__main__.leaf"]
    assert ended == [counted - running]


def _read(counter: Path) -> int:
    (calls,) = struct.unpack("q", counter.read_bytes())
    return int(calls)


def test_a_forked_child_counts_from_zero(hot: Any) -> None:
    hot.write(
        "app.py",
        """
import os
def leaf(n): return n
def many(times):
    for n in range(times): leaf(n)
def outer(n):
    if n == 700:
        if os.fork() == 0:
            many(800)
            os._exit(0)
        os.wait()
for n in range(1000): outer(n)
many(1000)
""",
    )
    assert hot.run("--no-report", "python", "app.py").returncode == 0
    assert _exact(hot) == {"leaf": 1800, "many": 2, "outer": 1000}
    by_process = hot.query("select calls from counts where function = '__main__.leaf' order by 1")
    assert by_process == [(800,), (1000,)]
    assert _orphans(hot) == []


def test_calls_stay_that_were_given_away_as_parents(hot: Any) -> None:
    hot.write(
        "app.py",
        """
import multiprocessing, subprocess, sys, threading
from opentelemetry import trace

def work(n): return n

def outer(n):
    if n == 700:
        with trace.get_tracer("t").start_as_current_span("span"):
            pass
    if n == 800:
        child = multiprocessing.get_context("fork").Process(target=work, args=(n,))
        child.start()
        child.join()
    if n == 850:
        child = multiprocessing.get_context("spawn").Process(target=work, args=(n,))
        child.start()
        child.join()
    if n == 900:
        subprocess.run([sys.executable, "-c", "def inner(): pass\\ninner()"], check=True)

if __name__ == "__main__":
    for n in range(1000): outer(n)
""",
    )
    assert hot.run("--no-report", "python", "app.py").returncode == 0
    assert _exact(hot)["outer"] == 1000
    assert _orphans(hot) == []
    parents = hot.query("select parent_span_id from spans")
    parents += hot.query("select parent_span_id from calls where qualname in ('work', 'inner')")
    assert len(parents) == 4
    kept = hot.query("select span_id from calls where qualname = 'outer'")
    assert set(parents) <= set(kept)


def test_a_sampled_function_is_counted(hot: Any) -> None:
    hot.write("pyproject.toml", "[tool.breadcrumb.sampling.functions]\n'*leaf' = 0.1\n'*none' = 0\n")
    hot.write(
        "app.py",
        "def leaf(n): pass\ndef none(n): pass\nfor n in range(50): leaf(n)\nfor n in range(30): none(n)\n",
    )
    assert hot.run("--no-report", "python", "app.py").returncode == 0
    assert _exact(hot) == {"leaf": 50, "none": 30}
    assert hot.query("select args->>'$.n' from calls order by start_ns") == [
        (str(n),) for n in range(0, 50, 10)
    ]
    refused = hot.call("breadcrumb", "query", "--call", "none")
    assert "no call of __main__.none was kept, 30 counted (sampled at 0)" in refused.stderr


def test_a_run_that_is_not_sampled_is_untraced_with_its_children(project: Any) -> None:
    project.write("pyproject.toml", "[tool.breadcrumb]\nsampling.runs = 0\n")
    project.write(
        "app.py",
        "import breadcrumb, subprocess, sys\n"
        "with breadcrumb.init() as session: print(session.run_id)\n"
        "if len(sys.argv) == 1: subprocess.run([sys.executable, 'app.py', 'child'], check=True)\n",
    )
    ended = project.run("python", "app.py")
    assert (ended.returncode, ended.stdout) == (0, "None\nNone\n")
    line = "breadcrumb: the program runs untraced: this run is not sampled (sampling.runs = 0)\n"
    assert ended.stderr == line
    assert project.run("--no-report", "python", "app.py").stderr == ""
    assert not project.store.exists()
    alone = project.call("python", "app.py", "child")
    assert (alone.stdout, alone.stderr) == ("None\n", line)


def test_a_part_of_the_runs_is_sampled(project: Any) -> None:
    from breadcrumb.common.sampling import leaves_out
    from breadcrumb.common.settings import Settings

    half = Settings(sampling_runs=0.5)
    assert 100 < sum(leaves_out(half, quiet=True) for _ in range(400)) < 300
    assert not any(leaves_out(Settings(), quiet=True) for _ in range(100))
