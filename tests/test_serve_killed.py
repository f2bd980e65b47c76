"""`breadcrumb serve` is killed while spans come: the sender goes on with the next one, and all are there.

With `BREADCRUMB_TESTS_SPANS=200000` there are more of them, here and in test_forward.py.
"""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from free_ports import free_port
from patience import until
from test_serve import Serving

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Project

SPANS = int(os.environ.get("BREADCRUMB_TESTS_SPANS", "6000"))
KILLED_BYTES = 150_000
"""Of the receiver's spool."""
REQUEST_SPANS = 1_000
APP = f"""
def leaf(i):
    return i

for i in range({SPANS}):
    leaf(i)
"""


@pytest.mark.parametrize("protocol", ["grpc", "http/protobuf"])
def test_every_span_comes_to_the_one_that_follows(
    protocol: str, tmp_path: Path, new_project: Callable[[Path], Project]
) -> None:
    for name in ("sender", "receiver"):
        (tmp_path / name).mkdir()
    sender, receiver = (new_project(tmp_path / name) for name in ("sender", "receiver"))
    sender.write("app.py", APP)
    ran = sender.run("--no-report", "python", "app.py", environ={"BREADCRUMB_THINNING_RATE": "0"})
    assert ran.returncode == 0, ran.stderr
    http, grpc = free_port(), free_port()
    ports = ("--http-port", str(http), "--grpc-port", str(grpc))
    first = Serving(receiver, *ports)
    where = f"http://127.0.0.1:{grpc if protocol == 'grpc' else http}"
    words = ["breadcrumb", "forward", "--endpoint", where, "--protocol", protocol]
    environ = sender.environ | {"BREADCRUMB_OTLP_TRACE_BYTES": "0"}
    with subprocess.Popen(
        [*words, "--rate", str(SPANS // 4)], cwd=sender.path, env=environ, stderr=subprocess.PIPE, text=True
    ) as going:
        until(lambda: spooled(receiver) > KILLED_BYTES or going.poll() is not None)
        first.process.kill()
        first.process.communicate()
        assert going.poll() is None, "it was over before"
        complaints = going.stderr
        assert complaints is not None
        until(lambda: "takes nothing now" in complaints.readline())
        second = Serving(receiver, *ports)
        _, said = going.communicate()
    assert going.returncode == 0 and "takes spans again" in said, said
    second.end()
    kept = receiver.query("SELECT count(DISTINCT span_id), count(*) FROM spans")
    [(different, all_of_them)] = kept
    assert different == SPANS
    assert all_of_them - different <= REQUEST_SPANS, "more than the request that was under way came twice"


def spooled(project: Project) -> int:
    """How many bytes lie in its spool."""
    return sum(path.stat().st_size for path in (project.store / "spool").glob("*"))
