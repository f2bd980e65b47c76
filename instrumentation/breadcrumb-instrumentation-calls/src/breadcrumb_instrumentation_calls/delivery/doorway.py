"""Lets any number of threads into an exporter, and none while the process forks."""

from __future__ import annotations

from collections import deque

from breadcrumb_instrumentation_calls.base.flag import Flag
from breadcrumb_instrumentation_calls.base.originals import _thread, time


class Doorway:
    """Knows the threads inside; a fork shuts it, waits for them, and opens it again.

    It holds no lock: a signal handler of the program may export while its thread does.
    """

    def __init__(self) -> None:
        self._inside: deque[int] = deque()
        """Identity of the thread of each request that is under way."""
        self._left = Flag()
        self._opened = Flag(is_set=True)
        self._shut_by = 0
        """Identity of the thread that forks."""
        self._waited_in_vain = False
        """Whether somebody inside held a fork up, and is there still."""

    def enter(self) -> None:
        """Go in; wait while another thread forks."""
        thread = _thread.get_ident()
        self._inside.append(thread)
        while self._shut_by not in (0, thread):  # it may have looked before we came
            self._go(thread)
            self._opened.wait()
            self._inside.append(thread)

    def leave(self) -> None:
        """Go out."""
        self._waited_in_vain = False
        self._go(_thread.get_ident())

    def _go(self, thread: int) -> None:
        self._inside.remove(thread)
        self._left.set()

    def shut(self, seconds: float) -> bool:
        """Let nobody in. Returns whether nobody is inside, after so many seconds at most.

        A thread that one fork waited for in vain is not waited for again.
        """
        self._opened.clear()
        self._shut_by = _thread.get_ident()
        deadline = time.monotonic() + (0.0 if self._waited_in_vain else seconds)
        while self._inside and time.monotonic() < deadline:
            self._left.clear()
            if self._inside:
                self._left.wait(max(0.0, deadline - time.monotonic()))
        self._waited_in_vain = bool(self._inside)
        return not self._inside

    def open(self) -> None:
        """Let everybody in again."""
        self._shut_by = 0
        self._opened.set()
