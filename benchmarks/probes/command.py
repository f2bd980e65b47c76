"""What the whole command `breadcrumb query --flow` costs, beside importing duckdb and connecting."""

from __future__ import annotations

import statistics
import sys
from typing import TYPE_CHECKING, Any

from benchmarks import child
from benchmarks.job import ROOT
from benchmarks.probes.startup import BREADCRUMB

if TYPE_CHECKING:
    from pathlib import Path

CONNECT = "import duckdb; duckdb.connect()"


def measure(scratch: Path, pairs: int) -> dict[str, Any]:
    """The median ratio of CPU time, and every pair's CPU and wall time."""
    out = scratch / "command"
    environ = child.environment(out)
    store = str(out / "store")
    program = str(ROOT / "examples" / "bank.py")
    child.run([BREADCRUMB, "run", "--store", store, "--", sys.executable, program], cwd=out, environ=environ)
    sides = {
        "query": [BREADCRUMB, "query", "--flow", "--store", store],
        "connect": [sys.executable, "-c", CONNECT],
    }
    found = []
    for turn in range(pairs + 1):
        order = reversed(sides.items()) if turn % 2 else sides.items()
        ended = {name: child.run(words, cwd=out, environ=environ) for name, words in order}
        found.append({name: {"cpu": each.cpu, "wall": each.wall} for name, each in ended.items()})
    found = found[1:]  # the first one compiled
    return {
        "command": f'breadcrumb query --flow; python -c "{CONNECT}"',
        "ratio": _ratio(found, "cpu"),
        "wall_ratio": _ratio(found, "wall"),
        "pairs": found,
    }


def _ratio(found: list[dict[str, dict[str, int]]], clock: str) -> float:
    return statistics.median(pair["query"][clock] / pair["connect"][clock] for pair in found)
