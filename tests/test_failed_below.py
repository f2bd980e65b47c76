"""What failed in a process that a call had started is why that call failed: its story is told."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Project

CHILD = """\
import sys

def number(text):
    return {"one": 1, "two": 2}.get(text)

def total(texts):
    found = 0
    for text in texts:
        found += number(text)
    return found

total(sys.argv[1:])
"""
APP = """\
import subprocess, sys

def job(*texts):
    subprocess.run([sys.executable, "child.py", *texts], check=True, stderr=subprocess.DEVNULL)

def main():
    job("one")
    job("one", "two", "three")

main()
"""


def test_what_failed_in_a_child_is_told_for_the_exit_status_that_it_left(project: Project) -> None:
    project.write("child.py", CHILD)
    project.write("app.py", APP)
    ended = project.run("python", "app.py")
    report = ended.stderr[ended.stderr.index("breadcrumb: run") :]
    first, title, failed, *rest = [line for line in report.splitlines()[1:] if line != "recorder: python"]
    assert first.startswith("CalledProcessError(") and first.endswith(", ended the run")
    assert title == "What had failed below it:"
    assert failed.startswith("TypeError: unsupported operand") and "raised at child.py:9" in failed
    is_held = any(line.strip().startswith("held found=3, text='three'") for line in rest)
    assert is_held == hasattr(sys, "monitoring")  # 3.11 does not record what a failed call held
    assert "breadcrumb query --why number#4" in report
