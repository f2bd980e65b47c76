"""What became of exceptions that are not handled where it looks so: no answer says more than was seen."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import asked
import pytest
from asked import Ask

if TYPE_CHECKING:
    from pathlib import Path

    from forks import Forks

HEARS_ALL = hasattr(sys, "monitoring")
"""Whether Python tells how exceptions go on from handler to handler, and what generators make of them."""

APP = """
import asyncio, gc, unittest, weakref
from concurrent.futures import ThreadPoolExecutor


def job(i):
    if i % 2 == 0:
        raise ValueError(i)
    return i


def pool():
    with ThreadPoolExecutor(1) as threads:
        futures = [threads.submit(job, i) for i in (1, 2, 4)]
        try:
            return [each.result() for each in futures[:2]]
        except ValueError as error:
            return str(error)


async def part(i):
    raise OverflowError(i)


async def parts():
    return await asyncio.gather(part(1), return_exceptions=True)


class Lazy:
    def __getattr__(self, name):
        raise AttributeError(name)


def lazy():
    return hasattr(Lazy(), "c")


class Seen:
    pass


def gone(reference):
    raise KeyError("gone")


def let_go():
    seen = Seen()
    reference = weakref.ref(seen, gone)
    del seen


def closed():
    try:
        yield 1
    except LookupError:
        yield "got"


def close():
    values = closed()
    next(values)
    return values.throw(IndexError("thrown"))


class Case(unittest.TestCase):
    def test_all(self):
        for i in range(3):
            with self.subTest(i=i):
                self.assertEqual(i % 2, 0)

    def test_wanted(self):
        with self.assertRaises(BufferError):
            raise BufferError("wanted")


def first(values):
    return next(values)


def firsts(lists):
    for each in lists:
        yield first(iter(each))


class Order:
    items = ()

    @property
    def total(self):
        return sum(self.itms)


def again():
    try:
        raise ExceptionGroup("many", [ValueError("rest"), ArithmeticError("part")])
    except* ArithmeticError:
        pass


def stops():
    yield 1
    raise StopIteration("early")


def ends():
    values = stops()
    next(values)
    try:
        next(values)
    except RuntimeError:
        return "ended"


def unstarted():
    try:
        closed().throw(OSError("unstarted"))
    except OSError as error:
        return str(error)


def fails():
    raise TimeoutError("handed on")


def waits(future):
    return future.result()


def hands_on():
    with ThreadPoolExecutor(1) as threads:
        try:
            return waits(threads.submit(fails))
        except TimeoutError as error:
            return str(error)


def main():
    pool(), asyncio.run(parts()), lazy(), let_go(), close(), ends(), unstarted(), hands_on()
    unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(Case))
    for last in (lambda: list(firsts([[1], []])), again):
        try:
            last()
        except (RuntimeError, ExceptionGroup) as error:
            print(error)
    return Order().total


main()
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program has run, and died of an AttributeError."""
    folder = asked.new(tmp_path_factory.mktemp("endings"), app=APP)
    subprocess.run(
        ["breadcrumb", "run", "--no-report", "python", "app.py"],
        cwd=folder,
        env=asked.environ(folder),
        capture_output=True,
        check=False,
        timeout=60,
    )
    return folder


@pytest.fixture
def ask(project: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(project, reading)


@pytest.fixture
def text(ask: Ask) -> str:
    """All exceptions of the run, one by one."""
    return str(ask("query", "--errors", "--handled", "--budget", "9000").stdout)


def _rows(ask: Ask, kind: str) -> list[dict[str, Any]]:
    told = json.loads(ask("query", "--errors", "--handled", "--format", "json").stdout)
    return [row for row in told["rows"] if row["type"] == kind]


def _became(text: str, exception: str) -> str:
    """The line that says what became of the exception that begins so."""
    lines = text.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith(exception))
    below = (line.strip() for line in lines[at + 1 :] if " held " not in line)
    return next(line for line in below if not line.startswith("in "))


def test_what_ended_the_run_has_its_message_and_is_told_once(text: str) -> None:
    said = "AttributeError: 'Order' object has no attribute 'itms'"
    assert text.startswith(f"The run ended with {said}    raised at app.py:")
    assert text.count("itms") == 1 + text.count("return sum(self.itms)")


def test_a_future_hands_on_what_left_its_thread(ask: Ask, text: str) -> None:
    asked_for, forgotten = _rows(ask, "ValueError")[:2]
    assert (asked_for["handled_by"], asked_for["not_handled_in"]) == ("__main__.pool", None)
    assert (forgotten["handled_by"], forgotten["ending"]) == (None, "not known")
    thread = "left thread ThreadPoolExecutor-0_0; who waits for it may have handled it"
    assert _became(text, "ValueError: 4") == thread
    assert _became(text, "OverflowError: 1").startswith("left task Task-")


def test_an_exception_that_is_handed_on_is_one(ask: Ask) -> None:
    (row,) = _rows(ask, "TimeoutError")
    assert row["path"] == ["__main__.fails", "__main__.waits"]
    # 3.11 does not tell whether the `except` or the `with` around it took it
    assert (row["handled_by"], row["ending"]) == ("__main__.hands_on", "handled" if HEARS_ALL else "caught")


def test_code_that_is_not_traced_is_told_from_handlers_of_the_caller(ask: Ask, text: str) -> None:
    below = "handled below {}, in code that is not traced"
    assert _became(text, "AttributeError: c") == below.format("lazy")
    assert _became(text, "KeyError: 'gone'") == below.format("let_go")
    assert below.format("lazy") in ask("query", "--trace", "lazy").stdout


def test_what_the_interpreter_raises_at_a_generators_end_is_told_once_with_its_handler(ask: Ask) -> None:
    found = [row for row in _rows(ask, "RuntimeError") if row["handled_by"] == "__main__.ends"]
    # 3.11 makes it of the StopIteration behind the generator's frame
    path = ["__main__.stops"] if HEARS_ALL else []
    assert [(row["path"], row["ending"]) for row in found] == [(path, "swallowed")]
    left = "!! RuntimeError: generator raised StopIteration" if HEARS_ALL else "-> left by StopIteration"
    assert ask("query", "--call", "stops").stdout.startswith(f"stops()  {left}    ")


def test_a_call_that_an_end_of_iteration_left_says_so(ask: Ask) -> None:
    lines = ask("query", "--call", "first").stdout.splitlines()
    assert [line.partition(")  ")[2].partition("    ")[0] for line in lines[:2]] == [
        "-> 1",
        "-> left by StopIteration",
    ]


def test_what_is_thrown_into_a_generator_that_has_not_begun_is_told(text: str) -> None:
    assert "OSError: unstarted    raised at app.py" in text
    assert ", handled in unstarted app.py:" in text


def test_a_closed_generator_handled_what_its_handler_had(text: str) -> None:
    assert "IndexError: thrown" in text
    assert "GeneratorExit" not in text
    assert "swallowed by closed app.py" in text


def test_a_subtest_fails_and_what_a_test_wants_is_not_swallowed(text: str) -> None:
    (failed,) = [line for line in text.splitlines() if line.startswith("AssertionError: 1 != 0")]
    assert ", failed a subtest in Case.test_all app.py:" in failed
    (wanted,) = [line for line in text.splitlines() if line.startswith("BufferError: wanted")]
    assert ", handled in Case.test_wanted app.py:" in wanted


def test_what_is_left_of_a_group_is_not_said_to_be_handled_elsewhere(text: str) -> None:
    if HEARS_ALL:
        assert (
            _became(text, "ExceptionGroup: many (1 sub") == "handled in main, which AttributeError then left"
        )
    else:
        # main's handler is seen, but where the group has the address of the exception that came there before
        known = "handled in main", "reached main, as it was or what an except* left of it"
        assert _became(text, "ExceptionGroup: many (2 sub") in known


def test_an_end_of_iteration_in_a_generator_is_one_exception_with_a_place(ask: Ask) -> None:
    (row,) = [row for row in _rows(ask, "RuntimeError") if row["handled_by"] != "__main__.ends"]
    path = ["firsts", "<lambda>"] if HEARS_ALL else ["<lambda>"]
    assert [name.rpartition(".")[2] for name in row["path"]] == path
    assert row["handled_by"] == "__main__.main"
