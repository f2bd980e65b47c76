"""A settings file that cannot be read never keeps a program from running."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

pytestmark = pytest.mark.launches

PROGRAM = "def work(x):\n    return x + 1\nprint(work(1))\n"


def user_file(project: Project) -> Path:
    """Where the user's settings are."""
    return Path(project.environ["HOME"], ".config", "breadcrumb", "config.toml")


def places(project: Project) -> dict[str, Path]:
    """Every settings file of a project."""
    named = {"user": user_file(project), "project": project.path / "pyproject.toml"}
    return {**named, "store": project.store / "config.toml"}


@pytest.fixture
def app(project: Project) -> Project:
    """A project that has run once, so that there is a store."""
    project.write("app.py", PROGRAM)
    project.write("setup.py", "")
    assert project.run("--no-report", "python", "app.py").stderr == ""
    return project


@pytest.mark.parametrize("place", ["user", "project"])
def test_a_file_that_is_none_is_left_out(app: Project, place: str) -> None:
    path = places(app)[place]
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)
    ended = app.run("--no-report", "python", "app.py")
    assert (ended.returncode, ended.stdout) == (0, "2\n")
    assert ended.stderr == f"breadcrumb: the settings in {path} are left out: Is a directory\n"
    assert app.query("SELECT count(*) FROM calls") == [(2,)]
    asked = app.call("breadcrumb", "runs")
    assert asked.returncode == 0 and len(asked.stdout.splitlines()) == 3


@pytest.mark.skipif(os.geteuid() == 0 and shutil.which("setpriv") is None, reason="root may read everything")
@pytest.mark.parametrize("place", ["user", "project"])
def test_a_file_that_is_not_ours_to_read_is_left_out(app: Project, place: str) -> None:
    path = places(app)[place]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    closed = path.parent if place == "user" else path
    closed.chmod(0)
    as_anybody = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    ended = app.call(*as_anybody, "breadcrumb", "run", "--no-report", "python", "app.py")
    closed.chmod(0o700)
    assert (ended.returncode, ended.stdout) == (0, "2\n"), ended.stderr
    assert ended.stderr == f"breadcrumb: the settings in {path} are left out: Permission denied\n"
    assert app.query("SELECT count(*) FROM calls") == [(2,)]


@pytest.mark.parametrize("content", [b"[tool.", b"name = '\xe9'"], ids=["not-toml", "not-utf8"])
@pytest.mark.parametrize("place", ["user", "project", "store"])
def test_what_is_no_toml_leaves_the_program_untraced(app: Project, place: str, content: bytes) -> None:
    path = places(app)[place]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    ended = app.run("python", "app.py")
    assert (ended.returncode, ended.stdout) == (0, "2\n")
    assert ended.stderr.startswith(f"breadcrumb: the program runs untraced: {path}: file: is not TOML")
    assert ended.stderr.count("\n") == 1


def test_within_a_program_too(app: Project) -> None:
    app.write("pyproject.toml", "[tool.")
    program = "import breadcrumb\nwith breadcrumb.init() as session:\n    print(session.run_id)\n"
    ended = app.call(sys.executable, "-c", program)
    assert (ended.returncode, ended.stdout) == (0, "None\n")
    assert ended.stderr.startswith("breadcrumb: the program runs untraced: ")


def test_a_wrong_key_is_the_user_s_to_correct(app: Project) -> None:
    app.write("pyproject.toml", "[tool.breadcrumb]\nincludes = []\n")
    refused = app.run("python", "app.py")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "did you mean include?" in refused.stderr and refused.stderr.count("\n") == 1
