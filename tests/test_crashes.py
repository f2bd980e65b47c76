"""A process that dies in the middle of anything leaves every call that had ended, exactly once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from breadcrumb_exporter_duckdb.reading.store import open_store
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

pytestmark = [
    pytest.mark.launches,
    pytest.mark.skipif(
        "c" not in RECORDERS or sys.platform != "linux", reason="only C records into memory that survives"
    ),
]

ACKNOWLEDGES = r"""
import os, sys
def step(number):
    return {"number": number, "double": [number, number * 2.5]}
def main(most):
    for number in range(most):
        step(number)
        os.write(1, b"%d\n" % number)
main(int(sys.argv[1]))
"""
WRITES_ON = r"""
import time
def other(text):
    return text
def main():
    print("busy", flush=True)
    for number in range(20_000):
        other("ab")
        time.sleep(0.001)
main()
"""
FORKS = r"""
import ctypes, os
def step(number):
    return number
def child():
    for number in range(100, 150):
        step(number)
    ctypes.string_at(0)
def main():
    for number in range(50):
        step(number)
    process = os.fork()
    if not process:
        child()
    status = os.waitpid(process, 0)[1]
    print(os.WTERMSIG(status), flush=True)
    ctypes.string_at(0)
main()
"""

STANDS = r"""
import asyncio, ctypes, os, sys
def quick(number):
    return number
def deadly(path, blob, number):
    quick(number)
    ctypes.string_at(0)
def deep(left):
    if left:
        deep(left - 1)
    else:
        os.abort()
def generate(name):
    yield quick(name)
    yield quick(name)
async def waits(number):
    await asyncio.sleep(1_000)
async def both():
    for number in range(3_000):
        quick(number)
    task = asyncio.create_task(waits(7))
    await asyncio.sleep(0)
    generated = generate("g")
    next(generated)
    if not os.fork():
        deep(int(sys.argv[1]))
    print(os.WTERMSIG(os.wait()[1]), flush=True)
    deadly("x/y", blob=["b" * 400] * 3, number=3)
def main():
    asyncio.run(both())
sys.setrecursionlimit(5_000)
main()
"""


def start(project: Any, program: str, *args: str) -> subprocess.Popen[bytes]:
    """The traced program itself, without a launcher that would outlive it."""
    name = f"app{sum(map(ord, program))}.py"
    (project.path / name).write_text(program)
    environ = {**project.environ, "BREADCRUMB_STORE": str(project.store), "BREADCRUMB_THINNING_RATE": "0"}
    command = [str(Path(sys.executable).parent / "breadcrumb-instrument"), sys.executable, name, *args]
    return subprocess.Popen(command, cwd=project.path, env=environ, stdout=subprocess.PIPE, bufsize=0)


def steps(project: Any) -> list[tuple[Any, ...]]:
    """Argument and return of each kept call, in their order."""
    with open_store(project.store) as store:
        # a write that a signal cut short leaves bytes behind; what they held is taken from memory
        assert [note for note in store.notes if "torn" not in note] == []
        found: list[tuple[Any, ...]] = store.connection.execute(
            "SELECT (args->>'$.number')::INTEGER, CAST(\"return\" AS VARCHAR) FROM calls"
            " WHERE qualname = 'step' ORDER BY ALL"
        ).fetchall()
    return found


@pytest.mark.parametrize("deadly", [signal.SIGKILL, signal.SIGTERM, signal.SIGABRT])
@pytest.mark.parametrize("after", [1, 700, 9000])
def test_every_acknowledged_call_is_there_once(project: Any, deadly: signal.Signals, after: int) -> None:
    with start(project, ACKNOWLEDGES, "1000000") as process:
        assert process.stdout is not None
        seen = b""
        while seen.count(b"\n") < after and (more := process.stdout.read(65536)):
            seen += more
        process.send_signal(deadly)
        seen += process.stdout.read()
    assert process.returncode == -deadly
    acknowledged = seen.count(b"\n")
    found = steps(project)
    assert [number for number, _ in found] == list(range(len(found)))
    assert len(found) - acknowledged in (0, 1)
    assert project.query(
        "SELECT count(*) FROM (SELECT span_id FROM calls GROUP BY span_id HAVING count(*) > 1)"
    ) == [(0,)]
    assert found[0][1] == '{"number": 0, "double": [0, 0.0]}'
    assert steps(project) == found


def test_a_forked_child_and_its_parent_each_leave_their_own(project: Any) -> None:
    with start(project, FORKS) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"%d\n" % signal.SIGSEGV
    assert process.returncode == -signal.SIGSEGV
    assert [number for number, _ in steps(project)] == [*range(50), *range(100, 150)]


@pytest.mark.parametrize("levels", [1_500, 2_500])
def test_calls_that_had_only_just_begun_are_known(project: Any, levels: int) -> None:
    with start(project, STANDS, str(levels)) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"%d\n" % signal.SIGABRT
    assert process.returncode == -signal.SIGSEGV
    with open_store(project.store) as store:
        found = store.connection.execute(
            "SELECT pid, qualname, CAST(args AS VARCHAR), span_id, parent_span_id FROM calls"
            " WHERE status = 'open' ORDER BY depth, start_ns"
        ).fetchall()
        [(ended,)] = store.connection.execute("SELECT count(*) FROM calls WHERE status = 'ok'").fetchall()
    here = [row for row in found if row[0] == process.pid]
    assert [(row[1], json.loads(row[2])) for row in here] == [
        ("main", {}),
        ("both", {}),
        ("waits", {"number": 7}),
        ("generate", {"name": "g"}),
        ("deadly", None),
    ]
    assert [row[4] for row in here[1:]] == [here[0][3], *[here[1][3]] * 3]
    below = [json.loads(row[2]) for row in found if row[0] != process.pid]
    assert below == [{"left": levels - level} for level in range(len(below))]
    is_whole = len(below) == levels + 1
    assert is_whole if levels == 1_500 else len(below) >= 2_000
    assert ended == 3_002
    shown = project.call("breadcrumb", "query", "--errors").stdout
    assert "deadly(…)  since " in shown
    assert f"... {len(below) - 30:,} calls between" in shown
    assert "... 23 more calls of deep, each in the one before" in shown
    assert shown.count(" deep#") <= 4
    assert is_whole is ("are not known" not in shown)
    assert is_whole is ("missing" not in shown)


def test_a_clean_end_leaves_no_memory_behind(project: Any) -> None:
    with start(project, ACKNOWLEDGES, "10") as process:
        process.communicate()
    assert process.returncode == 0
    assert not list((project.store / "spool").glob("*.arena*"))
    assert len(steps(project)) == 10


def test_memory_that_cannot_be_read_is_told(project: Any) -> None:
    with start(project, ACKNOWLEDGES, "10") as process:
        process.communicate()
    (project.store / "spool" / "1-2-3.arena").write_bytes(b"\0" * 100)
    for _ in range(2):
        with open_store(project.store) as store:
            assert store.notes == ["spool file 1-2-3.arena: 100 bytes are unreadable and were left out"]


def test_calls_of_a_killed_process_are_there_while_another_goes_on_writing(project: Any) -> None:
    with start(project, WRITES_ON) as busy, start(project, ACKNOWLEDGES, "1000000") as process:
        try:
            assert process.stdout is not None and busy.stdout is not None
            busy.stdout.readline()
            seen = process.stdout.read(6000)
            process.kill()
            seen += process.stdout.read()
            for _ in range(3):
                assert len(steps(project)) - seen.count(b"\n") in (0, 1)
        finally:
            process.kill()
            busy.kill()
