"""The setting `debug`: what the tracer decides is said on stderr, and nothing without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from breadcrumb_instrumentation_calls.recorders.choose import RECORDERS

if TYPE_CHECKING:
    from conftest import Project

PROGRAM = """\
import colorsys, sqlite3

def price(item):
    return colorsys.rgb_to_hls(item, 0, 0)

print(price(0.5), price(0.25))
"""


@pytest.mark.parametrize("recorder", RECORDERS)
def test_what_is_decided_is_said_once_where_it_is_asked_for(project: Project, recorder: str) -> None:
    project.write("app.py", PROGRAM)
    quiet = project.run("--no-report", "python", "app.py")
    environ = {
        "BREADCRUMB_DEBUG": "1",
        "BREADCRUMB_RECORDER": recorder,
        "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS": "",
    }
    ended = project.run("--no-report", "python", "app.py", environ=environ)
    assert (ended.returncode, ended.stdout) == (0, quiet.stdout)
    assert "breadcrumb debug" not in quiet.stderr
    said = [
        line.partition("]: ")[2]
        for line in ended.stderr.splitlines()
        if line.startswith("breadcrumb debug [")
    ]
    assert f"recorder: {recorder}; " in "\n".join(said)
    assert f"store: {project.store}" in said
    assert said.count(f"traced: __main__.price ({project.path / 'app.py'}:3)") == 1
    assert len([line for line in said if line.startswith("not in scope: colorsys (")]) == 1
    assert "instrumentation flask: waits for its library" in said
