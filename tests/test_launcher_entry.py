"""A command line is read as the interpreter reads it, and tells what a process traces by default."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.common import python_command
from breadcrumb.common.python_command import Kind
from breadcrumb.traced import entry
from breadcrumb.traced.entry import Entry

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.launches

SPAWNED = "from multiprocessing.spawn import spawn_main; spawn_main(tracker_fd=5, pipe_handle=7)"
TRACKER = "from multiprocessing.resource_tracker import main;main(4)"
EXECNET = "import sys;exec(eval(sys.stdin.readline()))"


@pytest.mark.parametrize(
    ("words", "flags", "kind", "target"),
    [
        (["app.py", "-I"], "", Kind.SCRIPT, "app.py"),
        (["-uB", "app.py"], "uB", Kind.SCRIPT, "app.py"),
        (["-W", "-I", "-X", "dev", "app.py"], "", Kind.SCRIPT, "app.py"),
        (["-Wignore", "-Xdev", "-I", "app.py"], "I", Kind.SCRIPT, "app.py"),
        (["-um", "pkg", "-I"], "u", Kind.MODULE, "pkg"),
        (["-mpkg"], "", Kind.MODULE, "pkg"),
        (["-c", "print(1)", "-E"], "", Kind.CODE, "print(1)"),
        (["-cprint(1)"], "", Kind.CODE, "print(1)"),
        (["--check-hash-based-pycs", "always", "app.py"], "", Kind.SCRIPT, "app.py"),
        (["-"], "", Kind.STDIN, ""),
        ([], "", Kind.STDIN, ""),
        (["-i"], "i", Kind.STDIN, ""),
        (["--", "app.py"], "", Kind.SCRIPT, "app.py"),
    ],
)
def test_a_command_line_is_read_as_python_reads_it(
    words: list[str], flags: str, kind: Kind, target: str
) -> None:
    assert python_command.read(words) == (frozenset(flags), kind, target)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["-m", "pytest"], Entry("pytest", files=entry.TEST_FILES)),
        (["-m", "http.server"], Entry("http.server")),
        (["-m", "hypothesis"], Entry("hypothesis")),
        (["-m", "no_such_package"], Entry("no_such_package")),
        (["-m", "breadcrumb.cli.report"], None),
        (["app.py"], Entry("app.py")),
        (["-c", "pass"], Entry("python -c")),
        (["-c", TRACKER], None),
        ([], Entry("python")),
    ],
)
def test_the_entry_follows_from_the_command_line(
    tmp_path: Path, words: list[str], expected: Entry | None
) -> None:
    (tmp_path / "pyproject.toml").touch()
    found = entry.of([sys.executable, *words], root=str(tmp_path))
    assert found == (expected and replace(expected, roots=(str(tmp_path),)))


@pytest.mark.parametrize(("words", "is_brought"), [(["app.py"], False), (["-m", "http.server"], True)])
def test_without_a_project_only_what_an_environment_brings_takes_the_launch_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], is_brought: bool
) -> None:
    found = entry.of([sys.executable, *words], root=str(tmp_path))
    assert found is not None
    assert found.roots == ((str(tmp_path),) if is_brought else ())
    monkeypatch.setenv("HOME", str(tmp_path))
    at_home = entry.of([sys.executable, *words], root=str(tmp_path))
    assert at_home is not None
    assert at_home.roots == ()


@pytest.mark.parametrize("code", [SPAWNED, EXECNET])
def test_a_worker_continues_the_program_that_started_it(code: str) -> None:
    parent = Entry("pytest", files=entry.TEST_FILES)
    assert entry.of([sys.executable, "-c", code], started_by=entry.hand_on(parent)) == parent
    assert entry.of([sys.executable, "-c", "pass"], started_by=entry.hand_on(parent)) == Entry("python -c")


def test_a_console_script_is_its_entry_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub = tmp_path / "mytool"
    stub.write_text("#!/x/python\nimport sys\nfrom tools.cli import main\nsys.exit(main())\n")
    assert entry.of([sys.executable, str(stub)]) == Entry("mytool")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert entry.of([sys.executable, str(stub)]) == Entry("mytool", ("tools.cli",))
