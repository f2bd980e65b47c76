"""Does a job again and again on a thread that the program does not see among its own, and no fork meets.

A bare thread without a Thread object: `threading.enumerate()` does not list it, and where it has ended before
a fork, Python has no reason to warn of threads that the child lacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.originals import _thread, acquire, os, release, signal, threading, time

if TYPE_CHECKING:
    from collections.abc import Callable

_PROGRAMS_SIGNALS = signal.valid_signals() - {
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGABRT,
}
"""Our thread blocks these: one that came to it would not wake the program from a sleep."""
PATIENCE_S = 1.0
"""How long `end` waits for a job under way, seconds."""
GONE_S = 0.05
"""How long a thread that has ended may stay in the system's list, seconds."""


def _nothing() -> None:
    """Nothing is to be done first."""


class Background:
    """Calls `job`, which must not raise, every `seconds`, and once more when it is told to end.

    `first` is done once on each thread before.
    """

    def __init__(
        self, job: Callable[[], object], seconds: float, first: Callable[[], object] = _nothing
    ) -> None:
        self._job = job
        self._first = first
        self._seconds = seconds
        self._wake = _held()
        self._ended = _thread.allocate_lock()
        self._native_id = -1
        self.running = False

    def start(self) -> None:
        """Start the thread, where there is none; at interpreter shutdown there is none to be had."""
        if self.running:
            return
        ended = self._ended = _held()
        self.running = True
        self._wake = _held()
        try:
            _thread.start_new_thread(self._run, (self._wake, ended))
        except RuntimeError:
            release(ended)

    def end(self) -> None:
        """Wait until the thread is gone, for the operating system too; `start` makes another one.

        Called by the job itself it does not wait: the job is not called again.
        """
        if not self.running:
            return
        self.running = False
        release(self._wake)
        if self._native_id == _thread.get_native_id():
            return
        ended = self._ended  # another thread may start one meanwhile
        if acquire(ended, True, PATIENCE_S):
            release(ended)
            deadline = time.monotonic() + GONE_S
            while os.access(f"/proc/self/task/{self._native_id}", os.F_OK) and time.monotonic() < deadline:
                time.sleep(0)

    def _run(self, wake: _thread.LockType, ended: _thread.LockType) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, _PROGRAMS_SIGNALS)
        self._native_id = _thread.get_native_id()
        try:
            self._first()
            while self._wake is wake and self.running:  # two that start at once: the later one stays
                acquire(wake, True, self._seconds)
                self._job()
                _forget_thread_object()
        finally:
            release(ended)


def _held() -> _thread.LockType:
    lock = _thread.allocate_lock()
    acquire(lock)
    return lock


def _forget_thread_object() -> None:
    """Remove the Thread object that logging, for one, makes for the thread it runs on."""
    threading._active.pop(_thread.get_ident(), None)  # type: ignore[attr-defined]
