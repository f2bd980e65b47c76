"""Holds what a tracer kept against what ran: `python -m benchmarks.verify TRACER WORKLOAD SIZE OUT`.

Prints one JSON object. A process of its own, so that the harness stays small and never imports a tracer.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from benchmarks import tracers
from benchmarks.job import Job

if TYPE_CHECKING:
    from benchmarks.catalog import Check
    from benchmarks.job import Recording


@dataclass(frozen=True)
class Verified:
    """How complete a recording is."""

    calls: int
    """Calls that the workload made."""
    recorded: int
    """Of these, how many the tracer knows of."""
    unkept: int
    """Of the recorded ones, how many are only counted."""
    surplus: int
    """Calls that it claims beyond those that were made."""
    value: str
    """`right`, `wrong` or `not kept`: the arguments and return of one known call."""
    notes: tuple[str, ...]

    @property
    def dropped(self) -> int:
        """Calls that the tracer knows nothing of."""
        return self.calls - self.recorded


def compare(job: Job, recording: Recording) -> Verified:
    """Hold a recording against the known calls."""
    expected = job.known.calls(job.size)
    counts = {name: (made, recording.calls[name]) for name, made in expected.items()}
    off = [f"{name}: {seen:,} of {made:,}" for name, (made, seen) in counts.items() if seen != made]
    more = f", and {len(off) - 4} more" if len(off) > 4 else ""
    return Verified(
        calls=sum(expected.values()),
        recorded=sum(min(made, seen) for made, seen in counts.values()),
        unkept=recording.unkept,
        surplus=sum(max(seen - made, 0) for made, seen in counts.values()),
        value=_value(recording, job.known.check),
        notes=(*recording.notes, *([", ".join(off[:4]) + more] if off else ())),
    )


def _value(recording: Recording, check: Check) -> str:
    if recording.values is None:
        return "not kept"
    found = any(
        check.args.items() <= args.items() and returned == check.returned
        for args, returned in recording.values
    )
    return "right" if found else "wrong"


def main(words: list[str]) -> None:
    """Verify one job's output."""
    job = Job.from_words(words)
    sys.stdout.write(json.dumps(asdict(compare(job, tracers.find(job.tracer).read(job)))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
