"""What tracing costs real programs, and what their runs take to fold and to ask.

Each traced run stands beside an untraced one; the first one is folded and asked.
`python -m benchmarks.probes.real STORE` counts what a store has.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import child, tracers
from benchmarks.job import Job
from benchmarks.pairs import Row, folder, run
from benchmarks.probes.startup import BREADCRUMB
from benchmarks.real.catalog import REAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.pairs import Run
    from benchmarks.real.catalog import Real

OURS = "breadcrumb-c"
"""With all defaults."""
PEERS = ("viztracer", "kolo")
"""They run once, beside the first pair."""
TIMES = 10
"""So many times the untraced run's CPU time, and ten seconds, is what another tool gets."""
COUNTS = """SELECT (SELECT count(*) FROM calls) AS recorded,
    (SELECT coalesce(sum(thinned), 0)::BIGINT FROM counts) AS thinned,
    (SELECT coalesce(sum(count), 0)::BIGINT FROM drops) AS dropped"""


def measure(scratch: Path, pairs: int, scale: float, progress: Callable[[str], None]) -> dict[str, Any]:
    """A row for each program under each tool."""
    rows = []
    for program in REAL.values():
        progress(f"measuring {program.title.format(program.size)}")
        rows += _rows(program, scratch, pairs, max(round(program.size * scale), 1))
    return {"command": "breadcrumb-instrument python -m PROGRAM", "rows": list(map(asdict, rows))}


def _rows(program: Real, scratch: Path, pairs: int, size: int) -> list[Row]:
    ours = Row(program.name, OURS, size, 0, program.missing() or tracers.find(OURS).missing())
    rows = [ours, *(Row(program.name, peer, size, 0, ours.missing) for peer in PEERS)]
    try:
        if ours.missing is None:
            _fill(rows, scratch, pairs)
    except child.FailedError as error:
        ours.missing = str(error)
    return rows


def _fill(rows: list[Row], scratch: Path, pairs: int) -> None:
    """Run a program, first once more than counts: what is imported is compiled then."""
    ours, *peers = rows
    sides = {"untraced": "untraced", "traced": OURS}
    for tracer in sides.values():
        _run(tracer, ours.workload, 1, scratch)
    for turn in range(pairs):
        order = reversed(sides) if turn % 2 else iter(sides)
        keep = None if turn else ours.kept
        ours.pairs.append(
            {which: _run(sides[which], ours.workload, ours.size, scratch, keep=keep) for which in order}
        )
    ours.calls = ours.kept["recorded"]
    for peer in peers:
        peer.calls = ours.calls
        _beside(peer, ours.pairs[0]["untraced"], scratch)


def _beside(row: Row, untraced: Run, scratch: Path) -> None:
    """Run another tool, for as long as is bearable."""
    seconds = 10 + TIMES * untraced["tree"] / 1e9
    try:
        traced = _run(row.tracer, row.workload, row.size, scratch, seconds=seconds)
    except child.FailedError as error:
        row.missing = str(error)
    else:
        row.pairs.append({"traced": traced, "untraced": untraced})


def _run(
    tracer: str,
    name: str,
    size: int,
    scratch: Path,
    *,
    seconds: float = child.SECONDS,
    keep: dict[str, int] | None = None,
) -> Run:
    """A run; what it left under Breadcrumb goes to `keep`."""
    with folder(scratch) as out:
        job = Job(tracer, name, size, out)
        result = run(job, seconds)
        if keep is not None and tracer == OURS:
            keep |= _afterwards(job.kept)
    return result


def _afterwards(store: Path) -> dict[str, int]:
    """What the run left, and what folding it and the first question took."""

    def told(*words: str) -> child.Ended:
        environ = child.environment(store.parent)
        return child.run(words, cwd=store.parent, environ=environ)

    fold = json.loads(told(sys.executable, "-m", "benchmarks.probes.fold", str(store)).said)
    question = told(BREADCRUMB, "query", "--flow", "--store", str(store)).wall
    counts: Run = json.loads(told(sys.executable, "-m", "benchmarks.probes.real", str(store)).said)
    return {
        **counts,
        "spool_bytes": fold["spool_bytes"],
        "fold_wall": fold["wall_ns"],
        "fold_cpu": fold["cpu_ns"],
        "fold_peak": fold["peak_rss"],
        "question": question,
    }


def main(store: Path) -> None:
    """Count."""
    from breadcrumb_exporter_duckdb.reading.store import open_store

    with open_store(store) as reader:
        counted = reader.connection.execute(COUNTS)
        names = [column[0] for column in counted.description]
        [values] = counted.fetchall()
    sys.stdout.write(json.dumps(dict(zip(names, values, strict=True))) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
