"""No tracer: what everything is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.tracers.tracer import Tracer

if TYPE_CHECKING:
    from benchmarks.job import Job


class Untraced(Tracer):
    """Keeps nothing."""

    title = "untraced"

    def kept_something(self, job: Job) -> bool:  # noqa: ARG002 - nothing is to be kept
        """As it should be."""
        return True


def tracer(name: str) -> Tracer:  # noqa: ARG001 - there is one
    """Give it."""
    return Untraced()
