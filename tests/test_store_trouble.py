"""A store that is full, gone or someone else's: programs run on, losses are counted, commands say so."""

from __future__ import annotations

import ctypes
import itertools
import resource
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

APP = """
import sys
def f(number):
    return "x" * 300
for number in range(20_000):
    f(number)
print("ran", number)
"""
REMOVES = """
import pathlib, shutil, sys, time
def f(number):
    return number
for number in range(10):
    f(number)
while not list(pathlib.Path(sys.argv[1], "spool").glob("*.spool")):
    time.sleep(0.05)
shutil.rmtree(sys.argv[1])
for number in range(10, 20):
    f(number)
print("ran")
"""
WITHOUT_CACHES = {"PYTHONDONTWRITEBYTECODE": "1"}
"""For whoever may only write small files: Python would leave half a .pyc behind."""
CHANGING = ["compact", "prune", "pin last", "clear --yes", "import out"]
READING = ["info", "verify"]


def obeying() -> None:
    """Make root obey the bits of files, as everyone does."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability)  # PR_CAPBSET_DROP


@pytest.fixture
def ran(project: Project) -> Project:
    """A project that has run once, and exported that."""
    project.write("app.py", "def f(n): return n\nfor n in range(3): f(n)\nprint('ran')\n")
    project.run("--no-report", "python", "app.py")
    project.call("breadcrumb", "export", "last", "--to", "parquet", "out")
    return project


def test_a_full_disk_costs_the_program_nothing_but_what_is_counted(project: Project) -> None:
    project.write("app.py", APP)
    environ = {"BREADCRUMB_THINNING_RATE": "0", "BREADCRUMB_STORE": str(project.store)}

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    environ |= WITHOUT_CACHES
    done = project.call("breadcrumb-instrument", "python", "app.py", environ=environ, preexec_fn=small_files)
    assert (done.returncode, done.stdout) == (0, "ran 19999\n")
    assert done.stderr.count("\n") == 1 and "spans are not kept" in done.stderr
    ((kept,),) = project.query("SELECT count(*) FROM calls")
    ((lost,),) = project.query("SELECT sum(count)::BIGINT FROM drops")
    assert kept + lost == 20_000 and lost > 0
    assert f"{lost} dropped" in project.call("breadcrumb", "query", "--flow").stdout
    assert project.call("breadcrumb", "store", "verify").returncode == 0


def test_a_store_that_vanishes_is_made_anew(project: Project) -> None:
    project.write("app.py", REMOVES)
    done = project.run("--no-report", "python", "app.py", project.store)
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert done.stderr.count("\n") == 1 and "the store was removed while the program ran" in done.stderr
    found = project.query("SELECT DISTINCT (args->>'$.number')::INT FROM calls ORDER BY 1")
    assert [number for (number,) in found][-10:] == list(range(10, 20))


def test_a_store_that_is_gone_is_one_line(ran: Project) -> None:
    shutil.rmtree(ran.store)
    for action in (*READING, *CHANGING[:-1]):
        done = ran.call("breadcrumb", "store", *action.split())
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1), done


@pytest.mark.skipif(sys.platform != "linux", reason="capabilities are Linux's")
@pytest.mark.parametrize("mode", [0o000, 0o500])
def test_a_store_without_access_is_one_line_and_the_program_runs(ran: Project, mode: int) -> None:
    environ = {"BREADCRUMB_STORE": str(ran.store)}
    database = ran.store / "traces.duckdb"
    database.chmod(mode & 0o400)
    ran.store.chmod(mode)
    refused = itertools.chain(CHANGING, READING if mode == 0 else ())
    try:
        for action in refused:
            done = ran.call("breadcrumb", "store", *action.split(), environ=environ, preexec_fn=obeying)
            assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1), done
            assert ("not writable" if mode else "not readable") in done.stderr
        for command in (["breadcrumb", "query", "--flow"], ["breadcrumb", "store", "info"]):
            done = ran.call(*command, environ=environ, preexec_fn=obeying)
            assert done.returncode == (0 if mode else 4), done
            assert "Traceback" not in done.stderr
        done = ran.run("--no-report", "python", "app.py", environ=environ, preexec_fn=obeying)
        assert (done.returncode, done.stdout) == (0, "ran\n")
        assert done.stderr.count("\n") == 1 and "runs untraced" in done.stderr
    finally:
        ran.store.chmod(0o700)
        database.chmod(0o600)
    assert ran.call("breadcrumb", "store", "verify").returncode == 0


def test_a_place_where_nothing_can_be_written_is_one_line(ran: Project) -> None:
    for place in ("/proc", str(Path("/dev/full"))):
        done = ran.call("breadcrumb", "export", "last", "--to", "jsonl", f"{place}/x")
        assert (done.returncode, done.stderr.count("\n")) == (4, 1), done


def test_a_full_disk_stops_an_export_and_an_import_whole(ran: Project) -> None:
    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    words = ["breadcrumb", "export", "last", "--to"]
    for form in ("parquet", "jsonl", "otlp-json"):
        done = ran.call(*words, form, f"new.{form}", environ=WITHOUT_CACHES, preexec_fn=small_files)
        assert (done.returncode, done.stderr.count("\n")) == (4, 1), done
    assert not [path.name for path in ran.path.iterdir() if path.name.startswith("new")]
    other = ran.path / "other"
    take = ["breadcrumb", "store", "import", "out", "--store", str(other)]
    done = ran.call(*take, environ=WITHOUT_CACHES, preexec_fn=small_files)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (4, "", 1), done
    assert "pinned" in ran.call(*take).stdout
