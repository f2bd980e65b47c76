"""What a tracer is to the harness: how to start it, from outside or inside, and how to read what it kept."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from benchmarks.job import Recording

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.job import Job


def nothing() -> None:
    """For who has nothing to stop."""


class Tracer:
    """A tool, used as its documentation says, for the workload's own functions only."""

    title = ""
    keeps = ""
    """What it keeps of a call."""
    misses = ""
    """Which calls of the workloads it does not see, told with its figures."""
    writes = True
    """Whether it keeps calls on disk."""
    light = False
    """Whether it is measured with the workloads' light size."""
    package: str | None = None
    """The installed package whose version tells which one it is."""

    def missing(self) -> str | None:
        """Say why it cannot run here; None if it can."""
        return None

    def cannot(self, job: Job) -> str | None:  # noqa: ARG002 - for those that can all
        """Say why it cannot do that job; None if it can."""
        return None

    def command(self) -> list[str]:
        """The words before `-m benchmarks.measured`."""
        return [sys.executable]

    def environment(self, job: Job) -> dict[str, str]:  # noqa: ARG002 - for those that need none
        """Variables to add."""
        return {}

    def prepare(self, job: Job) -> None:
        """Do what must be done before the program is imported; in the measured process."""

    def start(self, job: Job) -> Callable[[], None]:  # noqa: ARG002 - for those that start outside
        """Start; returns what stops it and saves. In the measured process."""
        return nothing

    def kept_something(self, job: Job) -> bool:
        """Tell whether it ran at all."""
        return any(job.kept.iterdir())

    def read(self, job: Job) -> Recording:  # noqa: ARG002 - for those that keep nothing
        """Read what it kept of the job; in a process of its own."""
        return Recording()
