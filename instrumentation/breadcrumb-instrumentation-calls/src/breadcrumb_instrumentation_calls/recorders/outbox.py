"""Finished calls on their way out: the program waits for the spool a little, never for long."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from typing import TYPE_CHECKING, TypeAlias

from breadcrumb_instrumentation_calls.base.flag import Flag
from breadcrumb_instrumentation_calls.capture.task_numbers import on_event_loop
from breadcrumb_instrumentation_calls.recorders.rows import RecordRows

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_instrumentation_calls.capture.calls import Record
    from breadcrumb_instrumentation_calls.recorders.rows import Rows

BATCH = 5_000
"""Records after which the pump is woken before its time."""
FULL = 50_000
"""Records that may wait; a thread that finds the outbox full waits."""
FULL_ON_A_LOOP = 2 * FULL
"""Records that may wait where the thread runs an event loop, which is never held: what is more is dropped."""
PATIENCE_S = 1.0
"""How long a thread waits, in seconds, before its records are dropped and counted."""


Lend: TypeAlias = "Callable[[int, str], tuple[int, int] | None]"
"""Gives a new file with room for so many bytes from an offset on, and keeps a text that says what lies where.
The file's descriptor is the borrower's to close; None where there is no room."""


class Outbox(ABC):
    """What the pump empties, and when the program has to wait for it."""

    dropped: int
    """Records given up because the spool did not keep up."""
    asleep: bool
    """Whether the pump's thread waits to be started by the next call."""

    def __init__(self) -> None:
        self.ready = Flag()
        """Set when the pump should come."""
        self._room = Flag(is_set=True)
        self._gave_up = False
        self.awaken: Callable[[], None] = _nobody

    @abstractmethod
    def waiting(self) -> int:
        """How many records wait."""

    @abstractmethod
    def take(self) -> Rows:
        """Some of the oldest records."""

    @abstractmethod
    def clear(self) -> None:
        """Forget everything: in a forked child it is the parent's to write."""

    def borrow(self, lend: Lend) -> None:  # noqa: B027 - it need not
        """Keep records in memory that outlives the process, where they are more than Python objects."""

    def has_room(self) -> bool:
        """Whether one more record may wait; where the outbox is full, blocks at most `PATIENCE_S`.

        A thread that runs an event loop never blocks.
        """
        waiting = self.waiting()
        if waiting >= BATCH and not self.ready.is_set():
            self.ready.set()
        if waiting < FULL:
            return True
        return waiting < FULL_ON_A_LOOP if on_event_loop() else self._wait()

    def _wait(self) -> bool:
        """Whether there is room now. After one wait in vain nobody waits until the pump has come by."""
        if self._gave_up:
            return False
        self._room.clear()
        self.ready.set()
        if self.waiting() < FULL or self._room.wait(PATIENCE_S):
            return True
        self._gave_up = True
        return False

    def _taken(self) -> None:
        """The pump has come by."""
        if self.waiting() < FULL:
            self._gave_up = False
            self._room.set()

    def _cleared(self) -> None:
        self.ready.clear()
        self._room.set()
        self._gave_up = False


class RecordOutbox(Outbox):
    """A queue of Records from every traced thread to the pump."""

    def __init__(self) -> None:
        super().__init__()
        self._records: deque[Record] = deque()
        self.dropped = 0
        self.asleep = False

    def put(self, record: Record) -> None:
        """Queue a record, or count it as dropped."""
        if self.asleep:
            self.awaken()
        if self.has_room():
            self._records.append(record)
        else:
            self.dropped += 1

    def waiting(self) -> int:
        """How many records wait."""
        return len(self._records)

    def take(self) -> RecordRows:
        """The oldest records, at most `BATCH`."""
        records = self._records
        taken = RecordRows(records.popleft() for _ in range(min(BATCH, len(records))))
        self._taken()
        return taken

    def clear(self) -> None:
        """Forget everything."""
        self._records.clear()
        self._cleared()
        self.dropped = 0


def _nobody() -> None:
    """Nobody is to be woken yet."""
