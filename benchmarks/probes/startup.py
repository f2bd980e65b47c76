"""What tracing adds to a program that does nothing: CPU time up to its end, resident memory, imports."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path
from typing import Any

from benchmarks import child

PROGRAM = str(Path(__file__).with_name("nothing.py"))
BREADCRUMB = str(Path(sys.executable).parent / "breadcrumb")
COSTLIEST = 12


def measure(scratch: Path, pairs: int) -> dict[str, Any]:
    """The medians of what is added, every pair, and the costliest imports."""
    out = scratch / "startup"
    environ = child.environment(out)
    traced = [BREADCRUMB, "run", "--no-report", "--store", str(out / "store"), "--", sys.executable]
    sides = {"traced": traced, "untraced": [sys.executable]}
    found: list[dict[str, list[int]]] = []
    for turn in range(pairs + 1):
        order = reversed(sides.items()) if turn % 2 else sides.items()
        found.append({name: _cost([*words, PROGRAM], out, environ) for name, words in order})
    found = found[1:]  # the first one compiled
    added = [[pair["traced"][place] - pair["untraced"][place] for pair in found] for place in (0, 1)]
    own, others = (
        _imports(child.run([*words, "-X", "importtime", PROGRAM], cwd=out, environ=environ).complaint)
        for words in sides.values()
    )
    costliest = sorted(own.keys() - others.keys(), key=own.__getitem__, reverse=True)[:COSTLIEST]
    return {
        "command": "breadcrumb run python nothing.py",
        "added_ms": statistics.median(added[0]) / 1e6,
        "added_mb": statistics.median(added[1]) / 1e6,
        "pairs": found,
        "imports_us": {name: own[name] for name in costliest},
    }


def _cost(words: list[str], out: Path, environ: dict[str, str]) -> list[int]:
    return list(map(int, child.run(words, cwd=out, environ=environ).said.split()))


def _imports(said: str) -> dict[str, int]:
    """Modules to their own microseconds, from what `-X importtime` says."""
    own: dict[str, int] = {}
    for line in said.splitlines():
        columns = line.removeprefix("import time:").split("|")
        if len(columns) == 3 and columns[0].strip().isdigit():
            own[columns[2].strip()] = int(columns[0])
    return own
