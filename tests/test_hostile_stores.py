"""Nothing that is read is trusted: stores, spools and exports of somebody else's, each asked every question.

Nothing outside of them is read, written or run, nothing waits, and what is wrong is one line.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import forks
import hostile_stores
import pytest
from hostile_stores import EXPORTS, GIVENS, IN_SPOOL, REFUSED, Spoil
from patience import HANGS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from conftest import Project

PROGRAM = """
def price(row):
    if row["qty"] < 0:
        raise ValueError("bad qty")
    return row["qty"] * 3

for qty in (1, 2, -1):
    try:
        price({"qty": qty})
    except ValueError:
        pass
"""
MODULES = ("breadcrumb.cli.store", "breadcrumb.cli.exports", "breadcrumb.questions.flow",
           "breadcrumb.questions.runs", "breadcrumb_exporter_duckdb.care.verification",
           "breadcrumb_exporter_duckdb.exchange.parquet_import",
           "breadcrumb_exporter_duckdb.care.compaction")  # fmt: skip
WATCHED = """
import contextlib, io, json, os, signal, sys
from breadcrumb import __main__ as breadcrumb

outside, places, commands = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
touched = []

def watch(event, arguments):
    if event == "open" or event.startswith(("os.", "shutil.", "subprocess.", "socket.")):
        touched.extend(f"{event} {each}" for each in map(str, arguments) if each.startswith(outside))

sys.addaudithook(watch)
for place in places:
    os.chdir(place)
    told = []
    for words in commands:
        signal.alarm(HANGS)  # one that waits is killed
        out, error = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
            code = breadcrumb._dispatch(words)
        told.append({"code": code, "out": out.getvalue(), "error": error.getvalue()})
    print(json.dumps({"touched": touched, "told": told}), flush=True)
""".replace("HANGS", f"{HANGS:.0f}")
Told = list[dict[str, Any]]
"""What commands said in one place: exit code, standard output and error."""
Asked = Callable[..., dict[str, Told]]
"""Spoils a copy of the project for each of many, and runs commands in all of them."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    """A project with a folded run, and an export of it."""
    project = new_project(tmp_path_factory.mktemp("hostile"))
    project.write("app.py", PROGRAM)
    assert project.run("--no-report", "python", "app.py").returncode == 0
    exported = project.call("breadcrumb", "export", "last", "--to", "parquet", "out")
    assert exported.returncode == 0, exported.stderr
    return project


@pytest.fixture(scope="module")
def asked(recorded: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """Asks in all places by one process; nothing outside of them may be touched, nor anything wait."""
    with forks.started(*MODULES, environ=recorded.environ) as process:

        def ask(spoils: Mapping[str, Spoil], what: str, *commands: list[str]) -> dict[str, Told]:
            folder = tmp_path_factory.mktemp("places")
            outside = hostile_stores.new_outside(folder / "outside")
            places = [folder / str(number) for number in range(len(spoils))]
            for path, spoil in zip(places, spoils.values(), strict=True):
                shutil.copytree(recorded.path, path)
                spoil(path / what, outside)
            before = hostile_stores.state(outside)
            argv = ["watched", str(outside), json.dumps(list(map(str, places))), json.dumps(commands)]
            ended = process.run(WATCHED, argv, cwd=folder, environ=recorded.environ, timeout=2 * HANGS)
            said = [json.loads(line) for line in ended.stdout.splitlines()]
            assert ended.returncode == 0, (list(spoils)[len(said)], ended.stderr)
            assert [each["touched"] for each in said] == [[]] * len(places)
            assert hostile_stores.state(outside) == before
            assert not list(folder.glob("*/mine/spool/*.spool*"))
            return {name: each["told"] for name, each in zip(spoils, said, strict=True)}

        yield ask


def check(told: Told) -> None:
    """Each command ended as a command does, with one line where something is wrong."""
    for each in told:
        assert "Traceback" not in each["error"], each
        assert each["code"] in (0, 1, 3, 4, 5), each
        assert len(each["error"].splitlines()) <= 1, each


def test_there_are_enough() -> None:
    assert len(REFUSED) + len(IN_SPOOL) + len(EXPORTS) + len(GIVENS) > 190


@pytest.fixture(scope="module")
def refused(asked: Asked) -> dict[str, Told]:
    return asked(REFUSED, ".breadcrumb", ["runs"], ["store", "compact"])


@pytest.mark.parametrize("name", REFUSED)
def test_a_store_that_is_not_as_we_made_it_is_not_used(refused: dict[str, Told], name: str) -> None:
    check(refused[name])
    for each in refused[name]:
        assert each["code"] not in (0, 2), each
        assert ".breadcrumb" in each["error"], each


@pytest.fixture(scope="module")
def in_spool(asked: Asked) -> dict[str, Told]:
    return asked(IN_SPOOL, ".breadcrumb", ["runs"], ["store", "verify"])


@pytest.mark.parametrize("name", IN_SPOOL)
def test_what_is_wrong_in_a_spool_leaves_the_rest_to_answer(in_spool: dict[str, Told], name: str) -> None:
    check(in_spool[name])
    runs, verified = in_spool[name]
    assert "python app.py" in runs["out"], runs
    assert verified["code"] in (0, 1), verified


@pytest.fixture(scope="module")
def exports(asked: Asked) -> dict[str, Told]:
    return asked(EXPORTS, "out", ["store", "import", "out", "--store", "mine"])


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_that_is_not_as_we_write_it_is_not_imported(exports: dict[str, Told], name: str) -> None:
    check(exports[name])
    (imported,) = exports[name]
    assert imported["code"] == 4, imported


@pytest.fixture(scope="module")
def givens(asked: Asked) -> dict[str, Told]:
    return asked(GIVENS, "out", ["store", "import", "out/given", "--store", "mine"])


@pytest.mark.parametrize("name", GIVENS)
def test_a_file_that_is_none_of_a_run_or_of_spans_is_not_imported(givens: dict[str, Told], name: str) -> None:
    check(givens[name])
    (imported,) = givens[name]
    assert imported["code"] == 4 and "out/given" in imported["error"], imported
    assert "holes" in imported["error"] or "hole" not in name, imported
