"""Makes ids without drawing on the program's random numbers, as the SDK's own generator does.

A program that calls `random.seed(1)` gets the same numbers with and without us.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator

from breadcrumb_instrumentation_calls.base import fork

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_random = Random()  # noqa: S311 - ids are no secrets
fork.random.append(_random)


class PrivateIdGenerator(RandomIdGenerator):
    """Random ids from a state of our own, which a forked child does not share."""

    def generate_span_id(self) -> int:
        """64 bits, never 0."""
        return _random.getrandbits(64) or self.generate_span_id()

    def generate_trace_id(self) -> int:
        """128 bits, never 0."""
        return _random.getrandbits(128) or self.generate_trace_id()


def id_generator(provider: TracerProvider) -> IdGenerator:
    """The provider's generator; ours where it is the SDK's own, that nobody chose."""
    given = provider.id_generator
    return PrivateIdGenerator() if type(given) is RandomIdGenerator else given
