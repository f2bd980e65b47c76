"""What the values of a run do not show by themselves: source that is another now, texts that look alike,
state of a module, generators that are used up, exceptions that only a handler has seen."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

PROGRAM = '''\
"""Shops and their customers."""

import queue

HOLIDAYS = set()
RATES = {"EUR": 1.0}


def add_holiday(day):
    HOLIDAYS.add(day)


def is_open(day):
    return day not in HOLIDAYS


def shadow(day):
    HOLIDAYS = {day}
    return HOLIDAYS


def rate(currency):
    return RATES[currency]


def next_job(jobs):
    try:
        return jobs.get(block=False)
    except queue.Empty:
        return None


def read(numbers):
    return sum(numbers)


def store(name, number):
    return {"name": name, "number": number}


def cut(limit):
    for number in range(limit):
        try:
            check(number)
        finally:
            continue
    return limit


def check(number):
    if number == 3:
        raise ValueError(f"not {number}")


def main():
    jobs = queue.Queue()
    next_job(jobs)
    is_open(4)
    add_holiday(5)
    shadow(6)
    is_open(5)
    rate("EUR")
    numbers = (number for number in range(4))
    read(numbers)
    read(numbers)
    store("Zoë", "4711")
    store("Zoe\\u0308", "4712")
    cut(5)


main()
'''


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Project]) -> Project:
    project = new_project(tmp_path_factory.mktemp("hidden"))
    project.write("shop.py", PROGRAM)
    project.call("breadcrumb-instrument", "python", "-W", "ignore", "shop.py")
    project.call("breadcrumb", "query", "--flow")  # reads in what the source files held
    return project


def told(project: Project, *words: str) -> str:
    return project.call("breadcrumb", "query", *words).stdout


def test_an_exception_that_no_traced_code_raised_is_explained_by_its_handler(project: Project) -> None:
    answer = told(project, "--why", "Empty")
    assert "swallowed by next_job shop.py:" in answer and "next_job(jobs=" in answer
    assert told(project, "--why", "_queue.Empty") == answer.replace("--why Empty", "--why _queue.Empty")


def test_a_finally_that_drops_an_exception_is_named(project: Project) -> None:
    answer = told(project, "--why", "ValueError")
    assert ", by the `continue` of its finally in line 46\n" in answer


def test_a_number_is_also_found_as_a_text_of_its_own(project: Project) -> None:
    answer = told(project, "--value", "4711")
    assert "store#1(number='4711')" in answer and "store#2" not in answer


def test_texts_that_look_alike_are_told_apart_and_found_both(project: Project) -> None:
    answer = told(project, "--value", "Zoë")
    assert "store#1(name='Zoë')" in answer and "store#2(name='Zoe\\u0308')" in answer
    assert "Not the same text, though it looks so: 'Zoe\\u0308', in 2 of these places." in answer
    assert "Not the same text" not in told(project, "--value", "4711")


def test_a_generator_that_is_used_up_says_so(project: Project) -> None:
    answer = told(project, "--why", "main#1")
    assert "read(numbers=<genexpr>|<genexpr, closed>)  x2  -> 6 .. 0" in answer


def test_state_of_a_module_is_told_with_who_changed_it_before(project: Project) -> None:
    answer = told(project, "--why", "is_open#2")
    assert "HOLIDAYS (shop.py:5), read by is_open#2: add_holiday#1 from main\n" in answer
    assert "HOLIDAYS" not in told(project, "--why", "is_open#1"), "nothing had changed it by then"
    assert "RATES" not in told(project, "--why", "rate#1"), "nothing changes it"


@pytest.mark.parametrize("older", [True, False])
def test_source_that_is_another_now_is_not_quoted_however_old_it_is(project: Project, *, older: bool) -> None:
    source = project.path / "shop.py"
    was = source.stat()
    edited = PROGRAM.replace("return day not in HOLIDAYS", "return day in HOLIDAYS")
    try:
        project.write("shop.py", edited)
        if older:
            os.utime(source, ns=(was.st_atime_ns, was.st_mtime_ns - 10**12))
        answer = told(project, "--source", "is_open")
        assert "shop.py was changed after the run" in answer and "return day in HOLIDAYS" in answer
        assert "its lines are not quoted" in told(project, "--why", "is_open#2")
    finally:
        project.write("shop.py", PROGRAM)
    answer = told(project, "--source", "is_open")  # the same again, if newer
    assert "was changed" not in answer and "return day not in HOLIDAYS" in answer


def test_a_condition_is_not_carried_to_the_caller(project: Project) -> None:
    answer = told(project, "--call", "store", "--where", "number == '4711'")
    assert answer.splitlines()[-1].endswith("breadcrumb query --call main")
