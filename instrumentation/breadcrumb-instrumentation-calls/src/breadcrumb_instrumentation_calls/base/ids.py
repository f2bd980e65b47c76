"""Makes ids without drawing on the program's random numbers, as OpenTelemetry's SDK makes them.

A program that calls `random.seed(1)` gets the same numbers with and without us.
"""

from __future__ import annotations

from _random import Random  # `random` brings modules with it that a program may never need

from breadcrumb_instrumentation_calls.base import fork

_random = Random()
fork.random.append(_random)


class Ids:
    """Random ids from a state of our own, which a forked child does not share."""

    def generate_span_id(self) -> int:
        """64 bits, never 0."""
        return _random.getrandbits(64) or self.generate_span_id()

    def generate_trace_id(self) -> int:
        """128 bits, never 0."""
        return _random.getrandbits(128) or self.generate_trace_id()
