"""What a long run recorded is folded while it runs, and its end waits for no fold."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from typing import Any

import pytest
from breadcrumb_exporter_duckdb.base.lock import LOCKS, held
from breadcrumb_exporter_duckdb.format.columns import columns_from_rows
from breadcrumb_exporter_duckdb.reading.store import QUICKLY_READ_BYTES
from breadcrumb_exporter_duckdb.writing.spool import SpoolWriter
from patience import until

from breadcrumb.cli import report

ENOUGH = 3_000
"""Calls whose arguments are more, packed, than is left for the end."""
LONG = f"""
import os, random, time
def hold(text): return len(text)
TEXT = "".join(random.choices("etaoin shrdlu ", k=1_000_000))  # not much smaller when it is packed
for number in range({ENOUGH}):
    start = random.randrange(900_000)
    hold(TEXT[start : start + 5000])
while not os.path.exists(".breadcrumb/traces.duckdb"):
    time.sleep(0.05)
"""


def test_a_long_run_is_folded_while_it_goes_on(project: Any) -> None:
    project.write("pyproject.toml", "[tool.breadcrumb]\nlimits = {string = 6000}\nthinning = {rate = 0}\n")
    project.write("app.py", LONG)
    ended = project.run("--no-report", "python", "app.py")
    assert ended.returncode == 0, ended
    assert project.query("SELECT count(*) FROM calls") == [(ENOUGH,)]


@pytest.mark.skipif(not LOCKS.exists(), reason="the system does not say who holds a lock")
def test_a_question_takes_the_place_of_a_background_fold_that_gets_no_time(project: Any) -> None:
    project.write("pyproject.toml", "")
    calls = _spooled(project)
    words = [sys.executable, "-P", "-m", "breadcrumb_exporter_duckdb", "fold", "--store", project.store]
    with subprocess.Popen([*words, "--follow"], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as fold:
        until(lambda: _is_held(project))
        fold.send_signal(signal.SIGSTOP)
        try:
            if not _is_held(project):
                pytest.skip("it has let go of the lock just before it was stopped")
            assert project.query("SELECT count(*) FROM calls") == [(calls,)]
            assert fold.wait() == -signal.SIGTERM
        finally:
            fold.kill()


def _is_held(project: Any) -> bool:
    with held(project.store, exclusive=True, wait=0.0) as mine:
        return not mine


def test_the_report_leaves_much_to_a_process_of_its_own(project: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(report, "MOMENT_SECONDS", 0.0)
    project.write("pyproject.toml", "")
    calls = _spooled(project)
    said = report._written(project.store, "abcd1234")
    assert "are folded in the background" in said and "Next: breadcrumb query --flow" in said
    until(lambda: not list((project.store / "spool").glob("*.spool")))
    assert project.query("SELECT count(*) FROM calls") == [(calls,)]


def _spooled(project: Any) -> int:
    """Leave a spool that takes a while to fold; gives how many calls it holds."""
    writer = SpoolWriter(project.store, run_id="abcd1234")
    rows, step = 16 * QUICKLY_READ_BYTES // 10_000, 100
    for at in range(0, rows, step):
        texts = [json.dumps({"x": f"{at + each} {'x' * 10_000}"}) for each in range(step)]
        writer.write(
            columns_from_rows(
                [
                    {"trace_id": "ab" * 16, "span_id": at + each + 1, "code": 1, "args": text}
                    for each, text in enumerate(texts)
                ]
            ),
            [("code", json.dumps({"key": 1, "module": "m", "qualname": "f", "function": "m.f"}))],
        )
    writer.close()
    return len(range(0, rows, step)) * step
