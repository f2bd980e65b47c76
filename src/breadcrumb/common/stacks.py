"""Where every thread of a run stands, asked from outside: of a program that hangs, whatever it waits for.

Each process of a run with a time limit has faulthandler write its stacks into a file in memory when the
launcher sends it a signal: a C handler, which needs no lock of the interpreter's. The signal goes only to a
process that still has that file open and catches the signal; whatever else a program does with either, it is
left alone. Linux only, standard library only.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ANSWER_SECONDS = 1.0
"""How long all processes together may take to write."""
QUIET_SECONDS = 0.05
"""How long a file must not have grown to be whole."""
_POLL_SECONDS = 0.01
_NAME = "breadcrumb-stacks-{}-{}"
_HIGH = 200
"""Descriptors are taken from here on, as the spool's."""
_BELOW_THE_LAST = 5
"""The signal's distance from the last real-time one: where no runtime or library is known to take its own."""

Stacks = dict[str, Any]
"""`key` and `pid` of a process, `time_ns`, and `threads`: each `ident` and `frames`, (file, line, name)
outermost first; none where it did not answer."""

SIGNAL = signal.SIGRTMAX - _BELOW_THE_LAST if sys.platform == "linux" else 0


def answer(run_id: str) -> Callable[[], None]:
    """Let the launcher of the run ask this process; gives what a forked child has to do to be asked too."""
    if sys.platform != "linux":
        return lambda: None
    mine = [_listen(run_id), os.getpid()]

    def forked() -> None:
        with suppress(OSError):
            if os.readlink(f"/proc/self/fd/{mine[0]}") == _link(run_id, mine[1]):
                os.close(mine[0])
        mine[:] = _listen(run_id), os.getpid()

    return forked


def _listen(run_id: str) -> int:
    """Have the signal write into a new file; its descriptor, -1 where there is none."""
    import faulthandler
    import fcntl

    try:
        low = os.memfd_create(_NAME.format(run_id, os.getpid()))
        try:
            file = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, _HIGH)
        except OSError:  # the limit is lower
            file = fcntl.fcntl(low, fcntl.F_DUPFD_CLOEXEC, low + 1)
        os.close(low)
        faulthandler.register(SIGNAL, file=file, all_threads=True, chain=False)
    except (OSError, RuntimeError):
        return -1
    return file


def ask(run_id: str) -> list[Stacks]:
    """Have every process of the run write its stacks; takes some 0.1 s, a second at most."""
    if sys.platform != "linux":
        return []
    files = dict(_asked(run_id))
    now_ns = time.time_ns()
    _settle(list(files.values()))
    return [
        {"key": str(pid), "pid": pid, "time_ns": now_ns, "threads": parse(_read(file))}
        for pid, file in files.items()
    ]


def _asked(run_id: str) -> Iterator[tuple[int, int]]:
    """Send the signal to each process that will answer; its id, and its file, open for reading."""
    for name in os.listdir("/proc"):
        if name.isdecimal():
            pid = int(name)
            with suppress(OSError):
                file = _file_of(pid, run_id) if _takes_signal(pid) else None
                if file is not None:
                    os.kill(pid, SIGNAL)
                    yield pid, file


def _takes_signal(pid: int) -> bool:
    """Whether a handler is installed, and a thread there that does not block the signal."""
    if not _mask(f"/proc/{pid}/status", "SigCgt:"):
        return False
    tasks = os.listdir(f"/proc/{pid}/task")
    return not all(_mask(f"/proc/{pid}/task/{task}/status", "SigBlk:") for task in tasks)


def _mask(path: str, name: str) -> bool:
    """Whether the signal is in a mask of that status file. A thread that is gone blocks everything."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            mask = next(line.split()[1] for line in file if line.startswith(name))
    except (OSError, StopIteration):
        return True
    return bool(int(mask, 16) >> (SIGNAL - 1) & 1)


def _file_of(pid: int, run_id: str) -> int | None:
    """The process's file, opened here; None where it has none, or no longer."""
    for entry in os.listdir(f"/proc/{pid}/fd"):
        with suppress(OSError):
            if os.readlink(f"/proc/{pid}/fd/{entry}") == _link(run_id, pid):
                return os.open(f"/proc/{pid}/fd/{entry}", os.O_RDONLY | os.O_CLOEXEC)
    return None


def _link(run_id: str, pid: int) -> str:
    return f"/memfd:{_NAME.format(run_id, pid)} (deleted)"


def _settle(files: list[int]) -> None:
    """Wait until something is in every file, and none has grown for a while."""
    deadline = time.monotonic() + ANSWER_SECONDS
    sizes, since = [0] * len(files), time.monotonic()
    while files and time.monotonic() < deadline and (time.monotonic() - since < QUIET_SECONDS or 0 in sizes):
        time.sleep(_POLL_SECONDS)
        now = [os.fstat(file).st_size for file in files]
        if now != sizes:
            sizes, since = now, time.monotonic()


def _read(file: int) -> str:
    with open(file, encoding="ascii", errors="replace") as opened:
        return opened.read()


def parse(text: str) -> list[dict[str, Any]]:
    """Read what faulthandler wrote: the threads with their frames, outermost first."""
    import re  # only a program that hangs pays for it

    head = re.compile(r"(?:Current thread|Thread) 0x([0-9a-f]+)")
    line = re.compile(r'  File "(.*)", line (\d+) in (.*)')
    threads: list[dict[str, Any]] = []
    for each in text.splitlines():
        if begins := head.match(each):
            threads.append({"ident": int(begins[1], 16), "frames": []})
        elif threads and (frame := line.fullmatch(each)):
            threads[-1]["frames"].insert(0, (_unescaped(frame[1]), int(frame[2]), _unescaped(frame[3])))
    return threads


def _unescaped(text: str) -> str:
    import re

    code = re.compile(r"\\x([0-9a-f]{2})|\\u([0-9a-f]{4})|\\U([0-9a-f]{8})")
    return code.sub(lambda found: chr(int(found[found.lastindex or 0], 16)), text)
