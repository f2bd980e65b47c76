"""An event that threads wait for; `threading.Event` calls what a program can replace, and locks in `set`."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base.originals import _thread, acquire, release

if TYPE_CHECKING:
    from _thread import LockType

FOREVER = -1.0


class Flag:
    """Down until it is set. It holds no lock: a signal handler may set it while its thread does."""

    __slots__ = ("_is_set", "_waiting")

    def __init__(self, *, is_set: bool = False) -> None:
        self._is_set = is_set
        self._waiting: deque[LockType] = deque()

    def is_set(self) -> bool:
        """Whether nobody need wait."""
        return self._is_set

    def set(self) -> None:
        """Let everybody go on."""
        self._is_set = True
        while self._waiting:
            try:
                waiter = self._waiting.popleft()
            except IndexError:  # another thread sets it as well
                return
            release(waiter)

    def clear(self) -> None:
        """Let those wait that come from now on."""
        self._is_set = False

    def wait(self, seconds: float = FOREVER) -> bool:
        """Wait until it is set, at most so many seconds; whether it was."""
        if self.is_set():
            return True
        waiter = _thread.allocate_lock()
        acquire(waiter)
        self._waiting.append(waiter)
        if self.is_set():  # since we looked
            self.set()
        if acquire(waiter, True, seconds):
            return True
        try:
            self._waiting.remove(waiter)
        except ValueError:  # it was set just now
            return True
        return self._is_set
