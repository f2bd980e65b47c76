"""What a test's runner caught is told of that test, and of no other exception of its kind."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import asked
import pytest
from patience import HANGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from asked import Ask
    from forks import Forks

PYTEST = """
import pytest

def connect(name):
    return {"a": 1}[name]

@pytest.fixture
def database():
    return connect("z")

@pytest.fixture(scope="module")
def shared():
    raise OSError("down")

@pytest.fixture
def lent():
    yield 3
    raise ValueError("not given back")

def test_set_up(database):
    pass

def test_twice(lent):
    assert lent == 4

def test_first(shared):
    pass

def test_second(shared):
    pass

@pytest.mark.xfail(strict=True)
def test_passes():
    pass

@pytest.mark.xfail
def test_expected():
    connect("q")

def test_wanted():
    with pytest.raises(KeyError):
        connect("q")
"""
UNITTEST = """
import unittest

def load(name):
    return {"a": 1}[name]

def close(number):
    raise ValueError(f"cannot close {number}")

class SetsUp(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        load("z")

    def test_never(self):
        pass

class TearsDown(unittest.TestCase):
    def test_ok(self):
        with self.assertRaises(KeyError):
            load("q")

    def test_cleans(self):
        self.addCleanup(close, 9)

    @unittest.expectedFailure
    def test_expected(self):
        load("r")

    @classmethod
    def tearDownClass(cls):
        close(7)

def main():
    unittest.main()

if __name__ == "__main__":
    main()
"""


DOCTESTS = '''
def first(numbers):
    """
    >>> first([3])
    3
    >>> first([])
    0
    """
    return numbers[0]

def second(numbers):
    """
    >>> second([3])
    4
    """
    return numbers[1]
'''


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str, str], Path]:
    """Runs tests that fail in a project of their own."""

    def run(name: str, source: str, command: str) -> Path:
        folder = asked.new(tmp_path_factory.mktemp(name), **{name: source})
        subprocess.run(
            ["breadcrumb", "run", "--no-report", *command.split()],
            cwd=folder,
            env=asked.environ(folder),
            capture_output=True,
            check=False,
            timeout=HANGS,
        )
        return folder

    return run


def _endings(ask: Ask) -> list[tuple[str, str, str | None, str]]:
    """Give of each exception its type, message or test, handler and ending."""
    told = json.loads(ask("query", "--errors", "--handled", "--format", "json").stdout)
    rows = [
        (row["type"], row.get("test") or row["message"], row["handled_by"], row["ending"])
        for row in told["rows"]
    ]
    return sorted((row for row in rows if row[0] != "SystemExit"), key=str)


@pytest.fixture(scope="module")
def of_pytest(failed: Callable[[str, str, str], Path]) -> Path:
    """Tests of pytest that failed."""
    return failed("test_fixtures", PYTEST, "pytest -q")


@pytest.fixture(scope="module")
def of_unittest(failed: Callable[[str, str, str], Path]) -> Path:
    """Tests of unittest that failed, run by a traced function."""
    return failed("test_classes", UNITTEST, "python test_classes.py")


def test_each_phase_of_a_test_may_fail_it(of_pytest: Path, reading: Forks) -> None:
    assert _endings(asked.asking(of_pytest, reading)) == [
        ("AssertionError", "test_fixtures.py::test_twice", None, "failed a test"),
        ("KeyError", "'q'", "test_fixtures.test_wanted", "handled"),
        ("KeyError", "'q'", None, "expected"),
        ("KeyError", "test_fixtures.py::test_set_up", None, "failed a test"),
        ("OSError", "test_fixtures.py::test_first", None, "failed a test"),
        ("OSError", "test_fixtures.py::test_second", None, "failed a test"),
        ("ValueError", "test_fixtures.py::test_twice", None, "failed a test"),
    ]


def test_a_test_that_no_exception_failed_is_named(of_pytest: Path, reading: Forks) -> None:
    errors = asked.asking(of_pytest, reading)("query", "--errors").stdout
    assert "Failed, by no exception that is known: test_fixtures.py::test_passes." in errors


def test_a_module_that_does_not_import_is_told(
    failed: Callable[[str, str, str], Path], reading: Forks
) -> None:
    folder = failed("test_broken", "import nowhere_at_all", "pytest -q")
    errors = asked.asking(folder, reading)("query", "--errors").stdout
    assert errors.startswith(
        "ModuleNotFoundError: No module named 'nowhere_at_all'    raised at test_broken.py:1"
    )
    assert "failed test_broken.py" in errors


def test_set_ups_and_tear_downs_of_classes_fail_as_tests_do(of_unittest: Path, reading: Forks) -> None:
    assert _endings(asked.asking(of_unittest, reading)) == [
        ("KeyError", "'q'", "__main__.TearsDown.test_ok", "handled"),
        ("KeyError", "'r'", None, "expected"),
        ("KeyError", "__main__.SetsUp.setUpClass", None, "failed a test"),
        ("ValueError", "__main__.TearsDown.tearDownClass", None, "failed a test"),
        ("ValueError", "__main__.TearsDown.test_cleans", None, "failed a test"),
    ]


def test_every_answer_names_the_test(of_unittest: Path, reading: Forks) -> None:
    ask = asked.asking(of_unittest, reading)
    flow = ask("query", "--flow", "--budget", "3000").stdout
    assert "failed __main__.SetsUp.setUpClass" in flow
    assert "expected by __main__.TearsDown.test_expected" in flow
    assert "handled below main" not in flow
    limited = ask("query", "--flow", "--test", "__main__.SetsUp.setUpClass").stdout
    assert "load(name='z')" in limited
    assert "close" not in limited


@pytest.mark.parametrize("more", ["", " --doctest-continue-on-failure"])
def test_what_an_example_raised_is_what_failed_its_doctest(
    failed: Callable[[str, str, str], Path], reading: Forks, more: str
) -> None:
    folder = failed("examples", DOCTESTS, f"python -m pytest --doctest-modules{more} examples.py")
    assert _endings(asked.asking(folder, reading)) == [
        ("IndexError", "examples.py::examples.first", None, "failed a test"),
        ("IndexError", "examples.py::examples.second", None, "failed a test"),
    ]
