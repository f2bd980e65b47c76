"""At a terminal answers fit its width, in colour, through a pager; what is piped is the answer alone."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from typing import TYPE_CHECKING

import asked
import pytest

from breadcrumb.render.parts.cutting import closed
from breadcrumb.render.parts.fitting import fitted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conftest import Project

COLUMNS, ROWS = 80, 24
ESCAPE = re.compile(r"\x1b\[\d+m")
SHOP = """
def total(order, rates, note):
    return {"number": order["number"], "sum": sum(order["items"]), "note": note}

def many(count):
    return [one(each) for each in range(count)]

def one(each):
    return str(each) * (each % 7)

for number in range(3):
    items = list(range(number, number + 12))
    total({"number": f"B-{number}", "items": items}, {"fast": 3.5, "slow": 1.25}, "a note on it " * 4)
many(40)
try:
    total({"number": "B-9"}, {}, "")
except KeyError:
    pass
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = asked.new(tmp_path_factory.mktemp("shop"), shop=SHOP)
    asked.breadcrumb(folder, "run", "--no-report", "python", "shop.py")
    return folder


def at_terminal(folder: Path, *words: str, environ: Mapping[str, str] | None = None) -> str:
    """What a terminal of 80 columns gets from a command."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    given = asked.environ(folder) | {"TERM": "xterm", "PAGER": "cat"} | dict(environ or {})
    with subprocess.Popen(
        ["breadcrumb", *words], cwd=folder, env=given, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        told = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # Linux: the other end is closed
                part = b""
            if not part:
                break
            told += part
        os.close(ours)
    assert process.returncode == 0, told
    return told.decode().replace("\r\n", "\n")


def test_lines_of_calls_fit_and_keep_their_result(shop: Path) -> None:
    piped = asked.breadcrumb(shop, "query", "--flow").stdout
    assert max(map(len, piped.split("\n"))) > COLUMNS
    told = at_terminal(shop, "query", "--flow", environ={"NO_COLOR": "1"})
    calls = [line for line in told.split("\n") if line.lstrip().startswith(("total(", "many(", "one("))]
    assert calls
    assert all(len(line) <= COLUMNS for line in calls)
    assert all("  -> " in line or "  !! " in line for line in calls)
    assert all(line.count("(") == line.count(")") for line in calls if "-> {" in line)
    assert re.search(r"\n\(\d+ lines were cut to the terminal's width; whole: add `\| cat`\)\n$", told)
    assert "Next: breadcrumb query --" in told


def test_colour_is_for_terminals_alone(shop: Path) -> None:
    piped = asked.breadcrumb(shop, "query", "--errors", "--handled").stdout
    assert "\x1b" not in piped
    told = at_terminal(shop, "query", "--errors", "--handled")
    assert "\x1b[31mKeyError: 'items'\x1b[0m" in told
    assert "Next: \x1b[36mbreadcrumb query --" in told
    assert ESCAPE.sub("", told) == piped
    for environ in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert at_terminal(shop, "query", "--errors", "--handled", environ=environ) == piped
    assert at_terminal(shop, "query", "--errors", "--handled", "--color", "never") == piped
    always = asked.breadcrumb(shop, "query", "--errors", "--handled", "--color", "always").stdout
    assert always == told


def test_a_long_answer_goes_through_the_pager_and_a_piped_one_does_not(shop: Path) -> None:
    pager = {"PAGER": f"{sys.executable} -c \"import sys; print('PAGED', sys.stdin.read().count(chr(10)))\""}
    told = at_terminal(shop, "query", "--call", "one", environ=pager)
    assert re.fullmatch(r"PAGED \d\d\n", told)
    assert "PAGED" not in at_terminal(shop, "query", "--call", "many", environ=pager)
    piped = subprocess.run(
        ["breadcrumb", "query", "--call", "one"],
        cwd=shop,
        env=asked.environ(shop) | pager,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "PAGED" not in piped.stdout
    assert len(piped.stdout.split("\n")) > ROWS


@pytest.mark.launches
def test_the_report_at_a_terminal_is_in_colour(project: Project) -> None:
    project.write("shop.py", SHOP)
    told = at_terminal(project.path, "run", "python", "shop.py")
    assert "Next: \x1b[36mbreadcrumb query --why\x1b[0m" in told
    assert "\x1b" not in asked.breadcrumb(project.path, "run", "python", "shop.py").stderr


def test_what_is_cut_says_where_more_follows() -> None:
    pair = "(Frame(shape=[49, 10], columns=['a', 'b', 'c']), Frame(shape=[49, 10]), 3)"
    assert closed(pair, 40) == "(Frame(shape=[49, 10], columns=[…]), …)"
    assert closed("['one', 'two, or (three']", 15) == "['one', 'two…']"
    assert fitted("f(a=[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])  x3  -> 5    #1-#3", 50).endswith(
        "  x3  -> 5    #1-#3"
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_names_every_command_and_option(shop: Path, shell: str) -> None:
    script = asked.breadcrumb(shop, "completion", shell).stdout
    for word in ("query", "forward", "--expensive", "--include", "add-include", "prune", "otlp-json"):
        assert word in script


def test_bash_completes(shop: Path) -> None:
    ask = """eval "$(breadcrumb completion bash)"
        COMP_WORDS=(breadcrumb query --e) COMP_CWORD=2; _breadcrumb; echo "${COMPREPLY[@]}"
        COMP_WORDS=(breadcrumb fo) COMP_CWORD=1; _breadcrumb; echo "${COMPREPLY[@]}"
        COMP_WORDS=(breadcrumb run --o) COMP_CWORD=2; _breadcrumb; echo "${COMPREPLY[@]}"
        COMP_WORDS=(breadcrumb mcp in) COMP_CWORD=2; _breadcrumb; echo "${COMPREPLY[@]}"
        COMP_WORDS=(breadcrumb mcp install cl) COMP_CWORD=3; _breadcrumb; echo "${COMPREPLY[@]}" """
    told = subprocess.run(
        ["bash", "-c", ask], cwd=shop, env=asked.environ(shop), capture_output=True, text=True, check=True
    )
    assert told.stdout.split("\n") == [
        "--errors --expensive",
        "forward",
        "--only",
        "install",
        "claude-code claude-desktop",
        "",
    ]


def test_an_unknown_shell_is_one_line(shop: Path) -> None:
    told = subprocess.run(
        ["breadcrumb", "completion", "tcsh"],
        cwd=shop,
        env=asked.environ(shop),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert told.stderr.count("\n") == 1
    assert "tcsh" in told.stderr
