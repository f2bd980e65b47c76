"""What `breadcrumb query --errors` tells of the frames that an exception left."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="needs sys.monitoring")

PROGRAM = """\
def parse(row, password):
    token = password * 2
    parts = row.split(",")
    row = parts[-1]
    return int(row)


def load():
    rows = ["1,2", "3,x"]
    for row in rows:
        parse(row, "hunter22")


load()
"""


@pytest.mark.parametrize("recorder", RECORDERS)
def test_errors_tell_what_each_frame_held(project: Any, recorder: str) -> None:
    project.write("app.py", PROGRAM)
    project.environ["BREADCRUMB_RECORDER"] = recorder
    assert project.run("--no-report", "python", "app.py").returncode == 1
    answer = project.call("breadcrumb", "query", "--errors").stdout
    assert "      held row='x', token=<redacted:token>, parts=['3', 'x']\n" in answer
    assert "      held row='3,x'\n" in answer
    (row,) = json.loads(project.call("breadcrumb", "query", "--errors", "--format", "json").stdout)["rows"]
    assert row["path"] == ["__main__.parse", "__main__.load"]
    assert [each["row"] for each in row["locals"]] == ["x", "3,x"]
    assert all(b"hunter22" not in file.read_bytes() for file in project.store.rglob("*") if file.is_file())


def test_nothing_is_held_where_the_setting_says_so(project: Any) -> None:
    project.write("app.py", PROGRAM)
    project.run("--no-report", "python", "app.py", environ={"BREADCRUMB_EXCEPTION_LOCALS": "false"})
    assert " held " not in project.call("breadcrumb", "query", "--errors").stdout
    assert project.query("SELECT count(*) FROM calls WHERE extra IS NOT NULL") == [(0,)]
