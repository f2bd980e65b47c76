"""Whose a store is: what this account made is used, what came from elsewhere is data, or nothing."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from typing import TYPE_CHECKING

import hostile_stores
import pytest
from breadcrumb_exporter_duckdb.base import ownership
from breadcrumb_exporter_duckdb.base.location import DATABASE
from breadcrumb_exporter_duckdb.reading.sandbox import SqlRefused, run_sql

from breadcrumb.common import settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

pytestmark = pytest.mark.launches

PROGRAM = """
import os, subprocess, sys
def double(n):
    return n * 2
double(2)
if len(sys.argv) == 1:
    subprocess.run([sys.executable, __file__, "child"], env={**os.environ, "HOME": "/nowhere"}, check=True)
"""
NOT_OURS = "this account did not make it"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[..., Project]) -> Project:
    project = new_project(tmp_path_factory.mktemp("trust"), launches=True)
    project.write("app.py", PROGRAM)
    assert project.run("python", "app.py").returncode == 0
    return project


@pytest.fixture
def foreign(recorded: Project, project: Project) -> Project:
    """A project that came with a store."""
    shutil.copytree(recorded.store, project.store)
    (project.store / ownership.SIGN).unlink()
    project.write("app.py", PROGRAM)
    return project


def test_a_child_with_another_home_writes_to_the_same_store(recorded: Project) -> None:
    assert recorded.query("SELECT count(*) FROM calls WHERE function LIKE '%double'") == [(2,)]


def test_a_store_that_came_with_a_project_is_neither_read_nor_written(foreign: Project) -> None:
    before = {path.name: path.read_bytes() for path in foreign.store.iterdir() if path.is_file()}
    for words in (["runs"], ["query", "--flow"], ["store", "info"], ["config", "add-include", "x.*"]):
        ended = foreign.call("breadcrumb", *words)
        assert ended.returncode == 4, words
        assert NOT_OURS in ended.stderr and "store adopt" in ended.stderr and "store import" in ended.stderr
    ended = foreign.run("python", "app.py", "child")
    assert ended.returncode == 0
    assert "runs untraced" in ended.stderr and NOT_OURS in ended.stderr
    assert before == {path.name: path.read_bytes() for path in foreign.store.iterdir() if path.is_file()}


def test_its_runs_are_taken_in_as_data(foreign: Project, recorded: Project) -> None:
    ended = foreign.call("breadcrumb", "store", "import", ".breadcrumb", "--store", "mine")
    assert ended.returncode == 0, ended.stderr
    flow = foreign.call("breadcrumb", "query", "--flow", "--store", "mine").stdout
    assert flow.splitlines()[0] == recorded.call("breadcrumb", "query", "--flow").stdout.splitlines()[0]
    again = foreign.call("breadcrumb", "store", "import", ".breadcrumb", "--store", "mine")
    assert (again.returncode, "already" in again.stdout) == (0, True)


@pytest.mark.parametrize(
    "name",
    ["a link as spool", "a view that reads a file", "a computed column", "a pipe as traces.duckdb"],
)
def test_what_is_wrong_in_it_is_not_taken_in(foreign: Project, tmp_path: Path, name: str) -> None:
    outside = hostile_stores.new_outside(tmp_path / "outside")
    before = hostile_stores.state(outside)
    hostile_stores.REFUSED[name](foreign.store, outside)
    ended = foreign.call("breadcrumb", "store", "import", ".breadcrumb", "--store", "mine")
    assert len(ended.stderr.splitlines()) <= 1 and "Traceback" not in ended.stderr
    assert (ended.returncode, "pinned" in ended.stdout) in ((4, False), (0, "link" in name), (0, False))
    assert hostile_stores.state(outside) == before


def test_a_macro_in_a_foreign_database_is_not_run(foreign: Project) -> None:
    hostile_stores.sql("CREATE MACRO coalesce(a, b) AS (SELECT 1)")(foreign.store, foreign.path)
    ended = foreign.call("breadcrumb", "store", "import", ".breadcrumb", "--store", "mine")
    assert ended.returncode == 4 and "holds a macro coalesce" in ended.stderr


def test_a_macro_in_our_own_database_is_not_run_either(recorded: Project, project: Project) -> None:
    shutil.copytree(recorded.store, project.store)
    assert project.call("breadcrumb", "runs").returncode == 0
    asked = ("query", "--sql", "SELECT max(lower(function)) FROM calls")
    before = project.call("breadcrumb", *asked).stdout
    hostile_stores.sql("CREATE MACRO lower(a) AS 'mine'", "CREATE MACRO max(a) AS 'mine'")(
        project.store, project.path
    )
    assert project.call("breadcrumb", *asked).stdout == before and "mine" not in before
    compacted = project.call("breadcrumb", "store", "compact")
    assert compacted.returncode == 4 and "holds a macro " in compacted.stderr


def test_a_store_is_adopted_once_and_used_then(foreign: Project) -> None:
    assert "is used from now on" in foreign.call("breadcrumb", "store", "adopt").stdout
    assert "already" in foreign.call("breadcrumb", "store", "adopt").stdout
    assert "python app.py" in foreign.call("breadcrumb", "runs").stdout


def test_a_store_with_a_link_is_not_adopted(foreign: Project, tmp_path: Path) -> None:
    (foreign.store / "config.toml").symlink_to(tmp_path)
    ended = foreign.call("breadcrumb", "store", "adopt")
    assert ended.returncode == 4 and "config.toml in it is a link" in ended.stderr


@pytest.mark.parametrize("name", [DATABASE, f"{DATABASE}.wal", "lock"])
def test_a_file_with_a_name_elsewhere_is_not_written(foreign: Project, tmp_path: Path, name: str) -> None:
    foreign.call("breadcrumb", "store", "adopt")
    outside = tmp_path / "outside"
    outside.write_bytes(b"the user's own\n")
    (foreign.store / name).unlink(missing_ok=True)
    os.link(outside, foreign.store / name)
    for words in (["runs"], ["query", "--flow"], ["store", "compact"], ["store", "adopt"]):
        ended = foreign.call("breadcrumb", *words)
        assert ended.returncode == 4, words
        assert f"{name} in it has another name elsewhere" in ended.stderr and "Traceback" not in ended.stderr
    assert foreign.run("python", "app.py", "child").returncode == 0
    assert outside.read_bytes() == b"the user's own\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_store_of_another_user_is_not_used(foreign: Project) -> None:
    foreign.call("breadcrumb", "store", "adopt")
    os.chown(foreign.store, 65534, 65534)
    ended = foreign.call("breadcrumb", "runs")
    assert ended.returncode == 4 and "it belongs to another user" in ended.stderr


def test_settings_of_a_store_that_is_not_ours_count_nothing(foreign: Project) -> None:
    (foreign.store / "config.toml").write_text(
        'redaction.allow = ["password"]\ninclude = ["*"]\n[profiles.p]\n'
    )
    environ = {"XDG_CONFIG_HOME": str(foreign.path)}
    found = settings.load(foreign.path, environ=environ)
    assert (found.redaction_allow, found.include) == ((), ())
    with pytest.raises(settings.SettingsError, match="no settings file defines it"):
        settings.load(foreign.path, environ=environ, profile="p")


@pytest.mark.parametrize("place", ["/etc", "../elsewhere", "link", "~/.ssh", "."])
def test_a_project_does_not_choose_a_store_outside_of_it(
    project: Project, tmp_path: Path, place: str
) -> None:
    (project.path / "link").symlink_to(tmp_path)
    project.write("pyproject.toml", f'[tool.breadcrumb]\nstore = "{place}"\n')
    ended = project.call("breadcrumb", "runs")
    assert ended.returncode == 2 and "leads out of the project" in ended.stderr


def test_a_project_does_not_replace_the_key_of_the_user(project: Project) -> None:
    project.write("pyproject.toml", '[tool.breadcrumb.encryption]\nkey = "theirs"\n')
    project.write("config/breadcrumb/config.toml", '[encryption]\nkey = "/mine"\n')
    environ = {"XDG_CONFIG_HOME": str(project.path / "config")}
    assert settings.load(project.path, environ=environ).encryption_key == "/mine"


def test_a_query_does_not_read_the_file_of_its_own_database(recorded: Project) -> None:
    assert recorded.call("breadcrumb", "runs").returncode == 0  # folded
    file = recorded.store / DATABASE
    for function in ("read_blob", "read_text", "read_duckdb"):
        with pytest.raises(SqlRefused):
            run_sql(recorded.store, f"SELECT * FROM {function}('{file}')", limit=1)


@pytest.mark.parametrize("form", ["jsonl", "html", "otlp-json", "parquet"])
def test_exports_are_the_users_alone_and_follow_no_link(recorded: Project, tmp_path: Path, form: str) -> None:
    target, link = tmp_path / "out", tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    command = ["breadcrumb", "export", "last", "--to", form]
    umask = {"cwd": recorded.path, "env": recorded.environ, "umask": 0, "capture_output": True}
    assert subprocess.run([*command, target], check=True, **umask).returncode == 0  # type: ignore[call-overload]
    made = [target, *target.iterdir()] if target.is_dir() else [target]
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in made} == {0}
    assert subprocess.run([*command, link], check=False, **umask).returncode == 4  # type: ignore[call-overload]
    assert not os.path.lexists(tmp_path / "elsewhere")
