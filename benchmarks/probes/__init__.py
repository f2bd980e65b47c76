"""Figures that are not a workload's: real programs, starting, folding, asking; each module has `measure`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from benchmarks.probes import command, fold, questions, real, startup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

MILLION = 1_000_000


def measure(
    chosen: Sequence[str],
    scratch: Path,
    pairs: int,
    large: bool,
    scale: float,
    progress: Callable[[str], None],
    found: dict[str, Any],
) -> None:
    """Fill `found` with what was chosen, by name; with `large` stores of 10 M spans are measured too.

    `scale` multiplies the work of the real programs."""
    if "real" in chosen:
        real.measure(scratch, pairs, scale, progress, found.setdefault("real", {}))
    for module in (startup, command):
        name = module.__name__.rpartition(".")[2]
        if name in chosen:
            progress(f"measuring {name}")
            found[name] = module.measure(scratch, pairs)
    if {"fold", "questions"}.isdisjoint(chosen):
        return
    for suffix, spans in (("", MILLION), ("_large", 10 * MILLION))[: 1 + large]:
        store = scratch / f"spans{suffix}" / "store"
        store.parent.mkdir()
        progress(f"folding {spans:,} spans")
        found[f"fold{suffix}"] = fold.measure(store, spans)
        if "questions" in chosen:
            progress(f"asking {spans:,} spans")
            found[f"questions{suffix}"] = questions.measure(store)
        shutil.rmtree(store.parent)
