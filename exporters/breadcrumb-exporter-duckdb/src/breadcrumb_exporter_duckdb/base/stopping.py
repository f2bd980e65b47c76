"""Cancels a question while a thread answers it: all that runs for it stops at once."""

from __future__ import annotations

import contextlib
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class StoppedError(Exception):
    """Nobody waits for the answer any more."""


class Stop:
    """One question, as long as it is answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ways: list[Callable[[], object]] = []
        self._stopped = False

    def add(self, way: Callable[[], object]) -> None:
        """Add what stops a part of the work that begins now. Raises StoppedError where it is too late."""
        with self._lock:
            self._ways.append(way)
            if not self._stopped:
                return
        _go(way)
        raise StoppedError

    def now(self) -> None:
        """Stop all that runs for the question, and whatever begins later."""
        with self._lock:
            self._stopped, ways = True, list(self._ways)
        for way in ways:
            _go(way)


def _go(way: Callable[[], object]) -> None:
    with contextlib.suppress(Exception):  # it has ended meanwhile
        way()


current: ContextVar[Stop | None] = ContextVar("current", default=None)
"""The question that this thread, or task, answers."""


def add(way: Callable[[], object]) -> None:
    """As `Stop.add`, for the current question if there is one."""
    if (stop := current.get()) is not None:
        stop.add(way)
