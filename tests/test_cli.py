"""The command line is quick, quiet where it should be, and all of it is documented."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import HANGS

from breadcrumb.cli.commands import COMMANDS
from breadcrumb.cli.parser import diff_parser, list_parser, query_parser, show_parser

DOCS = Path(__file__).parents[1] / "docs" / "questions.md"

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has nothing set."""
    return {"HOME": str(tmp_path), "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty project."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    return folder


@pytest.fixture
def breadcrumb(folder: Path, environment: dict[str, str]) -> Run:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    command = str(Path(sys.executable).parent / "breadcrumb")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [command, *arguments],
            cwd=folder, env=environment, capture_output=True, text=True, timeout=HANGS, check=False,
        )  # fmt: skip

    return run


def test_every_option_and_question_is_documented() -> None:
    documented = DOCS.read_text()
    parsers = [query_parser(), list_parser("runs", ""), list_parser("top", ""), show_parser(), diff_parser()]
    options = {option for parser in parsers for option in re.findall(r"--[a-z]+", parser.format_help())}
    assert len(options) > 12
    assert [option for option in sorted(options) if option not in documented] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_help(breadcrumb: Run, command: str) -> None:
    assert re.search(rf"^  breadcrumb {command}\b", breadcrumb("--help").stdout, re.MULTILINE)


@pytest.mark.parametrize("command", ["query", "runs", "show", "diff", "top", "attach", "forward", "serve"])
def test_each_command_has_help_of_its_own(breadcrumb: Run, command: str) -> None:
    answer = breadcrumb(command, "--help")
    assert answer.returncode == 0
    assert answer.stdout.startswith(f"usage: breadcrumb {command}")


def test_the_version_is_told(breadcrumb: Run) -> None:
    assert re.fullmatch(r"breadcrumb \d+\.\d+\.\d+\S*\n", breadcrumb("--version").stdout)


def test_a_question_without_a_store_needs_no_duckdb(breadcrumb: Run) -> None:
    answer = breadcrumb("query", "--flow")
    assert answer.returncode == 3
    assert answer.stdout == ""
    assert len(answer.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "absent"),
    [
        (["--version"], ["argparse", "duckdb", "opentelemetry", "fastmcp", "pyarrow"]),
        (["query", "--flow"], ["duckdb", "opentelemetry", "fastmcp", "pyarrow", "breadcrumb.mcp.server"]),
        (["query", "--help"], ["duckdb", "opentelemetry", "fastmcp", "breadcrumb.launch.launcher"]),
    ],
)
def test_a_command_imports_only_what_it_needs(
    folder: Path, environment: dict[str, str], words: list[str], absent: list[str]
) -> None:
    script = (
        "import sys, contextlib; from breadcrumb.__main__ import main; sys.argv[1:] = sys.argv[1:-1]\n"
        "with contextlib.suppress(SystemExit): main()\n"
        "sys.stderr.write(' '.join(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *words, ""],
        cwd=folder, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    modules = set(ran.stderr.split())
    assert "breadcrumb.__main__" in modules
    assert modules.isdisjoint(absent)


@pytest.mark.parametrize("has_database", [False, True], ids=["folds", "reads"])
def test_a_question_imports_no_more_of_duckdb_than_it_uses(
    folder: Path, environment: dict[str, str], has_database: bool
) -> None:
    (folder / "app.py").write_text("def double(n):\n    return n * 2\n\n\ndouble(21)\n")
    command = [str(Path(sys.executable).parent / "breadcrumb")]
    for words in (["run", "--no-report", "python", "app.py"], ["runs"])[: 1 + has_database]:
        subprocess.run([*command, *words], cwd=folder, env=environment, capture_output=True, check=True)
    script = (
        "import sys; from breadcrumb.__main__ import main; main(); sys.stderr.write(' '.join(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, "query", "--flow"],
        cwd=folder, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "double(n=21)  -> 42" in ran.stdout
    modules = set(ran.stderr.split())
    assert "_duckdb" in modules
    assert modules.isdisjoint({"duckdb._relation", "duckdb._version", "numpy.linalg"})
    assert ("pyarrow" in modules) is not has_database


def test_a_reader_that_has_enough_is_no_error(folder: Path, environment: dict[str, str]) -> None:
    (folder / "app.py").write_text("def f(n):\n    return n\n\n\nfor n in range(50):\n    f(str(n))\n")
    command = [str(Path(sys.executable).parent / "breadcrumb")]
    subprocess.run(
        [*command, "run", "--no-report", "python", "app.py"], cwd=folder, env=environment, check=True
    )
    read, write = os.pipe()
    os.close(read)
    for words in ("query", "--flow"), ("mcp", "install", "claude-code", "--print"):
        ran = subprocess.run(
            [*command, *words],
            cwd=folder, env=environment, stdout=write, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        assert (ran.stderr, ran.returncode) == ("", 0)
    os.close(write)
    for output, told in ("/dev/full", "breadcrumb: [Errno 28] No space left on device\n"), ("&-", ""):
        shell = ["sh", "-c", f"exec {command[0]} query --flow >{output}"]
        ran = subprocess.run(
            shell, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True, check=False
        )
        assert (ran.stderr, ran.returncode) == (told, 1 if told else 0)


def test_verbose_says_which_store_answers(breadcrumb: Run, folder: Path) -> None:
    assert f"store: {folder / '.breadcrumb'}" in breadcrumb("query", "--flow", "-v").stderr


def test_a_wrong_setting_is_one_line(breadcrumb: Run, folder: Path) -> None:
    (folder / "pyproject.toml").write_text("[tool.breadcrumb]\ninclud = ['x']\n")
    answer = breadcrumb("query", "--flow")
    assert answer.returncode == 2
    assert len(answer.stderr.splitlines()) == 1
    assert "includ" in answer.stderr


def test_breadcrumb_query_is_the_same_as_breadcrumb_query(folder: Path, environment: dict[str, str]) -> None:
    command = str(Path(sys.executable).parent / "breadcrumb-query")
    ran = subprocess.run(
        [command, "--flow"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 3


@pytest.mark.parametrize("words", [("run", "-i", "a b", "true"), ("config", "add-include", "a b")])
def test_a_pattern_that_matches_nothing_is_refused(breadcrumb: Run, words: tuple[str, ...]) -> None:
    refused = breadcrumb(*words)
    assert refused.returncode == 2
    assert refused.stderr == (
        "breadcrumb: command line: include: "
        "no module or function has a space in its name, so 'a b' matches nothing\n"
    )
