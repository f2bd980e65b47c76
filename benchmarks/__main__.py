"""`python -m benchmarks`: measures what was chosen, prints the table, and keeps every raw figure as JSON."""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shlex
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import machine, pairs, table, tracers
from benchmarks.catalog import WORKLOADS
from benchmarks.figures import figures
from benchmarks.job import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RESULTS = ROOT / "build" / "bench.json"


def _choice(known: Sequence[str]) -> Callable[[str], list[str]]:
    def chosen(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}: choose from {', '.join(known)}")
        return names

    return chosen


def parser() -> argparse.ArgumentParser:
    """The options."""
    traced = [name for name in tracers.MODULES if name != "untraced"]
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__, allow_abbrev=False)
    add = options.add_argument
    add(
        "--workloads",
        type=_choice(list(WORKLOADS)),
        default=list(WORKLOADS),
        metavar="A,B",
        help="some of the workloads",
    )
    add(
        "--tracers",
        type=_choice(list(tracers.MODULES)),
        default=traced,
        metavar="A,B",
        help="some of the tracers",
    )
    add(
        "--pairs",
        type=int,
        default=5,
        help="runs of each workload under each tracer, each beside an untraced one",
    )
    add("--scale", type=float, default=1.0, help="multiplies every workload's size")
    add("--seed", type=int, default=None, help="of the random order; printed")
    add("--output", type=Path, default=RESULTS, help="the file of raw figures")
    return options


def progress(line: str) -> None:
    """Say what goes on, on one line of a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def main(words: Sequence[str]) -> int:
    """Measure."""
    chosen = parser().parse_args(words)
    seed = secrets.randbelow(10_000) if chosen.seed is None else chosen.seed
    sys.stdout.write(f"{' '.join(['python -m benchmarks', *map(shlex.quote, words)])}: seed {seed}\n")
    names = [name for name in chosen.tracers if name != "untraced"]
    rows = list(pairs.rows_of(chosen.workloads, names, chosen.scale))
    probes: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch:
        pairs.measure(rows, Path(scratch), chosen.pairs, seed, progress)
    progress("")
    sys.stdout.write(table.text(rows, figures(rows, probes)) + "\n")
    _keep(chosen.output, {
        "machine": machine.describe(),
        "command": shlex.join(["make", "bench", *([f"ARGS={shlex.join(words)}"] if words else [])]),
        "seed": seed,
        "rows": list(map(asdict, rows)),
        "probes": probes,
    })  # fmt: skip
    return 0


def _keep(path: Path, results: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n")
    sys.stdout.write(f"\nEvery raw figure: {os.path.relpath(path)}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
