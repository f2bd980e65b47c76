"""Bodies of modules in scope are calls of their own kind, told where they are asked for."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

FLAT = """\
import json
rows = [{"qty": 2}, {"qty": 3}]
total = 0
for row in rows:
    total += row["qty"]
try:
    json.loads("{")
except ValueError:
    pass
password = "hunter2hunter2"
"""
FAILS = 'rows = {}\nrows["colour"]\n'
IMPORTS = """\
import shop.prices

def load():
    try:
        import shop.broken
    except ImportError as error:
        return str(error)

load()
again = compile("x = 1", shop.prices.__file__, "exec")
for _ in range(2):
    exec(again, {"__name__": "shop.again"})
"""
OPEN = "import os\nprint('open', flush=True)\nos._exit(3)\n"


@pytest.fixture(scope="module", params=RECORDERS)
def project(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    new_project: Callable[[Path], Project],
) -> Project:
    """A project whose scripts are mostly module code."""
    made = new_project(tmp_path_factory.mktemp("modules"))
    made.environ["BREADCRUMB_RECORDER"] = request.param
    made.write("pyproject.toml", "")
    made.write("flat.py", FLAT)
    made.write("fails.py", FAILS)
    made.write("imports.py", IMPORTS)
    made.write("open.py", OPEN)
    made.write("shop/__init__.py", "")
    made.write("shop/prices.py", "PRICES = {}\nclass Price:\n    low = 1\n")
    made.write("shop/broken.py", "import shop\nimport shop.nowhere\n")
    return made


def run(project: Project, *words: str) -> str:
    """Run a script and give the report."""
    return project.call("breadcrumb", "run", *words).stderr


def ask(project: Project, *words: str) -> Any:
    """Give an answer as JSON."""
    return json.loads(project.call("breadcrumb", "query", *words, "--format", "json").stdout)


def test_a_flat_script(project: Project) -> None:
    """It is shown by every question, with the command that shows more; of other runs nothing changes."""
    report = run(project, "python", "flat.py").splitlines()
    assert ": 0 calls." in report[0]
    assert report[-4].startswith("__main__.<module>")
    assert "Not traced: json.loads x1" in report[-3]
    assert report[-1].endswith("breadcrumb query --source '__main__.<module>'")
    flow = ask(project, "--flow")
    assert [(row["function"], row["status"]) for row in flow["rows"]] == [("__main__.<module>", "ok")]
    assert flow["next"][0] == "breadcrumb query --source '__main__.<module>'"
    for wanted in ("*<module>*", "__main__.*"):
        assert project.call("breadcrumb", "query", "--call", wanted).stdout.startswith("__main__.<module>")
    source = project.call("breadcrumb", "query", "--source", "__main__.<module>").stdout
    assert "called json.loads x1" in source
    why = project.call("breadcrumb", "query", "--why", "__main__.<module>#1").stdout
    assert "swallowed by <module> flat.py:8" in why
    (row,) = ask(
        project, "--sql", "select function, status, exception, duration_ns > 0 as took from modules"
    )["rows"]
    assert row == {"function": "__main__.<module>", "status": "ok", "exception": None, "took": True}
    assert ask(project, "--sql", "select count(*) as n from calls")["rows"] == [{"n": 0}]


def test_imports(project: Project) -> None:
    """Each run of a body is told, with what left it and who handled that; calls are what they were."""
    run(project, "python", "imports.py")
    sql = "select function, status, exception->>'type' as error from modules order by start_ns"
    rows = [tuple(row.values()) for row in ask(project, "--sql", sql)["rows"]]
    assert rows == [
        ("__main__.<module>", "ok", None),
        ("shop.<module>", "ok", None),
        ("shop.prices.<module>", "ok", None),
        ("shop.broken.<module>", "error", "ModuleNotFoundError"),
        ("shop.again.<module>", "ok", None),
        ("shop.again.<module>", "ok", None),
    ]
    text = project.call("breadcrumb", "query", "--call", "shop.broken.<module>").stdout
    assert "handled in load" in text
    flow = ask(project, "--flow")
    assert [row["function"] for row in flow["rows"]] == ["__main__.load"]
    assert ask(project, "--sql", "select calls, errors from runs order by started desc limit 1")["rows"] == [
        {"calls": 1, "errors": 0}
    ]
    assert "  load()  ->" in project.call("breadcrumb", "query", "--why", "__main__.<module>").stdout


def test_what_ends_a_module(project: Project) -> None:
    """An exception that ends the run is the body's; a body whose process vanished stays open."""
    report = run(project, "python", "fails.py")
    assert "__main__.<module>  !! KeyError: 'colour'" in report
    assert "Next: breadcrumb query --why" in report
    (row,) = ask(project, "--call", "__main__.<module>")["rows"]
    assert (row["status"], row["exception"]["type"]) == ("error", "KeyError")
    run(project, "python", "open.py")
    (row,) = ask(project, "--call", "__main__.<module>")["rows"]
    assert (row["status"], row["duration_ns"]) == ("open", None)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="lines need Python 3.12 or newer")
def test_lines(project: Project) -> None:
    """They are told with what each changed in the module, without what it imports and defines."""
    run(project, "--lines", "__main__.*", "python", "flat.py")
    rows = ask(project, "--lines", "__main__.<module>")["rows"]
    told = [(row["line"], [(each["name"], each["value"]) for each in row["changes"]]) for row in rows]
    assert told[:6] == [
        (1, []),
        (2, [("rows", [{"qty": 2}, {"qty": 3}])]),
        (3, [("total", 0)]),
        (4, [("row", {"qty": 2})]),
        (5, [("total", 2)]),
        (4, [("row", {"qty": 3})]),
    ]
    assert told[-1] == (10, [("password", {"@redacted": "password"})])
    assert "hunter2" not in project.call("breadcrumb", "query", "--sql", "from lines").stdout
