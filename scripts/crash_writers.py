"""The traced programs that `crash_test.py` kills: each acknowledges every call that has returned."""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from breadcrumb_exporter_duckdb.base.account import ENV_ACCOUNT_KEY

BIN = Path(sys.executable).parent
ACKNOWLEDGED = struct.Struct("<Q")
PROGRAM = """
import os, signal, struct, sys, time
def step(writer, number, text):
    return {"number": number, "half": number / 2, "items": [number] * (number % 5), "text": text[::-1]}
def main(writer, pace, most, file):
    acknowledged = os.open(file, os.O_WRONLY)
    for number in range(most):
        step(writer, number, "ab" * (number % 90))
        os.pwrite(acknowledged, struct.pack("<Q", number + 1), 0)
        if number % pace == 0:
            time.sleep(0.001)
def nurse():
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            writer, pace, most, file = line.split()
            main(int(writer), int(pace), int(most), file)
        print(pid, flush=True)
if len(sys.argv) > 1:
    main(*map(int, sys.argv[1:4]), sys.argv[4])
else:
    nurse()
"""


class Writer:
    """A traced program, or a child that one forks, and how many calls it acknowledged."""

    def __init__(
        self,
        folder: Path,
        number: int,
        pace: int,
        most: int = 1 << 40,
        *,
        limit: int = 0,
        nursery: subprocess.Popen[str] | None = None,
    ) -> None:
        self.number = number
        self._file = folder / f"acknowledged-{number}"
        self._file.write_bytes(ACKNOWLEDGED.pack(0))
        words = [str(number), str(pace), str(most), str(self._file)]
        self.process = Forked(nursery, words) if nursery else start(folder, *words, limit=limit)

    @property
    def acknowledged(self) -> int:
        """How many calls it said had returned."""
        return int(ACKNOWLEDGED.unpack(self._file.read_bytes())[0])


class Forked:
    """A child of a traced program, which reaps it; what is used of Popen."""

    def __init__(self, nursery: subprocess.Popen[str], words: list[str]) -> None:
        assert nursery.stdin is not None and nursery.stdout is not None
        print(*words, file=nursery.stdin, flush=True)
        self._pid = int(nursery.stdout.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """None while it runs."""
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            self.returncode = 0
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, number)

    def wait(self) -> int:
        """Wait until it is gone."""
        while self.poll() is None:
            time.sleep(0.001)
        return 0


Process = subprocess.Popen[Any] | Forked


def start(folder: Path, *words: str, limit: int = 0, **options: Any) -> subprocess.Popen[Any]:
    """Start the traced program, whose files may grow to `limit` bytes (0: as they like)."""
    program = folder / "app.py"
    if not program.exists():
        program.write_text(PROGRAM)

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    options["preexec_fn"] = limited if limit else None
    command = [str(BIN / "breadcrumb-instrument"), sys.executable, str(program), *words]
    return subprocess.Popen(command, cwd=folder, env=environment(folder), **options)


def environment(folder: Path) -> dict[str, str]:
    """Programs find the store, and keep every call."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == ENV_ACCOUNT_KEY or not name.startswith(("BREADCRUMB_", "OTEL_"))
    }
    own = {
        "BREADCRUMB_STORE": str(folder / "store"),
        "BREADCRUMB_THINNING_RATE": "0",
        "BREADCRUMB_OVERHEAD": "none",
    }
    return kept | own | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def expected(writer: int, number: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments and the return of a call."""
    text = "ab" * (number % 90)
    returned = {"number": number, "half": number / 2, "items": [number] * (number % 5), "text": text[::-1]}
    return {"writer": writer, "number": number, "text": text}, returned
