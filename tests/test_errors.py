"""`--errors` says truly who handled an exception, what came of it, and which are alike."""

import json
from pathlib import Path
from typing import Any

import asked
import pytest
from asked import Ask
from forks import Forks

APP = """\
import asyncio
import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor


class BadRow(Exception):
    pass


def parse(text):
    return int(text)


def load(rows):
    try:
        return [parse(row) for row in rows]
    except ValueError as error:
        raise BadRow from error


def divide(number):
    return 1 / number


def deep(number):
    if number == 0:
        raise LookupError("deep")
    ping(number - 1)


def ping(number):
    deep(number)


def down(number):
    if number == 0:
        raise KeyError("down")
    down(number - 1)


def start():
    thread = threading.Thread(target=divide, args=(0,), name="lonely")
    thread.start()
    thread.join()


def fork():
    context = multiprocessing.get_context("fork")
    process = context.Process(target=parse, args=("p",))
    process.start()
    process.join()


def pool():
    with ThreadPoolExecutor(1) as executor:
        return executor.submit(divide, 0).result()


async def child():
    raise OSError("child")


async def fetch():
    await asyncio.sleep(5)


async def guarded():
    try:
        await fetch()
    except asyncio.CancelledError:
        return None


async def work():
    task = asyncio.create_task(guarded())
    await asyncio.sleep(0.01)
    task.cancel()
    await task
    await asyncio.gather(asyncio.create_task(child(), name="c1"), return_exceptions=True)
    other = asyncio.create_task(fetch())
    await asyncio.sleep(0.01)
    other.cancel()
    await asyncio.gather(other, return_exceptions=True)


async def fails():
    raise EOFError("fails")


def tried(function, *arguments):
    try:
        function(*arguments)
    except Exception:
        return None


def main():
    for _ in range(3):
        tried(load, ["1", "x"])
    start()
    tried(pool)
    fork()
    tried(down, 8)
    tried(deep, 8)
    asyncio.run(work())
    tried(lambda: asyncio.run(fails()))


if __name__ == "__main__":
    main()
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program has run once under `breadcrumb run`."""
    folder = asked.new(tmp_path_factory.mktemp("errors"), app=APP)
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    return folder


@pytest.fixture
def ask(project: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(project, reading)


def _rows(ask: Ask) -> list[dict[str, Any]]:
    answer = ask("query", "--errors", "--format", "json", "--budget", "50000")
    rows: list[dict[str, Any]] = json.loads(answer.stdout)["rows"]
    return rows


def _ending(ask: Ask, kind: str, *path: str) -> tuple[str | None, str | None]:
    (row, *_) = [
        row for row in _rows(ask) if row["type"] == kind and [name[9:] for name in row["path"]] == [*path]
    ]
    return (row["handled_by"] or "")[9:] or None, row["not_handled_in"]


def _block(ask: Ask, head: str) -> list[str]:
    """The lines of the exception that begins so."""
    lines = ask("query", "--errors", "--budget", "5000").stdout.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith(head))
    below = [line.strip() for line in lines[at + 1 : at + 5] if " held " not in line]
    return [lines[at], *below[:2]]


def test_who_started_a_thread_a_task_or_a_process_did_not_handle_its_exception(ask: Ask) -> None:
    assert _ending(ask, "ZeroDivisionError", "divide") == (None, "thread lonely")
    assert _ending(ask, "OSError", "child") == (None, "task c1")
    (parsed, *_) = [row for row in _rows(ask) if row["args"] == {"text": "x"}]
    assert (parsed["handled_by"], parsed["not_handled_in"]) == ("__main__.load", None)
    (forked,) = [row for row in _rows(ask) if row["args"] == {"text": "p"}]
    assert (forked["handled_by"], forked["ending"]) == (None, "not handled")
    assert forked["not_handled_in"].startswith("process ")


def test_who_gets_it_from_a_future_or_from_a_finished_task_did(ask: Ask) -> None:
    assert _ending(ask, "ZeroDivisionError", "divide", "pool") == ("tried", None)
    (row,) = [row for row in _rows(ask) if row["type"] == "EOFError"]
    assert row["handled_by"] == "__main__.tried"


def test_exceptions_alike_are_written_once_with_what_came_of_them(ask: Ask) -> None:
    assert _block(ask, "ValueError: invalid literal for int() with base 10: 'x'") == [
        "ValueError: invalid literal for int() with base 10: 'x'  x3    raised at app.py:12",
        "in parse#2(text='x'), also #4, #6",
        "handled in load, which BadRow then left",
    ]
    answer = ask("query", "--errors", "--budget", "5000")
    assert f"{len(_rows(ask))} exceptions, all shown." in answer.stdout


def test_recursion_is_written_as_one(ask: Ask) -> None:
    assert _block(ask, "KeyError: 'down'")[2] == "through down#8-#1 x8, swallowed by tried"
    assert _block(ask, "LookupError: deep")[2] == (
        "through ping#8-#1 and deep#8-#1 in turn x8, swallowed by tried"
    )


def test_a_cancellation_that_was_swallowed_is_told_and_others_are_not(ask: Ask) -> None:
    (row,) = [row for row in _rows(ask) if row["type"].endswith("CancelledError")]
    assert ([*row["path"]], row["handled_by"]) == (["__main__.fetch"], "__main__.guarded")
