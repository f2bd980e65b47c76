"""A pytest run of a small test-suite, in process."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

import pytest

SUITE = Path(__file__).parent / "suite"
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # other tracers bring plugins of their own
with contextlib.redirect_stdout(io.StringIO()):
    pytest.main(["--version"])  # imports the rest of pytest: what a tracer has imported before must not count


def main(size: int) -> None:
    """Run the suite with `size` cases of each parametrised test."""
    os.environ["BENCHMARK_CASES"] = str(size)
    words = ["-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(SUITE), str(SUITE)]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        if pytest.main(words) != 0:
            raise SystemExit(said.getvalue())
