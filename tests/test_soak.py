"""A short run of scripts/soak_test.py: a server under load is asked all the time, and a stopped program."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from patience import HANGS

SOAK = Path(__file__).parents[1] / "scripts" / "soak_test.py"


@pytest.mark.skipif(sys.platform != "linux", reason="it reads the server's memory in /proc")
def test_questions_disturb_no_server_and_wait_for_no_stopped_program() -> None:
    done = subprocess.run(
        [sys.executable, SOAK, "--seconds", "4"], capture_output=True, text=True, timeout=HANGS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "none failed, no span lost" in done.stdout and "stopped 5 times" in done.stdout
