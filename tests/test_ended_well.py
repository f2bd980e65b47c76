"""Of a program that ended well, its exit and what it asked whether it is installed are no story."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Project

APP = """\
import sys
try:
    import nothing_like_it
except ImportError:
    nothing_like_it = None

def parse(text):
    try:
        return int(text)
    except ValueError:
        pass

def main(text, status):
    parse(text)
    sys.exit(status)

main(sys.argv[1], int(sys.argv[2]))
"""


def test_an_exit_is_a_story_where_it_says_that_something_is_wrong(project: Project) -> None:
    project.write("app.py", APP)
    assert "Next: breadcrumb query --flow" in project.run("python", "app.py", "1", "0").stderr
    well = project.call("breadcrumb", "query", "--why")
    assert well.returncode == 1 and "nothing failed in run" in well.stderr
    project.run("--no-report", "python", "app.py", "x", "0")
    told = project.call("breadcrumb", "query", "--why").stdout
    assert "ValueError: invalid literal" in told
    assert "nothing_like_it" not in told and "SystemExit" not in told
    assert "Next: breadcrumb query --why" in project.run("python", "app.py", "1", "3").stderr
    assert "SystemExit: 3" in project.call("breadcrumb", "query", "--why").stdout


def test_where_why_has_nothing_to_tell_it_is_not_proposed(project: Project) -> None:
    leave = (
        "import os, sys\ndef leave(): sys.exit(0)\ntry:\n    leave()\nexcept SystemExit:\n    os._exit(3)\n"
    )
    project.write("app.py", leave)
    assert "Next: breadcrumb query --flow" in project.run("python", "app.py").stderr
    assert "no exception but an exit left" in project.call("breadcrumb", "query", "--why").stderr
