"""What the runner of other packages' test suites says of two runs."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

ROOT = Path(__file__).parents[1]
CASE = '<testcase classname="tests.test_a" name="{}">{}</testcase>'
COMPARED = """
import json, pathlib, sys
from suites import outcomes
plain, traced = (outcomes.read(pathlib.Path(path)) for path in sys.argv[1:])
print(json.dumps([outcomes.count(plain), outcomes.failing(plain), outcomes.differing(plain, traced)]))
"""
SHOWN = """
from suites.table import is_fine, sentence, text
from suites.trial import Trial
trial = Trial("click", "8", "3.13", "c", 4, 2.0, 5.0, {"tests.a": "passed -> failure"}, [], {"calls": 1234})
print(is_fine(trial), text([trial]), sentence(trial), sep="\\n")
"""
LIMITED = """
import os, pathlib, sys, tempfile
from suites.trial import ended
command = ["sh", "-c", "sleep 60 & echo $!; wait"]
with tempfile.TemporaryFile("w+") as output:
    status = ended(command, 1, cwd=pathlib.Path.cwd(), env=dict(os.environ), output=output)
    output.seek(0)
    print(status, output.read())
"""

INTERRUPTED = """
import os, pathlib, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
from suites.trial import ended
command = [sys.executable, "-c", "import signal; signal.raise_signal(signal.SIGINT)"]
with open(os.devnull, "w") as output:
    print(ended(command, 60, cwd=pathlib.Path.cwd(), env=dict(os.environ), output=output))
"""


def junit(project: Project, name: str, **cases: str) -> Path:
    body = "".join(CASE.format(case.replace("_at_", " at 0x"), said) for case, said in cases.items())
    return project.write(name, f"<testsuites><testsuite>{body}</testsuite></testsuites>")


def test_only_outcomes_that_differ_are_told(project: Project) -> None:
    plain = junit(project, "plain.xml", same="", broken="<failure/>", skipped="<skipped/>", repr_at_7f01="")
    traced = junit(project, "traced.xml", same="", broken="", repr_at_7f99="", more="<error/>")
    done = project.call(sys.executable, "-c", COMPARED, plain, traced, cwd=ROOT)
    count, failing, differing = json.loads(done.stdout)
    assert (count, failing) == (4, 1)
    assert differing == {
        "tests.test_a.broken": "failure -> passed",
        "tests.test_a.skipped": "skipped -> not run",
        "tests.test_a.more": "not run -> error",
    }


@pytest.mark.parametrize(
    "said", ["False", "click    8        3.13    c         4      0        1       2.5   1,234  0"]
)
def test_the_table_has_what_differs(project: Project, said: str) -> None:
    done = project.call(sys.executable, "-c", SHOWN, cwd=ROOT)
    assert said in done.stdout.splitlines()
    assert "  tests.a: passed -> failure" in done.stdout


def test_a_suite_that_takes_too_long_leaves_nothing_running(project: Project) -> None:
    status, child = project.call(sys.executable, "-c", LIMITED, cwd=ROOT).stdout.split()
    state = project.call("ps", "-o", "stat=", "-p", child).stdout.strip()
    assert (status, state[:1].removeprefix("Z")) == ("None", "")


NAMED = """
from suites.__main__ import described
suite = described("httpx", tests="tests/client -k 'not slow'", include=None, needs="trio trustme")
print(suite.tests, suite.needs, suite.patterns[0])
"""


def test_the_command_line_says_which_tests_of_a_package_run_and_what_they_need(project: Project) -> None:
    done = project.call(sys.executable, "-c", NAMED, cwd=ROOT)
    assert done.stdout == "('tests/client', '-k', 'not slow') ('trio', 'trustme') httpx\n"


def test_a_suite_can_interrupt_itself_in_the_background(project: Project) -> None:
    done = project.call(sys.executable, "-c", INTERRUPTED, cwd=ROOT)
    assert done.stdout.split() == [str(-signal.SIGINT)]
