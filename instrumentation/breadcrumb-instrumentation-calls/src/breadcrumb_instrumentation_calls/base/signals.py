"""Leaves signals to the program's threads."""

from __future__ import annotations

from breadcrumb_instrumentation_calls.base.originals import signal

_NOT_OURS = signal.valid_signals() - {
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGABRT,
}


def leave_signals_to_the_program() -> None:
    """Block them on this thread, one of ours: here they would not wake the program from a sleep."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _NOT_OURS)
