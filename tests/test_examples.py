"""Every example runs, and shows what it says it shows."""

import re
import sys
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[1] / "examples"
SHOWN = {"invoice.py", "bank.py", "race.py", "embedded.py"}


def test_every_example_is_run_here() -> None:
    assert {file.name for file in EXAMPLES.glob("*.py")} == SHOWN


@pytest.mark.skipif(sys.version_info < (3, 12), reason="what a failed call held is not recorded on 3.11")
def test_invoice_is_told_as_the_first_screen_of_the_readme_shows_it(project: Any) -> None:
    project.write("examples/invoice.py", (EXAMPLES / "invoice.py").read_text())
    readme = (EXAMPLES.parent / "README.md").read_text(encoding="utf-8")
    shown = readme.partition("```console\n")[2].partition("```")[0]
    commands = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", shown, re.MULTILINE)
    assert len(commands) == 2
    for command, lines in commands:
        ended = project.call(*command.split())
        told = iter(masked(ended.stdout + ended.stderr).splitlines())
        for line in masked(lines).splitlines():
            assert line in ("", "...") or line in told, line  # in this order


def test_of_what_a_call_held_unseen_no_other_value_is_a_lead(project: Any) -> None:
    project.write("app.py", (EXAMPLES / "invoice.py").read_text())
    project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_EXCEPTION_LOCALS": "false"})
    told = project.call("breadcrumb", "query", "--why").stdout
    assert "under for each in lines" in told and "held " not in told
    assert "rate_of" not in told, "it made the rate of a line that went well"
    assert "Next: breadcrumb query --why line#3\n" in told


def masked(text: str) -> str:
    """Text without the run's id and its times."""
    return re.sub(r"(?<=run )[0-9a-f]{8}|\b[\d.]+ (?:us|ms|s)\b", "-", text)


def test_bank_shows_the_call_that_made_the_balance_negative(project: Any) -> None:
    project.write("bank.py", (EXAMPLES / "bank.py").read_text())
    ended = project.run("--no-report", "python", "bank.py")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "-55.0\n", "")
    flow = project.call("breadcrumb", "query", "--flow").stdout
    assert "withdraw(acc=Account(owner='ada', balance=100.0), amount=0)  -> 100.0" in flow
    assert "amount=10..50)  x5  -> 90.0 .. -50.0" in flow
    assert "parse(row={'qty': -1, 'price': 3})  !! ValueError: bad qty -1    bank.py:27, handled" in flow
    negative = project.query(
        """SELECT function FROM calls WHERE CAST("return" AS DOUBLE) < 0 ORDER BY start_ns DESC LIMIT 1"""
    )
    assert negative == [("__main__.withdraw",)]


def test_race_shows_that_both_tasks_read_before_either_wrote(project: Any) -> None:
    ended = project.run("--no-report", "python", EXAMPLES / "race.py")
    assert (ended.returncode, ended.stdout) == (0, "expected 7, got 6\n")
    steps = project.query(
        """
        SELECT qualname, args->>'$.self.value', args->>'$.value' FROM calls
        WHERE qualname IN ('Counter.read', 'Counter.write') ORDER BY start_ns
        """
    )
    assert steps == [
        ("Counter.read", "5", None),
        ("Counter.read", "5", None),
        ("Counter.write", "5", "6"),
        ("Counter.write", "6", "6"),
    ]
    tasks = project.query("SELECT count(DISTINCT task) FROM calls WHERE qualname = 'Counter.write'")
    assert tasks == [(2,)]


def test_embedded_traces_itself_and_asks_its_store(project: Any) -> None:
    ended = project.call(sys.executable, EXAMPLES / "embedded.py")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == """[('__main__.price', '{"quantity": 3, "unit": 9.5}', '28.5')]\n"""
