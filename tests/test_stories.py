"""A story leaves out what is a package's own affair, and follows what the message names wherever it is."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Project

APP = """\
import rates
import sys


class Reader:
    def __init__(self, source):
        self.source = source

    def page(self, number):
        return None if number == 4 else {"number": number, "rows": [number, number + 1]}


def parse(text):
    try:
        return int(text)
    except ValueError:
        return 0


def file_of(shop):
    return f"out/{shop}-77.report"


def write(shop):
    return len(file_of(shop))


def pages(reader):
    return [reader.page(number) for number in range(8)]


def fail(shop):
    write(shop)
    pages(Reader("feed"))
    for word in range(30):
        parse(f"{word} pieces")
    rates.find("EUR")
    name = ["out/", shop, "-77", ".report"]
    raise LookupError("nothing in '" + "".join(name) + "'")


KNOWN = set()


def check(name):
    if name not in KNOWN:
        KNOWN.add(name)
        ask(name)
    return True


def ask(name):
    return True


if sys.argv[1] == "fail":
    fail("oslo")
else:
    for _ in range(3):
        check("paid")
        check("packed")
"""
RATES = """\
class Missing(Exception):
    pass


def find(name):
    try:
        raise Missing(name)
    except Missing:
        return 1.0
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    project = new_project(tmp_path_factory.mktemp("stories"))
    project.write("app.py", APP)
    project.write("rates.py", RATES)
    project.call("breadcrumb-instrument", "python", "app.py", "checks")
    project.call("breadcrumb-instrument", "python", "app.py", "fail")
    return project


@pytest.fixture(scope="module")
def story(project: Project) -> str:
    return project.call("breadcrumb", "query", "--why").stdout


def test_what_the_message_names_is_followed_though_no_variable_holds_it(story: str) -> None:
    assert "message='out/oslo-77.report': file_of#1 returned it and was not given it" in story
    assert re.search(r"Next: breadcrumb query --\w+ (out/oslo-77\.report|file_of#1)\n", story), story


def test_what_is_swallowed_again_and_again_is_left_out(story: str) -> None:
    assert "swallowed by parse" not in story


def test_what_a_package_raises_and_takes_itself_is_left_out(story: str, project: Project) -> None:
    assert "Missing" not in story
    assert "by find rates.py" in project.call("breadcrumb", "query", "--errors", "--handled").stdout


def test_a_call_that_gave_nothing_stands_apart_from_those_that_gave_something(project: Project) -> None:
    told = project.call("breadcrumb", "query", "--why", "pages#1").stdout
    assert re.search(r"Reader\.page\([^\n]*number=4\)  -> None +#5,", told), told
    assert re.search(r"--why Reader\.page#5\n", told), told


def test_of_calls_given_the_same_the_one_that_did_otherwise_is_compared(project: Project) -> None:
    run = project.call("breadcrumb", "runs").stdout.splitlines()[1].split()[0]
    told = project.call("breadcrumb", "query", "--run", run, "--why", "check#5").stdout
    assert re.search(r"check#1 [\s\S]*it called ask x1; check#5 called nothing", told), told
