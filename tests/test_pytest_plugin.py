"""`pytest --breadcrumb`: each test is a unit, and a failing one says why."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import duckdb
import pytest
from _pytest.assertion.rewrite import AssertionRewriter

import breadcrumb
from breadcrumb.questions.facts.run import tests as told
from breadcrumb.testing.reasons import MODULE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

SHOP = """
def discount(code):
    table = {"spring": 10, "vip": 20}
    return table[code.lower()]

def price(amount, code=None):
    return amount - (discount(code) if code else 0)
"""
TESTS = """
import os
import pytest
from shop import price

@pytest.fixture
def amount():
    return price(100)

@pytest.mark.parametrize("code", ["SPRING", "VIP"])
def test_known(amount, code):
    assert price(amount, code) < 100

def test_unknown(amount):
    assert price(amount, "autumn") == 100

@pytest.fixture
def broken():
    raise OSError("no disk")

def test_needs_a_disk(broken):
    pass

@pytest.mark.skip
def test_later():
    pass

@pytest.mark.xfail
def test_expected():
    assert price(1) == 2

def test_ends_all():
    price(7)
    if os.environ.get("END"):
        os._exit(3)
"""
ROWS = """
import collections

def rows(n):
    yield n
    raise ValueError("bad row")

def sort(n):
    return list(rows(n))

def is_bad(n):
    try:
        collections.deque(rows(n), maxlen=0)
    except ValueError:
        return True

def test_one():
    assert is_bad(1)
    assert sort(2) == [1]

def test_two():
    assert sort(2) == [1]
"""
PARTS = """
import unittest

def rate(n):
    return {1: 2}[n]

def test_parts(subtests):
    for n in (1, 5):
        with subtests.test(n=n):
            rate(n)

class Parts(unittest.TestCase):
    def test_parts(self):
        for n in (1, 6):
            with self.subTest(n=n):
                rate(n)
"""
OUTCOMES = {
    "test_known[SPRING]": "passed",
    "test_known[VIP]": "passed",
    "test_unknown": "failed",
    "test_needs_a_disk": "error",
    "test_later": "skipped",
    "test_expected": "xfailed",
    "test_ends_all": "passed",
}
PYTEST = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_shop.py")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[..., Project]) -> Project:
    """A project with tests, to run and to ask."""
    project = new_project(tmp_path_factory.mktemp("shop"))
    (project.path / "shop.py").write_text(SHOP)
    (project.path / "test_shop.py").write_text(TESTS)
    return project


@pytest.fixture(scope="module")
def ran(shop: Project) -> subprocess.CompletedProcess[str]:
    """The tests, run once."""
    return shop.call(*PYTEST, "--breadcrumb")


def outcomes(project: Project) -> dict[str, str]:
    """Outcome by test of the last run."""
    rows = project.query(
        "SELECT test, outcome FROM tests WHERE run_id = (SELECT arg_max(run_id, started) FROM runs)"
    )
    return {test.removeprefix("test_shop.py::"): outcome for test, outcome in rows}


def test_outcomes_are_those_of_pytest(ran: subprocess.CompletedProcess[str], shop: Project) -> None:
    assert "3 passed, 1 skipped, 1 xfailed, 1 error" in ran.stdout.replace("1 failed, ", "")
    assert ran.returncode == 1
    assert outcomes(shop) == OUTCOMES


def test_pytest_does_not_warn_that_what_traces_was_imported_before() -> None:
    assert AssertionRewriter.is_rewrite_disabled(breadcrumb.__doc__ or "")


def test_a_failure_says_why(ran: subprocess.CompletedProcess[str]) -> None:
    _, _, told = ran.stdout.partition("= breadcrumb =")
    assert "KeyError" in told and "autumn" in told and "shop.py:4" in told
    assert "OSError" in told and "SPRING" not in told
    assert "goes on" not in told  # the run does, its tests are over


def test_each_reason_is_told_as_soon_as_it_is_known(
    ran: subprocess.CompletedProcess[str], shop: Project
) -> None:
    run = ran.stdout.rpartition("--run ")[2].split()[0]
    words = ["python", "-P", "-m", MODULE, str(shop.store), run]
    with subprocess.Popen(
        words, cwd=shop.path, env=shop.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as asked:
        answer, _ = asked.communicate(json.dumps(["test_unknown", "no such test", "test_needs_a_disk"]))
    first, second, third = map(json.loads, answer.splitlines())
    assert "autumn" in first and "no such test" in second and "OSError" in third


def test_what_failed_a_part_of_a_test_is_told(project: Project) -> None:
    project.write("test_parts.py", PARTS)
    done = project.call("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--breadcrumb")
    told = done.stdout.partition("= breadcrumb =")[2]
    assert told.count("failed a subtest") == 2 and told.count("rate#") >= 2, told
    assert "n=5" in told and "n=6" in told, told


def test_what_cannot_be_imported_is_told_where_it_failed(project: Project) -> None:
    project.write("rates.py", "known = {}\nvat = known['vat']\n")
    project.write("part/test_vat.py", "from rates import vat\ndef test_vat(): pass\n")
    words = ("-q", "-p", "no:cacheprovider", "--rootdir", ".", "--import-mode", "importlib")
    done = project.call("python", "-m", "pytest", *words, "--breadcrumb")
    told = done.stdout.partition("= breadcrumb =")[2]
    assert "rates.<module>" in told and "rates.py:2" in told and "KeyError: 'vat'" in told, told


def test_errors_begin_with_what_failed_the_tests(
    ran: subprocess.CompletedProcess[str], shop: Project
) -> None:
    assert ran.returncode == 1
    lines = shop.call("breadcrumb", "query", "--errors").stdout.splitlines()
    assert lines[0].startswith("KeyError: 'autumn'    raised at shop.py:4")
    frames = [line.strip() for line in lines[1:7]]
    assert frames[0].startswith("test_unknown#1(amount=100)")
    assert frames[1] == 'test_shop.py:15  assert price(amount, "autumn") == 100'
    assert frames[-1] == "shop.py:4  return table[code.lower()]"
    assert "  failed test_shop.py::test_unknown" in lines
    assert any("failed test_shop.py::test_needs_a_disk" in line for line in lines)
    assert lines[-2].endswith("Next: breadcrumb query --why --test test_shop.py::test_unknown")
    assert (
        "failed test_shop.py::test_unknown"
        in shop.call("breadcrumb", "query", "--why").stdout.splitlines()[0]
    )


def test_what_failed_a_test_was_not_handled_where_others_of_its_place_were(project: Project) -> None:
    project.write("test_rows.py", ROWS)
    done = project.call("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--breadcrumb")
    told = done.stdout.partition("= breadcrumb =")[2]
    assert told.count("return list(rows(n))") == 2 and told.count("sort#") == 2, told


@pytest.mark.parametrize(
    "name", ["a/test_b.py::Case::test_c[x.y::z]", "a.test_b.Case.test_c (n=1)", "test_c"]
)
def test_a_test_is_known_by_its_function(name: str) -> None:
    assert told.Test(name, "failed", 1, 2, 3).function == "test_c"


def test_a_question_is_about_one_test(ran: subprocess.CompletedProcess[str], shop: Project) -> None:
    assert ran.returncode == 1
    flow = shop.call("breadcrumb", "query", "--flow", "--test", "test_known").stdout
    assert "SPRING" in flow and "VIP" in flow and "autumn" not in flow
    assert "amount" in flow, "its fixtures are part of it"
    near = shop.call("breadcrumb", "query", "--flow", "--test", "test_unknwn")
    assert near.returncode and "no test of this run is called test_unknwn" in near.stderr
    assert "test_shop.py::test_unknown" in near.stderr
    told = shop.call("breadcrumb", "query", "--errors", "--test", "test_unknown").stdout
    assert "KeyError" in told and "--test test_unknown" in told, "the next step is about it too"


def test_a_test_is_taken_elsewhere_as_one_file(
    ran: subprocess.CompletedProcess[str], shop: Project, tmp_path: Path, new_project: Callable[..., Project]
) -> None:
    assert ran.returncode == 1
    done = shop.call("breadcrumb", "export", "--test", "test_unknown")
    assert done.returncode == 0 and "store import" in done.stdout, done.stderr
    (file,) = shop.path.glob("*.zip")
    other = new_project(tmp_path)
    taken = other.call("breadcrumb", "store", "import", file)
    assert taken.returncode == 0, taken.stderr
    for question in (["--why"], ["--flow"], ["--errors"], ["--call", "discount"]):
        words = ("breadcrumb", "query", *question, "--test", "test_unknown")
        told = other.call(*words).stdout.replace(f"{shop.path}/", "")  # it is not where the store is
        assert told == shop.call(*words).stdout
    (shop.path / "text.zip").write_text("no zip")
    wrong = other.call("breadcrumb", "store", "import", shop.path / "text.zip")
    assert wrong.returncode and "is no exported run" in wrong.stderr


def test_the_last_pass_of_a_test_is_compared_with_its_failure(
    tmp_path: Path, new_project: Callable[..., Project]
) -> None:
    shop = new_project(tmp_path)
    shop.write("shop.py", SHOP)
    shop.write(
        "test_shop.py",
        "from shop import price\ndef test_one(): assert price(9, 'VIP') < 0\ndef test_two(): price(1)\n",
    )
    assert shop.call(*PYTEST, "--breadcrumb", "--breadcrumb-keep", "failures").returncode == 0
    missing = shop.call("breadcrumb", "diff", "--test", "test_one")
    assert missing.returncode and "no run is kept in which test_one failed" in missing.stderr
    shop.write("shop.py", SHOP.replace('"vip": 20', '"vip": 2'))
    shop.write("test_shop.py", (shop.path / "test_shop.py").read_text().replace("price(1)", "price(2)"))
    assert shop.call(*PYTEST, "--breadcrumb").returncode == 1
    let_go = shop.call("breadcrumb", "diff", "--test", "test_one")
    assert let_go.returncode and "at a commit where it passed: pytest --breadcrumb" in let_go.stderr
    shop.write("shop.py", SHOP)
    command = let_go.stderr.partition("passed: ")[2].strip().removesuffix(")").split()
    assert shop.call("python", "-m", *command).returncode == 0
    told = shop.call("breadcrumb", "diff", "--test", "test_one").stdout
    assert "discount(code='VIP')" in told and "20 -> 2" in told and "amount=1" not in told, told
    unknown = shop.call("breadcrumb", "diff", "--test", "nobody")
    assert unknown.returncode and "no run has a test called nobody" in unknown.stderr


AGAIN = """
from _pytest.runner import runtestprotocol

def pytest_report_teststatus(report):
    if report.outcome == "rerun":
        return "rerun", "R", "RERUN"

def pytest_runtest_protocol(item, nextitem):
    for attempt in range(2):
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = [each for each in reports if each.failed]
        for each in failed if attempt == 0 else ():
            each.outcome = "rerun"
        for each in reports:
            item.ihook.pytest_runtest_logreport(report=each)
        if not failed:
            break
    return True
"""
"""What plugins do that run a test again where it failed."""


@pytest.mark.parametrize("keep", ["all", "failures"])
def test_a_test_that_passes_when_run_again_is_compared_with_its_failure(project: Project, keep: str) -> None:
    project.write("conftest.py", AGAIN)
    project.write("pyproject.toml", '[tool.breadcrumb]\nexclude = ["conftest"]\n')
    project.write(
        "test_shop.py",
        "rates = iter([0, 1.5, 1.5])\ndef rate(): return next(rates)\n"
        "def total(items): return sum(items) * rate()\n"
        "def test_total(): assert total([1, 2, 3]) == 9\ndef test_other(): assert total([2]) == 3\n",
    )
    done = project.call(*PYTEST, "--breadcrumb", "--breadcrumb-keep", keep)
    assert done.returncode == 0, done.stdout
    assert "passed when run again: breadcrumb diff --test test_shop.py::test_total\n" in done.stdout
    told = project.call("breadcrumb", "diff", "--test", "test_shop.py::test_total").stdout.split("\n")
    assert "test_total passed" in told[0] and "test_total failed" in told[1]
    assert told[2].startswith("rate()    returned: 1.5 -> 0    #2|#1"), told
    unlike = project.call("breadcrumb", "diff", "--test", "test_other")
    assert unlike.returncode and "no run is kept in which test_other failed" in unlike.stderr


def test_it_is_off_unless_asked(shop: Project) -> None:
    done = shop.call(*PYTEST)
    assert "breadcrumb" not in done.stdout + done.stderr
    off = shop.call(*PYTEST, "-p", "no:breadcrumb")
    assert off.returncode == 1 and "breadcrumb" not in off.stdout


def test_only_calls_of_failing_tests_are_kept_where_asked(shop: Project) -> None:
    done = shop.call(*PYTEST, "--breadcrumb", "--breadcrumb-keep", "failures")
    assert done.returncode == 1 and outcomes(shop) == OUTCOMES
    assert "KeyError" in done.stdout.partition("= breadcrumb =")[2]
    run = "(SELECT arg_max(run_id, started) FROM runs)"
    rows = shop.query(
        f"SELECT args->>'$.code' FROM calls WHERE run_id = {run} AND function = 'shop.discount'"
    )
    assert rows == [("autumn",)]
    flow = shop.call("breadcrumb", "query", "--flow", "--test", "test_unknown")
    assert "autumn" in flow.stdout and "tests that did not fail" in flow.stdout
    passed = shop.call("breadcrumb", "query", "--flow", "--test", "test_known")
    assert passed.returncode and "were not kept: it passed" in passed.stderr
    shop.call(*PYTEST, "-o", "breadcrumb_keep=failures", "--breadcrumb", environ={"END": "1"})
    (ended,) = shop.query(
        f"SELECT count(*) FROM calls WHERE run_id = {run} AND function LIKE '%test_ends_all'"
    )
    assert ended == (1,)
    told = shop.call("breadcrumb", "query", "--flow", "--test", "test_ends_all").stdout
    assert "price(amount=7, code=None)  -> 7" in told, "nobody knows whether it would have passed"
    wrong = shop.call(*PYTEST, "--breadcrumb", "-o", "breadcrumb_keep=some")
    assert wrong.returncode == 4 and "expected all or failures" in wrong.stderr


def test_workers_join_and_a_lost_one_is_told(
    tmp_path: Path, new_project: Callable[..., Project], shop: Project
) -> None:
    other = new_project(tmp_path)
    for file in ("shop.py", "test_shop.py"):
        other.write(file, (shop.path / file).read_text())
    shop = other
    done = shop.call(*PYTEST, "--breadcrumb", "-n", "2")
    assert not (shop.store / "traces.duckdb").exists(), "nobody asks again in CI"
    assert outcomes(shop) == OUTCOMES, done.stdout
    told = done.stdout.partition("= breadcrumb =")[2]
    assert "KeyError" in told and "OSError" in told
    ((run,),) = shop.query("SELECT run_id FROM runs")
    assert f" --run {run} --test " in told, told
    shop.call(*PYTEST, "--breadcrumb", "-n", "2", environ={"END": "1"})
    assert outcomes(shop)["test_ends_all"] == "running"


def test_breadcrumb_run_knows_the_tests_too(shop: Project) -> None:
    done = shop.run(*PYTEST)
    assert outcomes(shop) == OUTCOMES
    assert "= breadcrumb =" not in done.stdout, "the report of the run follows"


def test_a_store_in_use_loses_nothing(ran: subprocess.CompletedProcess[str], shop: Project) -> None:
    assert ran.returncode == 1 and outcomes(shop)
    with duckdb.connect(str(shop.store / "traces.duckdb")):
        done = shop.call(*PYTEST, "--breadcrumb")
    told = done.stdout.partition("= breadcrumb =")[2]
    assert "another program holds" in told and "ask: breadcrumb query --why --run" in told
    assert outcomes(shop) == OUTCOMES


def test_a_store_that_cannot_be_used_is_one_line(shop: Project) -> None:
    done = shop.call(*PYTEST, "--breadcrumb", environ={"BREADCRUMB_LIMITS_DEPTH": "many"})
    assert done.returncode == 4
    assert "Traceback" not in done.stderr and "BREADCRUMB_LIMITS_DEPTH" in done.stderr
