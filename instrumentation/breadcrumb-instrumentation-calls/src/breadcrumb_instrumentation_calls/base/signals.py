"""Leaves signals, and what their handlers raise, to the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base.code_flags import OPTIMIZED
from breadcrumb_instrumentation_calls.base.originals import signal
from breadcrumb_instrumentation_calls.base.own_code import is_ours

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_VALID = signal.valid_signals()

_NOT_OURS = _VALID - {
    signal.SIGSEGV,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGABRT,
}


def leave_signals_to_the_program() -> None:
    """Block them on this thread, one of ours: here they would not wake the program from a sleep."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _NOT_OURS)


def raised_by_handler(error: BaseException) -> bool:
    """Whether a signal's handler raised it, while code of ours, or of others for us, happened to run."""
    traceback = error.__traceback__
    while traceback is not None:
        if _is_handler(traceback.tb_frame):
            return True
        traceback = traceback.tb_next
    return False


def pass_on(error: BaseException) -> None:
    """Raise again what a signal's handler raised: it is meant for the program."""
    if raised_by_handler(error):
        raise error


def _is_handler(frame: FrameType) -> bool:
    """Whether a frame of the program's was given a signal and the frame that it interrupted."""
    code = frame.f_code
    if frame.f_back is None or not code.co_flags & OPTIMIZED or is_ours(code.co_filename):
        return False
    given = list(_values(frame))
    return any(value is frame.f_back for value in given) and any(
        issubclass(type(value), int) and value in _VALID for value in given
    )


def _values(frame: FrameType) -> Iterator[object]:
    for value in frame.f_locals.values():
        if type(value) is tuple:  # `*args`
            yield from value
        else:
            yield value
