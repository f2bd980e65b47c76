"""Starts a child process and waits for it: its status, what it said, and what the kernel counted of it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import resource
    from collections.abc import Mapping, Sequence
    from pathlib import Path

SECONDS = 120.0
"""After which a run counts as hung."""
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS")
"""Of the environment of whoever runs the benchmarks."""


class FailedError(Exception):
    """A child that did not end well; the message is the last that it said."""


@dataclass(frozen=True)
class Ended:
    """A child that ended well."""

    said: str
    """On stdout."""
    complaint: str
    """On stderr."""
    cpu: int
    """CPU time of all its threads and of the children that it waited for, ns."""
    wall: int
    """ns."""


def run(words: Sequence[str], *, cwd: Path, environ: Mapping[str, str], seconds: float = SECONDS) -> Ended:
    """Run a command to its end. Raises FailedError."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter_ns()
        process = subprocess.Popen(
            words, cwd=cwd, env=dict(environ), stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        status, usage = _wait(process, seconds)
        wall = time.perf_counter_ns() - began
        out.seek(0)
        err.seek(0)
        said, complaint = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if status != 0:
        raise FailedError(last(complaint or said) or f"ended with status {status}")
    return Ended(said, complaint, round((usage.ru_utime + usage.ru_stime) * 1e9), wall)


def last(text: str) -> str:
    """The last line, cut."""
    return "".join(text.strip().splitlines()[-1:])[:300]


def _wait(process: subprocess.Popen[bytes], seconds: float) -> tuple[int, resource.struct_rusage]:
    until = time.monotonic() + seconds
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage
        if time.monotonic() > until:
            process.kill()
            process.wait()
            raise FailedError(f"did not end within {seconds:.0f} s")
        time.sleep(0.005)


def environment(out: Path, **more: str) -> dict[str, str]:
    """What a child sees: nothing of whoever runs the benchmarks, the checkout on its path, HOME in `out`."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    home = out / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {**kept, "HOME": str(home), "PYTHONPATH": _ROOT, "PYTHONHASHSEED": "0", **more}


_ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
