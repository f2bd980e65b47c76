"""The next command of a failure is about what the failing statement has to do with."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Project

APP = """\
def tag(name):
    return name.strip("@")

def size(value):
    return value and len(value)

def emit(fields):
    out = []
    for name, value in fields.items():
        label = tag(name)
        out.append(STATEMENT)

emit({"@id": "ab", "@text": 3})
"""


def _asked(project: Project, statement: str) -> list[str]:
    project.write("app.py", APP.replace("STATEMENT", statement))
    report = project.run("python", "app.py").stderr
    return [line.partition("breadcrumb query ")[2] for line in report.splitlines()[-2:]]


def test_where_a_librarys_exception_left_a_function_is_shown(project: Project) -> None:
    filler = "".join(f"    at_{line} = {line}\n" for line in range(70))
    project.write("app.py", f"import json\ndef load(text):\n{filler}    return json.loads(text)\nload('x')\n")
    project.run("--no-report", "python", "app.py")
    told = project.call("breadcrumb", "query", "--source", "load#1").stdout
    assert re.search(r"return json.loads\(text\) +\| !! JSONDecodeError: .* in #1", told)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="what a failed call held is not recorded on 3.11")
def test_a_helper_that_has_nothing_to_do_with_it_comes_after_the_source(project: Project) -> None:
    assert _asked(project, "bytes.fromhex(value)") == ["--source emit#1", "--why tag#2"]


def test_a_call_that_the_statement_names_or_whose_result_it_uses_comes_first(project: Project) -> None:
    assert "--why size#1" in _asked(project, "size(value) + None")
    assert _asked(project, "{}[label]")[0] == "--why tag#1"
