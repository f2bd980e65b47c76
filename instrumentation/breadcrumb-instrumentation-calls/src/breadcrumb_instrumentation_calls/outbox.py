"""Finished calls on their way out: the program waits for the spool a little, never for long."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_instrumentation_calls.calls import Record

BATCH = 5_000
"""Records after which the pump is woken before its time."""
FULL = 50_000
"""Records that may wait; a thread that finds the outbox full waits."""
PATIENCE_S = 1.0
"""How long a thread waits, in seconds, before its records are dropped and counted."""


class Outbox:
    """A queue from every traced thread to the pump."""

    def __init__(self) -> None:
        self._records: deque[Record] = deque()
        self.dropped = 0
        """Records given up because the spool did not keep up."""
        self.ready = threading.Event()
        """Set when the pump should come."""
        self._room = threading.Event()
        self._room.set()
        self._gave_up = False
        self.asleep = False
        """Whether the pump's thread waits to be started by the next call."""
        self.awaken: Callable[[], None] = _nobody

    def put(self, record: Record) -> None:
        """Queue a record; blocks at most `PATIENCE_S` when the outbox is full."""
        if self.asleep:
            self.awaken()
        waiting = len(self._records)
        if waiting >= BATCH and not self.ready.is_set():
            self.ready.set()
        if waiting >= FULL and not self._wait():
            self.dropped += 1
            return
        self._records.append(record)

    def _wait(self) -> bool:
        """Whether there is room now. After one wait in vain nobody waits until the pump has come by."""
        if self._gave_up:
            return False
        self._room.clear()
        self.ready.set()
        if len(self._records) < FULL or self._room.wait(PATIENCE_S):
            return True
        self._gave_up = True
        return False

    def take(self, most: int = BATCH) -> list[Record]:
        """The oldest records, at most `most`."""
        records = self._records
        taken = [records.popleft() for _ in range(min(most, len(records)))]
        if len(records) < FULL:
            self._gave_up = False
            self._room.set()
        return taken

    def clear(self) -> None:
        """Forget everything: in a forked child it is the parent's to write."""
        self._records.clear()
        self.ready.clear()
        self._room.set()
        self._gave_up = False
        self.dropped = 0


def _nobody() -> None:
    """Nobody is to be woken yet."""
