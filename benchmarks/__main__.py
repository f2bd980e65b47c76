"""`python -m benchmarks`: measures what was chosen, prints the table, and keeps every raw figure as JSON."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import child, document, machine, options, pairs, probes, section, table
from benchmarks.figures import figures, real_figures

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence


def main(words: Sequence[str]) -> int:
    """Measure, or read what was measured; show it."""
    chosen = options.parse(words)
    results = json.loads(chosen.results.read_bytes()) if chosen.results else measure(chosen, words)
    rows = [pairs.Row(**row) for row in results["rows"]]
    lines = [
        *section.text(results["probes"]),
        table.text(rows, [*real_figures(results["probes"]), *figures(rows, results["probes"])]),
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    if chosen.document:
        document.write(results, rows)
    if not chosen.results:
        keep(chosen.output, results)
    return 0


def measure(chosen: argparse.Namespace, words: Sequence[str]) -> dict[str, Any]:
    """Everything that goes into the file."""
    seed = secrets.randbelow(10_000) if chosen.seed is None else chosen.seed
    sys.stdout.write(f"{shlex.join(['python', '-m', 'benchmarks', *words])}: seed {seed}\n")
    sys.stdout.flush()
    before = machine.describe()
    rows = list(pairs.rows_of(chosen.workloads, chosen.tracers, chosen.scale))
    probed: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        scratch = Path(folder)
        try:
            pairs.measure(rows, scratch, chosen.pairs, seed, progress)
            probes.measure(chosen.probes, scratch, chosen.pairs, chosen.large, chosen.scale, progress, probed)
        except KeyboardInterrupt:
            sys.stderr.write("\ninterrupted: what follows was measured until now\n")
        except child.FailedError as error:
            sys.stderr.write(f"\nnot everything was measured: {error}\n")
    progress("")
    return {
        "machine": before,
        "command": chosen.command,
        "seed": seed,
        "rows": list(map(asdict, rows)),
        "probes": probed,
    }


def keep(path: Path, results: object) -> None:
    """Write the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"\nEvery raw figure: {os.path.relpath(path)}\n")


def progress(line: str) -> None:
    """Say what goes on, on one line of a terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
