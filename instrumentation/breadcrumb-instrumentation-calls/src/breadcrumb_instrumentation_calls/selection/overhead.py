"""The bound on what recording costs: while it costs the process more than that, each function may cost less.

Recorders add up what recording takes, of each function (`Tally.cost_ns`) and together (`used_ns`), and ask a
function's tally with one number, `cap_ns`, what is recorded of its next call. Here that number is found: ten
times a second what was used is held against what the process used besides.
"""

from __future__ import annotations

from typing import Protocol

from breadcrumb_instrumentation_calls.base import debug
from breadcrumb_instrumentation_calls.base.originals import time
from breadcrumb_instrumentation_calls.selection.thinning import UNBOUNDED

ALLOWANCE_NS = 1_000_000_000
"""CPU time that the program is credited with from the start, nanoseconds."""
INTERVAL_NS = 100_000_000
"""Between two looks, nanoseconds."""
FIRST_PART = 8
"""The first time, each function is left half of this part of the bound."""
LEAST_NS = 1_000
"""The least that a function is left."""


class Meter(Protocol):
    """What a recorder counts, and heeds."""

    used_ns: int
    """What recording took on the program's threads."""
    cap_ns: int
    """What recording the calls of one function may have taken."""


class Overhead:
    """Holds what recording uses within `ratio` times what the program uses; None: there is no bound."""

    def __init__(self, ratio: float | None, meter: Meter) -> None:
        self._ratio = ratio
        self._meter = meter
        self._due_ns = 0
        self.begin()

    def begin(self) -> None:
        """Begin at zero: the process is a new one."""
        self._began_ns = time.process_time_ns()
        self._used_ns = self._program_ns = self._drained_ns = 0
        self._meter.used_ns = 0
        self._meter.cap_ns = UNBOUNDED

    def drained(self, took_ns: int) -> None:
        """Add what it took to hand calls on, and look if it is time."""
        self._drained_ns += took_ns
        now = time.monotonic_ns()
        if now >= self._due_ns:
            self._due_ns = now + INTERVAL_NS
            self.look()

    def look(self) -> None:
        """Leave each function half as much while recording is beyond the bound and goes further, and twice as
        much where it is well within."""
        if self._ratio is None:
            return
        used = self._meter.used_ns + self._drained_ns
        program = max(time.process_time_ns() - self._began_ns - used, 0)
        bound = int(self._ratio * (program + ALLOWANCE_NS))
        is_growing = used - self._used_ns > self._ratio * (program - self._program_ns)
        self._used_ns, self._program_ns = used, program
        cap = self._meter.cap_ns
        if used > bound and is_growing:
            self._meter.cap_ns = max(min(cap, bound // FIRST_PART) // 2, LEAST_NS)
            debug.note(
                "recording costs more than `overhead` allows: values of the dearest functions go first"
            )
        elif used < bound - bound // 8:
            self._meter.cap_ns = cap * 2 if cap < bound else UNBOUNDED
