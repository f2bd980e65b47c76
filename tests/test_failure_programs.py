"""Random programs whose own log knows every raise, handling, swallow and change: the views say the same."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from textwrap import indent
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Project

PROGRAMS = 200
LEAST = 60
"""What there is at least of each that is compared."""
SEED = 20
STATEMENTS = (
    "box.n += 1",
    "items.append(box.n)",
    "items.clear()",
    "pass",
    'raise E1("{name}")',
    'raise E2("{name}")',
    "run({call}, box, items)",
    "run({call}, box, items)",
    'try:\n{body}\nexcept E1:\n    handled("{name}")',
    'try:\n{body}\nexcept (E1, E2):\n    handled("{name}")\n    items.append(-1)',
    'try:\n{body}\nexcept E1 as error:\n    replaced("{name}")\n    raise E2("{name}") from error',
    'try:\n{body}\nexcept E2:\n    replaced("{name}")\n    raise E1("{name}")',
    "try:\n{body}\nexcept E1:\n    raise",
    "try:\n{body}\nfinally:\n    box.n += 1",
    'try:\n{body}\nfinally:\n    handled("{name}")\n    return',
    'with Swallows("{name}"):\n{body}',
)


class Maker:
    """Makes the functions of random programs."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._count = 0
        self.functions: list[str] = []

    def function(self, depth: int = 0) -> str:
        """Make a function and all that it calls; give its name."""
        self._count += 1
        name = f"f{self._count}"
        body = self._body(name, depth)
        self.functions.append(f"def {name}(box, items):\n{body}\n")
        return name

    def _body(self, name: str, depth: int) -> str:
        return indent("\n".join(self._statements(name, depth)), "    ")

    def _statements(self, name: str, depth: int) -> Iterator[str]:
        for _ in range(self._random.randint(1, 3)):
            text = self._random.choice(STATEMENTS if depth < 4 else STATEMENTS[:6])
            yield text.format(
                name=name,
                call=self.function(depth + 1) if "{call}" in text else "",
                body=self._body(name, depth + 1) if "{body}" in text else "",
            )


def program() -> str:
    """The source of all programs."""
    maker = Maker(SEED)
    starts = [f"start({maker.function()})" for _ in range(PROGRAMS)]
    return "\n".join(["from failure_log import *", *maker.functions, *starts, 'write("log.json")\n'])


@pytest.fixture(scope="module", params=RECORDERS)
def logged(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_project: Callable[[Path], Project],
) -> tuple[Project, dict[str, Any]]:
    """A run of the programs, and their log."""
    project = new_project(tmp_path_factory.mktemp("failures"))
    project.environ |= {"BREADCRUMB_RECORDER": request.param, "BREADCRUMB_THINNING_RATE": "0"}
    project.environ["PYTHONPATH"] = str(request.path.parent)
    project.write("app.py", program())
    done = project.run("--no-report", "python", "app.py")
    assert done.returncode == 0, done.stderr
    return project, json.loads((project.path / "log.json").read_text())


def test_exceptions_and_who_handled_them(logged: tuple[Project, dict[str, Any]]) -> None:
    """Each frame that one left, with the nearest caller that it did not leave."""
    project, log = logged
    expected = {
        (name, told["left"][0], _catcher(log["calls"], name))
        for name, told in log["calls"].items()
        if told["left"] is not None
    }
    found = project.query("select function, type, handled_by from exceptions")
    assert {tuple(each and each.rpartition(".")[2] for each in row) for row in found} == expected
    assert len(found) == len(expected) > LEAST


def _catcher(calls: dict[str, Any], name: str) -> str | None:
    left = calls[name]["left"]
    by: str | None = calls[name]["by"]
    while by is not None and calls[by]["left"] == left:
        by = calls[by]["by"]
    return by


def test_what_became_of_exceptions_in_their_handlers(logged: tuple[Project, dict[str, Any]]) -> None:
    """How many each function handled, swallowed and replaced, by type."""
    project, log = logged
    expected = Counter((name, ending, kind) for name, ending, kind in log["endings"])
    found: Counter[tuple[str, str, str]] = Counter()
    for function, kind, count, replaced in project.query(
        "select function, type, count, replaced from handled"
    ):
        name, error = function.rpartition(".")[2], kind.rpartition(".")[2]
        found[name, "handled", error] += count
        found[name, "replaced", error] += replaced
    assert +found == expected
    assert len(expected) > LEAST


@pytest.mark.skipif(sys.version_info < (3, 12), reason="3.11 shows no variables at the end")
def test_changes_of_objects(logged: tuple[Project, dict[str, Any]]) -> None:
    """Which arguments each call left different, with what they were and what they are."""
    project, log = logged
    expected = {
        (name, argument, json.dumps(before), json.dumps(after))
        for name, told in log["calls"].items()
        for argument, before, after in zip(("box", "items"), told["before"], told["after"], strict=True)
        if before != after
    }
    found = {
        (function.rpartition(".")[2], argument, _told(before), _told(after))
        for function, argument, before, after in project.query(
            "select function, argument, before, after from changes"
        )
    }
    assert found == expected
    assert len(expected) > LEAST


def _told(text: str) -> str:
    value = json.loads(text)
    return json.dumps(value["n"] if isinstance(value, dict) else value)
