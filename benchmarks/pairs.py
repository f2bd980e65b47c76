"""Measures rows: a workload under a tracer, each run next to an untraced one, in random order."""

from __future__ import annotations

import json
import random
import shutil
import statistics
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import child, tracers
from benchmarks.catalog import WORKLOADS
from benchmarks.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Run = dict[str, int]
"""ns: `thread`, `process`, `wall` of main(), `whole` (CPU of the process from main() to its very end), `tree`
(CPU of the process and its children from its start); bytes: `stored`, `peak_rss`."""


@dataclass
class Row:
    """A workload under a tracer."""

    workload: str
    tracer: str
    size: int
    calls: int
    missing: str | None = None
    """Why there are no figures."""
    verified: dict[str, Any] | None = None
    pairs: list[dict[str, Run]] = field(default_factory=list)
    """`traced` and `untraced` runs."""
    kept: dict[str, int] = field(default_factory=dict)
    """What a run of a real program left, and what folding and asking it took."""

    @property
    def complete(self) -> bool:
        """Whether the tracer saw all calls."""
        return self.verified is not None and self.verified["recorded"] == self.verified["calls"]

    def ratios(self, clock: str) -> list[float]:
        """Traced to untraced, one for each pair."""
        return [pair["traced"][clock] / max(pair["untraced"][clock], 1) for pair in self.pairs]

    def added(self, clock: str) -> float:
        """What a call costs more, ns: the median."""
        return statistics.median(
            (pair["traced"][clock] - pair["untraced"][clock]) / self.calls for pair in self.pairs
        )

    def middle(self, clock: str) -> float:
        """The median ratio."""
        return statistics.median(self.ratios(clock))

    def per_call(self, name: str) -> float:
        """The median of a traced run's figure, by call."""
        return statistics.median(pair["traced"][name] for pair in self.pairs) / self.calls


def rows_of(workloads: Iterable[str], names: Iterable[str], scale: float) -> Iterator[Row]:
    """The rows to measure, those that cannot be included."""
    for name in names:
        tracer = tracers.find(name)
        for workload in workloads:
            program = WORKLOADS[workload]
            size = program.sized(tracer.light, scale)
            yield Row(workload, name, size, program.total(size), tracer.missing())


def measure(rows: list[Row], scratch: Path, count: int, seed: int, progress: Callable[[str], None]) -> None:
    """Fill the rows in: each is verified first, then `count` pairs of each are run, all mixed."""
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    for number, row in enumerate(rows, 1):
        progress(f"verifying {number} of {len(rows)}: {row.workload} under {row.tracer}")
        if row.missing is None:
            _guarded(row, partial(_verify, row, scratch))
    for turn in range(count):
        mixed = [row for row in rows if row.missing is None]
        chance.shuffle(mixed)
        for number, row in enumerate(mixed, 1):
            progress(
                f"pair {turn + 1} of {count}, {number} of {len(mixed)}: {row.workload} under {row.tracer}"
            )
            order = ["traced", "untraced"]
            chance.shuffle(order)
            _guarded(row, partial(_measure, row, order, scratch))


def _guarded(row: Row, work: Callable[[], None]) -> None:
    try:
        work()
    except child.FailedError as error:
        row.missing = str(error)


def _measure(row: Row, order: list[str], scratch: Path) -> None:
    names = {"traced": row.tracer, "untraced": "untraced"}
    runs = {}
    for which in order:
        with folder(scratch) as out:
            runs[which] = run(Job(names[which], row.workload, row.size, out))
    row.pairs.append({which: runs[which] for which in names})


def _verify(row: Row, scratch: Path) -> None:
    with folder(scratch) as out:
        job = Job(row.tracer, row.workload, row.size, out)
        run(job)
        words = [sys.executable, "-m", "benchmarks.verify", *job.words()]
        row.verified = json.loads(child.run(words, cwd=out, environ=child.environment(out)).said)


@contextmanager
def folder(scratch: Path) -> Iterator[Path]:
    """A directory for one run."""
    out = Path(tempfile.mkdtemp(dir=scratch))
    try:
        yield out
    finally:
        shutil.rmtree(out, ignore_errors=True)


def run(job: Job, seconds: float = child.SECONDS) -> Run:
    """Run a job in a process of its own."""
    tracer = tracers.find(job.tracer)
    job.kept.mkdir(parents=True)
    environ = child.environment(job.out, **tracer.environment(job))
    words = [*tracer.command(), "-m", "benchmarks.measured", *job.words()]
    ended = child.run(words, cwd=job.out, environ=environ, seconds=seconds)
    result: Run = json.loads(job.result.read_bytes())
    result["tree"] = ended.cpu
    result["whole"] = ended.cpu - result.pop("process_began")
    if not tracer.kept_something(job):
        raise child.FailedError(child.last(ended.complaint) or "it kept nothing")
    result["stored"] = sum(path.stat().st_size for path in job.kept.rglob("*") if path.is_file())
    return result
