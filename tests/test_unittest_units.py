"""Tests of unittest and of Django's runner are units under `breadcrumb run`, and run as they do without."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from breadcrumb.common.unittest_commands import run_tests

if TYPE_CHECKING:
    from conftest import Project

TESTS = """
import unittest
from shop import price

class Prices(unittest.TestCase):
    def setUp(self):
        self.amount = price(100)

    def test_known(self):
        self.assertLess(price(self.amount, "vip"), 100)

    def test_unknown(self):
        price(self.amount, "autumn")

    def test_wrong(self):
        with self.subTest(code="spring"):
            self.assertEqual(price(1, "spring"), 1)

    @unittest.skip("later")
    def test_later(self):
        pass

    @unittest.expectedFailure
    def test_expected(self):
        self.assertEqual(price(1), 2)

class Waiting(unittest.IsolatedAsyncioTestCase):
    async def test_waits(self):
        self.assertEqual(price(3), 3)

if __name__ == "__main__":
    unittest.main()
"""
SHOP = """
def price(amount, code=None):
    return amount - ({"spring": 10, "vip": 20}[code] if code else 0)
"""
OUTCOMES = {
    "Prices.test_known": "passed",
    "Prices.test_unknown": "error",
    "Prices.test_wrong": "failed",
    "Prices.test_later": "skipped",
    "Prices.test_expected": "xfailed",
    "Waiting.test_waits": "passed",
}
SITE = """
import multiprocessing, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "site_settings"
from django.core.management import execute_from_command_line

def main():
    multiprocessing.set_start_method(os.environ["START"])
    execute_from_command_line(sys.argv)

if __name__ == "__main__":
    main()
"""

TBLIB = """
import copyreg, types
def install():
    copyreg.pickle(types.TracebackType, lambda traceback: (type(None), ()))
"""
"""In the place of the package without which Django cannot tell of failures in its processes."""


def outcomes(project: Project) -> dict[str, str]:
    """Outcome by test of the last run."""
    last = "(SELECT arg_max(run_id, started) FROM runs)"
    rows = project.query(f"SELECT test, outcome FROM tests WHERE run_id = {last}")
    return {test.partition(".")[2]: outcome for test, outcome in rows}


@pytest.mark.parametrize("words", [("-m", "unittest"), ("test_shop.py",)])
def test_tests_of_unittest_are_units(project: Project, words: tuple[str, ...]) -> None:
    project.write("shop.py", SHOP)
    project.write("test_shop.py", TESTS)
    plain, traced = project.call("python", *words), project.run("--no-report", "python", *words)
    assert traced.returncode == plain.returncode != 0
    assert re.sub("[0-9.]+s", "", traced.stderr) == re.sub("[0-9.]+s", "", plain.stderr)
    assert outcomes(project) == OUTCOMES
    told = project.call("breadcrumb", "query", "--why", "--test", "test_unknown").stdout
    assert "KeyError: 'autumn'" in told and "test_unknown error" in told


def test_tests_of_django_are_units(project: Project) -> None:
    project.write("shop.py", SHOP)
    tests = TESTS.replace("unittest.TestCase", "SimpleTestCase").replace(
        "import unittest", "import unittest\nfrom django.test import SimpleTestCase"
    )
    more = "class More(SimpleTestCase):\n    def test_more(self):\n        price(2)\n"
    project.write("tests.py", f"{tests}\n{more}")
    project.write("manage.py", SITE)
    project.write("site_settings.py", "SECRET_KEY = 'x'\nDATABASES = {}\n")
    project.write("tblib/__init__.py", "")
    project.write("tblib/pickling_support.py", TBLIB)
    expected = {**OUTCOMES, "More.test_more": "passed"}
    all_tests, two_classes = ["tests"], ["tests.Prices", "tests.More", "--parallel", "2"]
    for words, start in ((all_tests, "fork"), (two_classes, "fork"), (two_classes, "spawn")):
        project.environ["START"] = start
        command = ("python", "manage.py", "test", *words)
        plain, traced = project.call(*command), project.run("--no-report", *command)
        assert traced.returncode == plain.returncode != 0, traced.stderr
        found = outcomes(project)
        assert found == {test: expected[test] for test in found}
        assert len(found) == len(expected) - (words is two_classes)  # Django cannot send a waiting test
        if words is all_tests:
            told = project.call("breadcrumb", "query", "--errors").stdout
            assert told.startswith("KeyError: 'autumn'") and "failed tests.Prices.test_unknown" in told
            assert "exited by" not in told and (sys.version_info < (3, 12) or "handled in main" not in told)
    told = project.call("breadcrumb", "query", "--why", "--test", "test_unknown").stdout
    assert "KeyError: 'autumn'" in told and "test_unknown error" in told


def test_only_what_runs_such_tests_is_looked_at() -> None:
    python = sys.executable
    for words in (
        ["-m", "unittest", "-v"],
        ["manage.py", "test"],
        ["-m", "django", "test"],
        ["tests/test_a.py"],
    ):
        assert run_tests([python, *words]), words
    for words in (
        ["app.py"],
        ["manage.py", "runserver"],
        ["-c", "import unittest"],
        ["-m", "pytest"],
        ["app.py", "test"],
    ):
        assert not run_tests([python, *words]), words
