"""`--expensive` says where the time went: percentiles, waiting, recursion once, and repeated calls."""

import json
import re
from pathlib import Path
from typing import Any

import asked
import pytest
from asked import Ask
from forks import Forks

from breadcrumb.questions.expensive import Cost
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask as Asked
from breadcrumb.render.text import text

APP = """\
import asyncio
import time


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def odd(n):
    return n and even(n - 1)


def even(n):
    return not n or odd(n - 1)


def rate(country):
    time.sleep(0.001)
    return len(country)


def report():
    return [rate(country) for country in ("DE", "FR") * 10]


async def fetch(seconds):
    await asyncio.sleep(seconds)


async def retry(seconds):
    await fetch(seconds)


async def work():
    await asyncio.gather(retry(0.3), retry(0.3))


def numbers():
    yield 1
    yield 2


def main():
    fib(12)
    even(6)
    report()
    asyncio.run(work())
    for _ in range(3):
        next(numbers())


main()
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program has run once under `breadcrumb run`."""
    folder = asked.new(tmp_path_factory.mktemp("expensive"), app=APP)
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    return folder


@pytest.fixture
def ask(project: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(project, reading)


def _costs(ask: Ask, *arguments: str) -> dict[str, dict[str, Any]]:
    answer = ask("query", "--expensive", *arguments, "--format", "json", "--budget", "20000")
    return {row["function"].removeprefix("__main__."): row for row in json.loads(answer.stdout)["rows"]}


def _calls(ask: Ask, name: str) -> list[dict[str, Any]]:
    sql = f"""select duration_ns, ran_ns, self_ns from calls where qualname = '{name}'
        order by start_ns, ordinal"""
    answer = ask("query", "--sql", sql, "--limit", "1000", "--format", "json", "--budget", "100000")
    rows: list[dict[str, Any]] = json.loads(answer.stdout)["rows"]
    return rows


@pytest.mark.parametrize("since", [(), ("--since", "1d")])
def test_times_are_those_of_the_calls(ask: Ask, since: tuple[str, ...]) -> None:
    row, calls = _costs(ask, *since)["rate"], _calls(ask, "rate")
    durations = sorted(call["duration_ns"] for call in calls)
    assert (row["calls"], len(calls)) == (20, 20)
    assert row["self_ns"] == sum(call["self_ns"] for call in calls)
    assert (row["total_ns"], row["max_ns"]) == (sum(durations), durations[-1])
    assert row["p50_ns"] in durations[9:11]
    assert row["p95_ns"] in durations[18:]


@pytest.mark.parametrize("since", [(), ("--since", "1d")])
def test_recursion_is_not_counted_twice(ask: Ask, since: tuple[str, ...]) -> None:
    costs = _costs(ask, *since)
    assert costs["fib"]["calls"] == 465
    for name in ("fib", "even", "odd"):
        assert costs[name]["total_ns"] == _calls(ask, name)[0]["duration_ns"]


def test_the_coroutine_that_waited_is_named_and_not_those_that_awaited_it(ask: Ask) -> None:
    costs = _costs(ask)
    waited = sum(call["duration_ns"] - call["ran_ns"] for call in _calls(ask, "fetch"))
    assert costs["fetch"]["waited_ns"] == waited
    assert costs["retry"]["waited_ns"] < waited / 2
    assert costs["rate"]["waited_ns"] is None


def test_a_generator_that_was_dropped_took_no_less_than_it_ran(ask: Ask) -> None:
    cost = _costs(ask)["numbers"]
    assert cost["total_ns"] >= cost["self_ns"] > 0


def test_repeated_calls_and_what_time_hides_are_named(ask: Ask) -> None:
    row = _costs(ask)["rate"]
    assert {key: row["repeated"][key] for key in ("calls", "compared", "different", "in_one_call")} == {
        "calls": 18, "compared": 20, "different": 2, "in_one_call": 20
    }  # fmt: skip
    assert row["untraced"] == {"time.sleep": 20, "len": 20}
    text = re.sub(r"[0-9.,]+ (us|ms|s)\b", "TIME", ask("query", "--expensive").stdout)
    lines = [line.strip() for line in text.splitlines()]
    assert "repeated: 18 of 20 calls had the arguments of an earlier one (2 different), TIME" in lines
    assert "one by one: up to 20 in one call of report" in lines
    assert "called untraced: len (C) x20, time.sleep (C) x20" in lines
    assert f"slowest: rate#{row['slowest']['call']}(country={row['slowest']['args']['country']!r})" in lines


def test_the_next_command_opens_the_slowest_call(ask: Ask) -> None:
    (command, *_) = json.loads(ask("query", "--expensive", "--format", "json").stdout)["next"]
    assert ask(*command.split()[1:]).returncode == 0


IN_PART = """\
import time


class Limits:
    pass


class Session:
    def __init__(self):
        self.limits = Limits()


def login(password):
    time.sleep(0.001)


def parse(text):
    time.sleep(0.001)


def tax(session, country):
    time.sleep(0.001)


def fetch(number):
    time.sleep(took if number < 0 else 0.001)


def one(number):
    fetch(number)


def many():
    for number in range(12):
        fetch(number)


def main():
    session = Session()
    for number in range(12):
        login(f"hunter{number}")
        parse("x" * 600 + str(number) if number > 8 else "y")
        tax(session, "DE")
    begun = time.monotonic()
    many()
    global took
    took = 2 * (time.monotonic() - begun)  # longer than any of them
    one(-1)


main()
"""


@pytest.fixture(scope="module")
def in_part(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program passed arguments of which only a part was recorded."""
    folder = asked.new(tmp_path_factory.mktemp("in_part"), app=IN_PART)
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    return folder


def test_arguments_recorded_in_part_are_not_called_repeated(in_part: Path, reading: Forks) -> None:
    text = asked.asking(in_part, reading)("query", "--expensive").stdout
    told = {
        line.split(":")[1].split("calls")[0].strip(): line
        for line in re.sub(r"[0-9.,]+ (us|ms|s)\b", "TIME", text).splitlines()
        if "repeated:" in line
    }
    assert sorted(told) == ["11 of 12", "8 of 12"]  # of tax and parse; none of login
    assert told["8 of 12"].endswith("(1 different), TIME, 3 not compared")
    assert told["11 of 12"].endswith("(1 different; objects in them compared by address), TIME")


def test_whoever_calls_one_by_one_is_named_and_not_the_caller_of_the_slowest(
    in_part: Path, reading: Forks
) -> None:
    lines = asked.asking(in_part, reading)("query", "--expensive").stdout.splitlines()
    at = next(at for at, line in enumerate(lines) if "  fetch  " in line)
    assert lines[at + 1].startswith("  slowest: fetch#13(")
    assert lines[at + 2] == "  one by one: up to 12 in one call of many"


def test_functions_of_the_script_stand_last_where_they_only_drive_others() -> None:
    def order(driver_ns: int) -> list[str]:
        rows = tuple(
            Cost(name, "app.py", 1, 1, 0, own_ns, own_ns, own_ns, None)
            for name, own_ns in (("__main__.main", driver_ns), ("shop.price", 40_000), ("shop.tax", 30_000))
        )
        answer = Answer("expensive", "r", rows, len(rows), Asked(), ("--expensive",))
        return re.findall(r"(\S+)  app\.py:1", text(answer))

    assert order(50_000) == ["shop.price", "shop.tax", "__main__.main"]
    assert order(90_000) == ["__main__.main", "shop.price", "shop.tax"]
