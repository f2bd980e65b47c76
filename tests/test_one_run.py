"""A question is about one run, SQL too: of several in a store the last one, the one named, or all."""

import json
from pathlib import Path
from typing import Any

import asked
import pytest
from asked import Ask
from forks import Forks

APP = """\
import sys


def greet(name):
    return "hello " + name


greet(sys.argv[1])
"""
NAMES = "SELECT args->>'$.name' AS name FROM calls ORDER BY start_ns"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program has run twice."""
    folder = asked.new(tmp_path_factory.mktemp("runs"), app=APP)
    for name in ("ada", "bob"):
        asked.breadcrumb(folder, "run", "--no-report", "python", "app.py", name)
    return folder


@pytest.fixture
def ask(project: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(project, reading)


def _json(ask: Ask, *words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(ask(*words, "--format", "json").stdout)
    return answer


def _ids(ask: Ask) -> list[str]:
    """The runs, the latest first."""
    return [row["run"] for row in _json(ask, "runs")["rows"]]


def test_sql_reads_the_last_run_and_says_so(ask: Ask) -> None:
    last = _ids(ask)[0]
    answer = _json(ask, "query", "--sql", NAMES)
    assert (answer["run"], answer["rows"]) == (last, [{"name": "bob"}])
    text = ask("query", "--sql", NAMES).stdout
    assert text.splitlines()[-1] == f"1 row. Of run {last}; --run all reads every run."


def test_sql_reads_the_run_that_is_named(ask: Ask) -> None:
    first = _ids(ask)[1]
    answer = _json(ask, "query", "--sql", NAMES, "--run", first[:6])
    assert (answer["run"], answer["rows"]) == (first, [{"name": "ada"}])


def test_sql_reads_every_run_where_that_is_wanted(ask: Ask) -> None:
    answer = _json(ask, "query", "--sql", NAMES, "--run", "all")
    assert (answer["run"], answer["rows"]) == (None, [{"name": "ada"}, {"name": "bob"}])


@pytest.mark.parametrize(
    "view",
    ["calls", "exceptions", "variables", "lines", "gaps", "traces", "trace_events", "processes", "spans",
     "drops", "counts", "redactions", "codes", "threads", "tasks", "facts", "deliveries"],
)  # fmt: skip
def test_each_view_shows_the_run_alone(ask: Ask, view: str) -> None:
    rows = _json(ask, "query", "--sql", f"SELECT DISTINCT run_id FROM {view}")["rows"]
    assert [row["run_id"] for row in rows] in ([], _ids(ask)[:1])


def test_runs_lists_them_all(ask: Ask) -> None:
    rows = _json(ask, "query", "--sql", "SELECT run_id FROM runs ORDER BY started DESC")["rows"]
    assert [row["run_id"] for row in rows] == _ids(ask)
