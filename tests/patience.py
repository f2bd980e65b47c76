"""How long tests wait for what is sure to come. No test depends on how quick a machine is.

A machine that runs tests may stand still for a minute at any moment. So there is one bound, for everything,
which only what really hangs ever reaches; what a test waits for it asks for again and again, instead of
sleeping.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HANGS = 600.0
"""Seconds after which something hangs. Programs that wait to be ended end by themselves some time later."""
LOOK_SECONDS = 0.02
GOES_ON = "for _ in range(20_000): time.sleep(0.05)"
"""What a program does until a signal ends it: one that comes just before a long sleep is heard after it."""


def until(holds: Callable[[], object]) -> None:
    """Return as soon as something holds."""
    deadline = time.monotonic() + HANGS
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(LOOK_SECONDS)
