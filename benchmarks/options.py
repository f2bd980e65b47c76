"""The options of `python -m benchmarks`, and what they choose."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import tracers
from benchmarks.catalog import WORKLOADS
from benchmarks.job import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

RESULTS = ROOT / "build" / "bench.json"
TRACED = tuple(name for name in tracers.MODULES if name != "untraced")
PAIRS = 5
PROBES = ("real", "startup", "command", "fold", "questions")


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Parse, and fill in: what was not named runs, but naming workloads or tracers leaves the probes out."""
    chosen = _parser().parse_args(words)
    chosen.command = _command(chosen)
    named = chosen.workloads is not None or chosen.tracers is not None
    if chosen.probes is None:
        chosen.probes = [] if named else list(PROBES)
    elif not named:
        chosen.workloads = []
    if chosen.workloads is None:
        chosen.workloads = list(WORKLOADS)
    chosen.tracers = [name for name in chosen.tracers or TRACED if name != "untraced"]
    return chosen


def _command(chosen: argparse.Namespace) -> str:
    """The command that measures the same again; where its results go is not part of it."""
    words = [
        f"--{name} {','.join(value)}"
        for name in ("workloads", "tracers", "probes")
        if (value := getattr(chosen, name))
    ]
    words += [f"--pairs {chosen.pairs}"] if chosen.pairs != PAIRS else []
    words += [f"--scale {chosen.scale}"] if chosen.scale != 1.0 else []
    words += ["--large"] if chosen.large else []
    return f'make bench ARGS="{" ".join(words)}"' if words else "make bench"


def _parser() -> argparse.ArgumentParser:
    what = "Measures what tracing costs, prints a table, and keeps every raw figure."
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=what, allow_abbrev=False)
    add = parser.add_argument
    for name, known in (("workloads", WORKLOADS), ("tracers", tracers.MODULES), ("probes", PROBES)):
        among = _among(list(known))
        add(f"--{name}", type=among, metavar="A,B", help=f"some of {', '.join(known)}")
    add(
        "--pairs",
        type=int,
        default=PAIRS,
        help="of runs; 5 unless told otherwise",
    )
    add("--scale", type=float, default=1.0, help="multiplies the work of every workload and real program")
    add("--seed", type=int, help="of the random order; printed")
    add("--large", action="store_true", help="also fold 10 M spans, and ask them (some minutes)")
    add(
        "--document",
        action="store_true",
        help="write docs/performance.md and its chart; of real programs alone, their section",
    )
    add("--results", type=Path, metavar="FILE", help="measure nothing, show what FILE has kept")
    add("--output", type=Path, default=RESULTS, metavar="FILE", help="where raw figures go")
    return parser


def _among(known: Sequence[str]) -> Callable[[str], list[str]]:
    def chosen(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise argparse.ArgumentTypeError(f"no {', '.join(unknown)}: choose from {', '.join(known)}")
        return names

    return chosen
