"""What is not UTF-8 (words of a command, names of files, modules, threads) makes nothing unreadable."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_exporter_duckdb.reading.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Project

pytestmark = pytest.mark.launches

RECORDERS = ("c", "python") if hasattr(sys, "monitoring") else ("python",)
NAME = os.fsdecode(b"caf\xe9")
SPELLED = "caf\\udce9"
MODULE = "def helper(x):\n    return x\ndef fail(x):\n    raise ValueError(x)\n"
PROGRAM = f"""
import asyncio, importlib, os, subprocess, sys, threading
from opentelemetry import trace

NAME = {NAME!r}
sys.path.insert(0, NAME)
module = importlib.import_module(NAME)

def work(x):
    return x

async def step():
    return work(NAME)

async def steps():
    await asyncio.create_task(step(), name=NAME)

def main():
    thread = threading.Thread(target=work, args=(sys.argv[1],), name=NAME)
    thread.start()
    thread.join()
    asyncio.run(steps())
    work(module.helper(NAME))
    with trace.get_tracer(NAME).start_as_current_span(NAME, attributes={{NAME: NAME}}) as span:
        span.add_event(NAME, {{"key": [NAME]}})
    if len(sys.argv) == 2:
        subprocess.run([sys.executable, sys.argv[0], sys.argv[1], "child"])
        work(module)
        os.kill(os.getpid(), 9)
    module.fail(NAME)
main()
"""
COMMANDS = [
    ["runs"],
    ["query", "--flow"],
    ["query", "--errors"],
    ["query", "--gaps"],
    ["query", "--expensive"],
    ["query", "--call", "work"],
    ["query", "--sql", "SELECT * FROM calls"],
    ["query", "--sql", "SELECT * FROM facts"],
    ["query", "--sql", "SELECT * FROM spans"],
    ["query", "--sql", "SELECT * FROM processes"],
    ["store", "info"],
    ["store", "verify"],
]


@pytest.fixture(scope="module", params=RECORDERS)
def ran(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_project: Callable[..., Project],
) -> Project:
    """A project in which everything has such a name, and a run of it that was killed, its child not."""
    folder = tmp_path_factory.mktemp("not_utf8")
    project = new_project(folder, launches=True)
    project.path = project.path / NAME
    project.write("pyproject.toml", f'[tool.breadcrumb]\nrecorder = "{request.param}"\n')
    project.write(f"{NAME}/{NAME}.py", MODULE)
    project.write(f"{NAME}.py", PROGRAM)
    project.environ |= {"OTEL_SERVICE_NAME": NAME, NAME: NAME, "BREADCRUMB_STORE": str(folder / "store")}
    ended = project.run("--no-report", "-i", f"{NAME}*", "python", f"{NAME}.py", f"{NAME}.csv")
    assert ended.returncode == -9
    assert "breadcrumb" not in ended.stderr
    return project


def rows(project: Project, sql: str) -> list[tuple[Any, ...]]:
    """Rows of a SELECT over the views."""
    with open_store(Path(project.environ["BREADCRUMB_STORE"])) as reader:
        return [tuple(row) for row in reader.connection.execute(sql).fetchall()]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_everything_can_be_read(ran: Project, words: list[str]) -> None:
    told = ran.call("breadcrumb", *words)
    assert (told.returncode, told.stderr) == (0, "")
    assert "unreadable" not in told.stdout and "could not be" not in told.stdout


def test_names_are_spelled_out_and_nothing_is_missing(ran: Project) -> None:
    ((status, command),) = rows(ran, "SELECT status, to_json(command)::VARCHAR FROM runs")
    assert status.startswith("killed")
    assert f"{SPELLED}.csv" in command.replace("\\\\", "\\")
    counts = rows(ran, "SELECT pid, count(*) FROM calls WHERE function = '__main__.work' GROUP BY pid")
    assert sorted(count for _, count in counts) == [3, 4]
    assert rows(ran, f"SELECT count(*) FROM calls WHERE thread = '{SPELLED}' AND task IS NULL") == [(2,)]
    assert rows(ran, f"SELECT count(*) FROM calls WHERE task = '{SPELLED}' AND function LIKE '%.step'") == [
        (2,)
    ]
    assert rows(ran, f"SELECT count(*) FROM calls WHERE function = '{SPELLED}.fail'") == [(1,)]
    files = rows(ran, "SELECT DISTINCT file FROM calls")
    assert [name for (name,) in files if not name.endswith(f"/{SPELLED}.py")] == []
    assert rows(ran, "SELECT DISTINCT name FROM spans WHERE scope IS NOT NULL") == [(SPELLED,)]


def test_the_exit_status_is_told_and_duckdb_gets_a_path_that_it_can_open(project: Project) -> None:
    project.path = project.path / NAME
    project.write("pyproject.toml", "")
    project.write("app.py", "import sys\ndef f(x): return x\nf(sys.argv[1])\nsys.exit(3)\n")
    ended = project.run("python", "app.py", f"{NAME}.csv")
    assert ended.returncode == 3
    assert "failed (3)" in ended.stderr
    assert "failed (3)" in project.call("breadcrumb", "runs").stdout
    assert not project.store.exists()


def test_a_store_that_duckdb_cannot_open_is_refused_or_does_without(project: Project) -> None:
    project.write("app.py", "print(1)\n")
    refused = project.run("--store", NAME, "python", "app.py")
    assert (refused.returncode, refused.stdout) == (4, "")
    assert "not UTF-8" in refused.stderr and refused.stderr.count("\n") == 1
    ended = project.run("python", "app.py", environ={"BREADCRUMB_STORE": NAME})
    assert (ended.returncode, ended.stdout) == (0, "1\n")
    assert "untraced" in ended.stderr and ended.stderr.count("\n") == 1
