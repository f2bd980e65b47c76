"""Starts a program and waits for it, so that signals and the way it ended are its own.

The program shares our process group: the terminal's signals reach it without us. What is sent to us alone is
passed on. Only with a timeout and no terminal does it get a group of its own, so that all of it can be ended.
Standard library only.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FrameType

GRACE_SECONDS = 5.0
"""Between SIGTERM and SIGKILL."""
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
_OF_THE_TERMINAL = (signal.SIGINT, signal.SIGQUIT)
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
"""Python ignores them, which a child would inherit."""


@dataclass(frozen=True)
class Ending:
    """How a program ended: its exit status, negative for a signal, and whether we ended it."""

    returncode: int
    timed_out: bool = False

    @property
    def how(self) -> str:
        """`exit`, `signal` or `timeout`."""
        if self.timed_out:
            return "timeout"
        return "signal" if self.returncode < 0 else "exit"


def start(
    executable: str, command: Sequence[str], environ: Mapping[str, str], *, own_group: bool = False
) -> Child:
    """Start the program; from now on signals to us go to it. Raises OSError."""
    child = Child(own_group)
    child.take_signals()
    child.begins(_spawn(executable, list(command), environ, own_group))
    return child


def _spawn(executable: str, command: list[str], environ: Mapping[str, str], own_group: bool) -> int:
    group: Any = {"setpgroup": 0} if own_group else {}
    try:
        return os.posix_spawn(executable, command, environ, setsigdef=_IGNORED_BY_PYTHON, **group)
    except OSError as error:
        if error.errno != errno.ENOEXEC:  # a script without `#!`, which shells run themselves
            raise
        words = ["/bin/sh", executable, *command[1:]]
        return os.posix_spawn(words[0], words, environ, setsigdef=_IGNORED_BY_PYTHON, **group)


def _nothing() -> None:
    pass


class Child:
    """A program that runs, and the signals that go to it."""

    def __init__(self, own_group: bool) -> None:
        self.pid = 0
        self._early: list[int] = []
        """Signals that came before there was anybody to pass them on to."""
        self._own_group = own_group
        self._timed_out = False
        self._before_end: Callable[[], None] = _nothing

    def take_signals(self) -> None:
        """Pass signals on instead of dying of them; those that we were told to ignore stay ignored."""
        for number in _PASSED_ON:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._pass_on)

    def begins(self, pid: int) -> None:
        """The program has been started."""
        self.pid = pid
        for number in self._early:
            self._send(number)

    def wait(self, timeout: float | None = None, before_end: Callable[[], None] = _nothing) -> Ending:
        """Wait for the end; after `timeout` seconds bring it about, and do `before_end` before that."""
        self._before_end = before_end
        if timeout is not None:
            signal.signal(signal.SIGALRM, self._time_out)
            signal.setitimer(signal.ITIMER_REAL, timeout)
        _, status = os.waitpid(self.pid, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self._timed_out and self._own_group:
            _end_group(self.pid)
        return Ending(os.waitstatus_to_exitcode(status), self._timed_out)

    def _pass_on(self, number: int, _frame: FrameType | None) -> None:
        if number in _OF_THE_TERMINAL and not self._own_group and _in_foreground():
            return
        self._send(number)

    def _time_out(self, _number: int, _frame: FrameType | None) -> None:
        if self._timed_out:
            self._send(signal.SIGKILL)
        else:
            self._before_end()
            self._timed_out = True
            self._send(signal.SIGTERM)
        signal.setitimer(signal.ITIMER_REAL, GRACE_SECONDS)

    def _send(self, number: int) -> None:
        if not self.pid:
            self._early.append(number)
            return
        with contextlib.suppress(ProcessLookupError):
            if self._own_group:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)


def _end_group(group: int) -> None:
    """Give what is left of a group the grace, then kill it."""
    deadline = time.monotonic() + GRACE_SECONDS
    with contextlib.suppress(ProcessLookupError, PermissionError):
        while time.monotonic() < deadline:
            os.killpg(group, 0)
            time.sleep(0.02)
        os.killpg(group, signal.SIGKILL)


def _in_foreground() -> bool:
    """Whether a terminal's Ctrl-C goes to our group, hence to the program too."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def end_like(ending: Ending) -> int:
    """The exit status to end with; where the program died of a signal, die of the same one."""
    if ending.returncode >= 0:
        return ending.returncode
    import resource  # only a program that a signal ended pays for it

    number = -ending.returncode
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    with contextlib.suppress(OSError):  # SIGKILL has no handler to reset
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return 128 + number
