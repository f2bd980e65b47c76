"""The tracer's package builds with and without a C compiler, and each build says which recorder it has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from patience import HANGS

pytestmark = pytest.mark.launches

PACKAGE = Path(__file__).parent.parent / "instrumentation" / "breadcrumb-instrumentation-calls"
NATIVE = hasattr(sys, "monitoring")

needs_monitoring = pytest.mark.skipif(not NATIVE, reason="before 3.12 there is no C recorder")
needs_compiler = pytest.mark.skipif(
    shutil.which(os.environ.get("CC", "cc").split()[0]) is None, reason="there is no C compiler"
)


def built(kind: str, source: Path, target: Path, **environ: str) -> Path:
    """What the build backend makes of a source tree: an `sdist` or a `wheel`."""
    target.mkdir()
    program = f"from setuptools import build_meta as b; b.build_{kind}({str(target)!r})"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        cwd=source,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = target.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, built from the files that the repository has, and unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    unwanted = shutil.ignore_patterns("build", "*.so", "*.egg-info", "__pycache__")
    shutil.copytree(PACKAGE, folder / "tree", ignore=unwanted)
    with tarfile.open(built("sdist", folder / "tree", folder / "made")) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    return unpacked


def test_the_source_distribution_has_every_c_file_and_header(sdist: Path) -> None:
    def names(folder: Path) -> set[str]:
        return {path.name for path in folder.glob("native/*/*.[ch]")}

    assert names(sdist) == names(PACKAGE)
    assert names(PACKAGE)


@needs_monitoring
@needs_compiler
def test_a_wheel_has_the_c_recorder(sdist: Path, tmp_path: Path) -> None:
    tree = shutil.copytree(sdist, tmp_path / "tree")
    quickly = tmp_path / "cc"  # the last of several options holds
    quickly.write_text(f'#!/bin/sh\nexec {os.environ.get("CC", "cc")} "$@" -O0\n')
    quickly.chmod(0o755)
    with zipfile.ZipFile(built("wheel", tree, tmp_path / "made", CC=str(quickly))) as wheel:
        names = wheel.namelist()
    assert [name for name in names if name.startswith("breadcrumb_instrumentation_calls/native/_recorder.c")]
    assert not [name for name in names if name.endswith((".c", ".h"))]


@pytest.fixture
def without_c(sdist: Path, tmp_path: Path) -> dict[str, str]:
    """The environment in which the package is one that was built without a compiler."""
    tree = shutil.copytree(sdist, tmp_path / "tree")
    with zipfile.ZipFile(built("wheel", tree, tmp_path / "made", CC="/bin/false")) as wheel:
        assert not [name for name in wheel.namelist() if name.endswith(".so")]
        wheel.extractall(tmp_path / "installed")
    return {"PYTHONPATH": str(tmp_path / "installed")}


def test_without_a_compiler_the_python_recorder_runs_and_says_so(
    without_c: dict[str, str], project: Any
) -> None:
    project.write("app.py", "def double(x):\n    return 2 * x\ndouble(21)\n")
    ended = project.run("python", "app.py", environ=without_c)
    assert ended.returncode == 0
    hint = "python (no C build here: install a C compiler" if NATIVE else "python"
    assert f"recorder: {hint}" in ended.stderr
    assert project.query('SELECT function, "return"::VARCHAR FROM calls') == [("__main__.double", "42")]
    ((run, recorder),) = project.query("SELECT run_id, recorder FROM processes")
    assert recorder == "python"
    assert f"Recorder: {hint}" in project.call("breadcrumb", "show", run).stdout
    shown = project.call("breadcrumb", "config", "show", environ=without_c).stdout
    assert f'recorder = "auto"  # here: {hint}' in shown


def test_the_c_recorder_is_refused_where_there_is_none(without_c: dict[str, str], project: Any) -> None:
    project.write("app.py", "print(1)")
    ended = project.run("--no-report", "python", "app.py", environ={**without_c, "BREADCRUMB_RECORDER": "c"})
    assert (ended.returncode, ended.stdout) == (0, "1\n")
    assert ended.stderr.count("\n") <= 2 and "there is no c recorder in this installation" in ended.stderr


@needs_monitoring
@needs_compiler
def test_the_c_recorder_is_here_where_it_can_be_built(project: Any) -> None:
    from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS, hint

    assert RECORDERS == ("c", "python"), hint()
    assert "# here: c\n" in project.call("breadcrumb", "config", "show").stdout
    project.write("app.py", "def double(x):\n    return 2 * x\ndouble(21)\n")
    assert "recorder" not in project.run("python", "app.py").stderr
    assert project.query("SELECT recorder FROM processes") == [("c",)]
