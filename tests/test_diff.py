"""`breadcrumb diff` tells where two runs came apart, and nothing of what is only elsewhere in memory."""

import json
import textwrap
from pathlib import Path
from typing import Any

import asked
import pytest
from asked import Ask
from forks import Forks

APP = """\
import sys


class Cart:
    def __init__(self, rate):
        self.rate = rate
        self.lines = []


def price(text):
    return float(text)


def line(cart, text):
    cart.lines.append(price(text) * cart.rate)


def rate():
    return float(sys.argv[1])


def extra(number):
    return price(str(number))


def main():
    cart = Cart(rate())
    for text in sys.argv[2:]:
        try:
            line(cart, text)
        except ValueError:
            extra(1)
    return sum(cart.lines)


main()
"""

RUNS = {
    "good": ["2", "1.5", "3"],
    "same": ["2", "1.5", "3"],
    "bad": ["2", "1,5", "3"],
    "rate": ["3", "1.5", "3"],
}
"""Runs and their arguments."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program has run with each of the arguments."""
    folder = asked.new(tmp_path_factory.mktemp("diff"), app=APP)
    for arguments in RUNS.values():
        asked.breadcrumb(folder, "run", "--no-report", "python", "app.py", *arguments)
    return folder


@pytest.fixture
def ask(project: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(project, reading)


@pytest.fixture
def runs(ask: Ask) -> dict[str, str]:
    """The id of each run."""
    rows = json.loads(ask("runs", "--format", "json").stdout)["rows"]
    return dict(zip(RUNS, [row["run"] for row in reversed(rows)], strict=True))


def _rows(ask: Ask, *words: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(ask("diff", *words, "--format", "json").stdout)["rows"]
    return rows


def test_runs_that_did_the_same_do_not_differ(ask: Ask, runs: dict[str, str]) -> None:
    answer = ask("diff", runs["good"], runs["same"])
    assert answer.stdout.splitlines()[2].startswith("No differences.")
    assert _rows(ask, runs["good"], runs["good"]) == []


def test_the_first_line_is_where_they_came_apart(ask: Ask, runs: dict[str, str]) -> None:
    lines = ask("diff", runs["good"], runs["rate"]).stdout.splitlines()
    assert lines[0] == f"A {runs['good']}, exited, 7 calls: python app.py 2 1.5 3"
    assert lines[2:4] == [
        "rate()    returned: 2.0 -> 3.0    #1, from main",
        "Cart.__init__(…)    rate: 2.0 -> 3.0    #1, from main",
    ]
    assert "main()    returned: 9.0 -> 13.5    #1" in lines


def test_a_failure_and_what_only_one_run_called_is_told_with_the_counts(
    ask: Ask, runs: dict[str, str]
) -> None:
    lines = ask("diff", runs["good"], runs["bad"]).stdout.splitlines()
    assert lines[3] == "calls: extra x0 -> x1, line x2 -> x2 (1 failed), price x2 -> x3 (1 failed)"
    assert lines[2].startswith("line(…)    text: '1.5' -> '1,5', returned None -> !! ValueError: could not")
    assert lines[4].startswith("price(…)    text: '1.5' -> '1,5', returned 1.5 -> !! ValueError: could not")
    assert lines[5] == "extra(number=1)    only in B, #1, from main"
    kinds = [row["kind"] for row in _rows(ask, runs["good"], runs["bad"])]
    assert kinds == ["args", "args", "only", "args", "result", "calls", "calls", "calls"]


def test_the_second_run_is_the_last_unless_named(ask: Ask, runs: dict[str, str]) -> None:
    assert _rows(ask, runs["good"]) == _rows(ask, runs["good"], runs["rate"])


def test_the_last_run_alone_is_compared_with_the_one_before(ask: Ask, runs: dict[str, str]) -> None:
    assert _rows(ask, "last") == _rows(ask, runs["bad"], runs["rate"]) != []


def test_runs_of_which_nothing_is_alike_are_one_line(tmp_path: Path, reading: Forks) -> None:
    folder = asked.new(tmp_path, app="def one(): pass\none()\n", other="def two(): pass\ntwo()\n")
    for name in ("app", "other"):
        asked.breadcrumb(folder, "run", "--no-report", "python", f"{name}.py")
    said = asked.asking(folder, reading)("diff", "last")
    assert (said.returncode, said.stdout) == (1, "")
    assert "have no function in common" in said.stderr and len(said.stderr.splitlines()) == 1


def test_the_next_commands_open_the_call_in_both_runs(ask: Ask, runs: dict[str, str]) -> None:
    following = json.loads(ask("diff", runs["good"], "--format", "json").stdout)["next"]
    assert [
        f"--run {runs[name]}" in command for name, command in zip(("good", "rate"), following, strict=True)
    ]
    assert [ask(*command.split()[1:]).returncode for command in following] == [0, 0]


def test_an_unknown_run_is_said_in_one_line(ask: Ask) -> None:
    answer = ask("diff", "zz")
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == "breadcrumb: there is no run zz (breadcrumb runs)\n"


PARTS = """\
import sys


class Row:
    def __init__(self, text):
        self.text = text


def load(row):
    return row.text * 400


def login(password):
    return len(password)


def count(words):
    return len(words)


load(Row(sys.argv[1]))
login(sys.argv[1])
count([sys.argv[1]])
"""


def test_what_was_recorded_in_part_is_not_called_the_same(tmp_path: Path, reading: Forks) -> None:
    folder = asked.new(tmp_path, app=PARTS)
    for word in ("ab", "ab"):
        asked.breadcrumb(folder, "run", "--no-report", "python", "app.py", word)
    ask = asked.asking(folder, reading)
    first = json.loads(ask("runs", "--format", "json").stdout)["rows"][1]["run"]
    lines = ask("diff", first).stdout.splitlines()
    assert lines[2] == "Not compared, as their values were recorded only in part: load x1, login x1."
    assert lines[3].startswith("No differences in what was recorded whole.")


def test_what_differs_in_an_exception_is_seen_also_where_it_has_no_message(
    tmp_path: Path, reading: Forks
) -> None:
    source = """\
        import sys


        class Bad(Exception):
            def __str__(self):
                return "bad"


        def check(word):
            raise Bad(len(sys.argv[1]))


        try:
            check(0)
        except Bad:
            pass
        """
    folder = asked.new(tmp_path, app=textwrap.dedent(source))
    for word in ("ab", "abc"):
        asked.breadcrumb(folder, "run", "--no-report", "python", "app.py", word)
    ask = asked.asking(folder, reading)
    first = json.loads(ask("runs", "--format", "json").stdout)["rows"][1]["run"]
    assert "check(word=0)    !! Bad([2]) -> !! Bad([3])    #1" in ask("diff", first).stdout
