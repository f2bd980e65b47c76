"""Of a tree that is too large, an answer shows its breadth first, and counts exactly what is below."""

import json
import subprocess
import sys
from pathlib import Path

import asked
import pytest
from asked import Ask
from forks import Forks
from patience import HANGS
from test_render_tree import Program, failing

APP = """\
import threading


class Key:
    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return hash(self.name)

    def __eq__(self, other):
        return self.name == other.name


def one(n):
    return n


def numbers(count):
    for n in range(count):
        yield one(n)


def load(count):
    return sum(numbers(count))


def spread():
    worker = threading.Thread(target=load, args=(10,))
    worker.start()
    worker.join()


def index():
    return {Key(f"key {n % 7}"): n for n in range(40)}


def innermost(row):
    raise KeyError(row)


def inner(row):
    one(row)
    return innermost(row)


def check(rows):
    for row in range(rows):
        one(row)
    try:
        inner("lost")
    except KeyError:
        return False


def last():
    return one(-1)


def finish():
    one(-2)
    return last()


def main():
    load(1500)
    spread()
    index()
    check(1500)
    finish()


main()
"""

LOCKS = """\
import sys, fcntl
taken = []
def hear(event, arguments):
    if event == "fcntl.flock" and arguments[1] & fcntl.LOCK_EX:
        taken.append(arguments)
sys.addaudithook(hear)
from breadcrumb.cli.report import main
main(["--store", ".breadcrumb", "--run", sys.argv[1]])
print(len(taken), "folds")
"""


CHILDREN = ["load", "spread", "index", "check", "finish"]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose program made 3,200 calls, on the stacks of generators and a thread too."""
    folder = asked.new(tmp_path_factory.mktemp("wide"), app=APP)
    (folder / "pyproject.toml").write_text("[tool.breadcrumb]\nthinning = {rate = 0}\n")
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    return folder


@pytest.fixture
def ask(wide: Path, reading: Forks) -> Ask:
    """Runs `breadcrumb ARGUMENTS...` in the project."""
    return asked.asking(wide, reading)


@pytest.mark.parametrize("question", [("--flow",), ("--trace", "main")])
def test_children_come_before_what_is_below_the_first_of_them(ask: Ask, question: tuple[str, ...]) -> None:
    """Each child of the root is there, the way to what failed, and the last call."""
    said = ask("query", *question).stdout
    children = [line[2:].split("(")[0] for line in said.splitlines() if line[:2] == "  " and line[2] != " "]
    shown = [name for name in children if not name.startswith("+")]
    assert shown == CHILDREN
    assert "innermost(row='lost')  !! KeyError: 'lost'" in said and "last()  -> -1" in said
    assert len(said) < 4400


def test_json_that_is_cut_has_the_outermost_calls(ask: Ask) -> None:
    """In the order in which they started."""
    said = json.loads(ask("query", "--trace", "main", "--format", "json", "--budget", "1200").stdout)
    main, *others = said["rows"]
    children = [row["function"] for row in others if row["parent_span_id"] == main["span_id"]]
    assert children == [f"__main__.{name}" for name in CHILDREN]
    assert said["truncated"]["shown"] == len(others) + 1


def test_calls_on_other_stacks_are_counted_where_they_are_below(ask: Ask) -> None:
    """A generator and a thread have stacks of their own."""
    said = ask("query", "--trace", "main", "--budget", "120").stdout
    assert _count(said, "load") == 1501
    assert _count(said, "spread") == 12


def _count(said: str, function: str) -> int:
    """Read how many calls are below the line of a function."""
    (line,) = [line for line in said.splitlines() if line.lstrip().startswith(f"{function}(")]
    return int(line.rpartition("(+")[2].split()[0].replace(",", ""))


def test_the_report_names_the_calls_that_matter_and_folds_once(wide: Path, ask: Ask) -> None:
    """Each call with the command that shows it, which works; nothing of how often what was called."""
    run = ask("runs").stdout.split()[0]
    words = [sys.executable, "-c", LOCKS, run]
    said = subprocess.run(
        words, cwd=wide, env=asked.environ(wide), capture_output=True, text=True, timeout=HANGS, check=True
    ).stdout
    assert "Most called" not in said and "Not traced" not in said
    failed = next(line for line in said.splitlines() if line.startswith("handled: "))
    assert failed.startswith("handled: innermost(row='lost')  !! KeyError: 'lost'") and "app.py:39" in failed
    commands = [line.split() for line in said.splitlines() if line.startswith("    breadcrumb ")]
    assert ["breadcrumb", "query", "--call", "innermost#1"] in commands
    for command in commands:
        assert ask(*command[1:]).returncode == 0
    assert int(said.splitlines()[-1].split()[0]) <= 1


def test_small_calls_are_one_line_where_there_is_no_room() -> None:
    """Operators say little; setters and the last call stay."""
    program = Program()
    main = program.call("main")
    for n in range(40):
        program.call(f"step{n}", main, n)
        program.call("app.Key.__hash__", main, n)
        program.call("app.Key.__eq__", main, True, other=n)
    program.call("app.Shelf.set_width", main, width=3)
    program.call("app.Key.__hash__", main, 41)
    lines = program.lines(budget=350)
    assert [line for line in lines if "small calls" in line] == [
        "  +80 small calls: app.Key.__hash__ x40, app.Key.__eq__ x40"
    ]
    assert sum(line.startswith("  step") for line in lines) == 40
    assert lines[-3].startswith("  app.Shelf.set_width") and lines[-2].startswith("  app.Key.__hash__")


def test_room_goes_to_the_way_to_what_failed() -> None:
    """Where all children are shown, what is left is not spent on the first one."""
    program = Program()
    main = program.call("main")
    for n in range(12):
        step = program.call(f"step{n}", main, n)
        way = program.call(f"middle{n}", step, n)
        for m in range(30):
            program.call(f"detail{n}_{m}", way, m)
        if n == 7:
            program.call("broken", way, **failing())
    lines = program.lines(budget=300)
    assert [n for n in range(12) if any(line.startswith(f"  step{n}(") for line in lines)] == list(range(12))
    assert any(line.startswith("      broken()  !! Bad: bad") for line in lines)
    assert any(line.startswith("    middle0()") and line.endswith("(+30 calls below)") for line in lines)


TWINS = """\
def grow(depth):
    for _ in range(3 if depth else 0):
        grow(depth - 1)


def twin(n):
    grow(7)


def chosen(rows):
    return sorted((row for row in rows), key=lambda row: -row)


for n in range(2):
    twin(n)
chosen([1, 2])
"""


def test_calls_that_did_the_same_are_compared_level_by_level(tmp_path: Path, reading: Forks) -> None:
    """They made thousands of calls: to ask for what each of them called would take many minutes."""
    folder = asked.new(tmp_path, app=TWINS)
    (folder / "pyproject.toml").write_text("[tool.breadcrumb]\nthinning = {rate = 0}\n")
    asked.breadcrumb(folder, "run", "--no-report", "python", "app.py")
    ask = asked.asking(folder, reading)
    said = ask("query", "--why", "twin#2").stdout
    assert "twin#1 had n 0 (here 1)" in said and "came apart" not in said
    for name in ("<genexpr>", "<lambda>"):  # which have a source as any function
        assert "return sorted(" in ask("query", "--source", f"chosen.<locals>.{name}").stdout
