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

OURS = ("breadcrumb-c", "breadcrumb-c-all")
"""With all defaults; with every call and value, whatever it costs."""
PEERS = ("viztracer", "kolo")
"""They run once, beside the first pair."""
TIMES = 10
"""So many times the untraced run's CPU time, and ten seconds, is what another tool gets."""
COUNTS = """SELECT (SELECT count(*) FROM calls) AS recorded,
    (SELECT coalesce(sum(thinned), 0)::BIGINT FROM counts) AS thinned,
    (SELECT coalesce(sum((value->>'$.bare')::BIGINT), 0)::BIGINT FROM facts WHERE kind = 'count') AS bare,
    (SELECT coalesce(sum(count), 0)::BIGINT FROM drops) AS dropped"""


def measure(
    scratch: Path, pairs: int, scale: float, progress: Callable[[str], None], found: dict[str, Any]
) -> None:
    """Fill `found["rows"]`: one for each program under each tool."""
    found["command"] = "breadcrumb-instrument python -m PROGRAM"
    rows = found["rows"] = []
    for program in REAL.values():
        progress(f"measuring {program.title.format(program.size)}")
        rows += map(asdict, _rows(program, scratch, pairs, max(round(program.size * scale), 1)))


def _rows(program: Real, scratch: Path, pairs: int, size: int) -> list[Row]:
    missing = program.missing() or tracers.find(OURS[0]).missing()
    rows = [Row(program.name, tool, size, 0, missing) for tool in (*OURS, *PEERS)]
    try:
        if missing is None:
            _fill(rows[: len(OURS)], rows[len(OURS) :], scratch, pairs)
    except child.FailedError as error:
        for row in rows:
            row.missing = str(error)
    return rows


def _fill(ours: list[Row], peers: list[Row], scratch: Path, pairs: int) -> None:
    """Run a program, first once more than counts: what is imported is compiled then."""
    name, size = ours[0].workload, ours[0].size
    sides: dict[str, Row | None] = {"untraced": None, **{row.tracer: row for row in ours}}
    for tool in sides:
        _run(tool, name, 1, scratch)
    for turn in range(pairs):
        order = reversed(sides.items()) if turn % 2 else iter(sides.items())
        runs = {
            tool: _run(tool, name, size, scratch, keep=row.kept if row and turn == 0 else None)
            for tool, row in order
        }
        for row in ours:
            row.pairs.append({"traced": runs[row.tracer], "untraced": runs["untraced"]})
    for row in ours:
        row.calls = row.kept["recorded"]
    for peer in peers:
        _beside(peer, ours[0].pairs[0]["untraced"], scratch)


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
        if keep is not None:
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
