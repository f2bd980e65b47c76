"""Has a process that runs already execute a file of Python (PEP 768), or says in one line why it cannot.

Standard library only.
"""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from typing import Any

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.common.exit_codes import ExitCode

NEEDED = (3, 14)
"""The first Python that can do it, here and in the process."""
_NOTHING = os.devnull
"""An empty file of Python."""
_INSTEAD = "start the program with `breadcrumb run CMD`, or call breadcrumb.init() in it"
_SCOPE = "/proc/sys/kernel/yama/ptrace_scope"
_OTHER_VERSION = re.compile(r"to a Python (\d+)\.(\d+) process")


class RemoteError(Exception):
    """What cannot be done with a process, what to do instead, and the exit code."""

    def __init__(self, message: str, hint: str = "", code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code


class StartingError(RemoteError):
    """The process's interpreter is not ready yet."""


class Owner(NamedTuple):
    """User and group of a process."""

    user: int
    group: int

    @property
    def name(self) -> str:
        """What the user is called."""
        import pwd

        try:
            return pwd.getpwuid(self.user).pw_name
        except KeyError:
            return f"#{self.user}"


def require(pid: int) -> None:
    """RemoteError where this Python cannot do it, or there is no such process."""
    if sys.version_info < NEEDED:
        version = ".".join(map(str, sys.version_info[:3]))
        raise _refusal(
            pid, f"that takes sys.remote_exec of Python 3.14, in both; this is {version}", _INSTEAD
        )
    if not is_alive(pid):
        raise _refusal(pid, "there is no such process", "ps x, or pgrep -af python, lists them")


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that only waits for its parent to take note does not."""
    state = _state(pid)
    if state is not None:
        return state not in "ZX"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def owner(pid: int) -> Owner:
    """Whose process it is; ours where the system does not say."""
    with suppress(OSError):
        status = os.stat(f"/proc/{pid}")
        return Owner(status.st_uid, status.st_gid)
    return Owner(os.geteuid(), os.getegid())


def execute(pid: int, path: str) -> None:
    """Have the process's main thread execute a file as soon as it runs Python code.

    Raises RemoteError, StartingError where it helps to try again.
    """
    with suppress(PermissionError):  # then the next step says more
        _require_sight(pid, path)
    remote: Any = sys
    try:
        remote.remote_exec(pid, path)
    except PermissionError as error:
        raise _refusal(pid, *_not_allowed(pid)) from error
    except (OSError, RuntimeError) as error:
        raise _explained(pid, str(error)) from error


def forget(pid: int) -> None:
    """Let a process that has not executed its file yet execute nothing instead: the file will be gone."""
    remote: Any = sys
    with suppress(OSError, RuntimeError):
        remote.remote_exec(pid, _NOTHING)


def whereabouts(pid: int) -> str:
    """What the main thread of a process does that runs no Python code."""
    state = _state(pid)
    if state in ("T", "t"):
        return "is stopped (kill -CONT lets it go on)"
    if state == "R":
        return "runs in C"
    with suppress(OSError), open(f"/proc/{pid}/wchan", encoding="ascii", errors="replace") as file:
        place = file.read()
        if place not in ("", "0"):
            return f"waits in C (in the kernel's {place})"
    return "waits or runs in C"


def _state(pid: int) -> str | None:
    """The letter that Linux gives a process's state."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return None


def _require_sight(pid: int, path: str) -> None:
    """RemoteError where the process would not find the file; it would say so on its own stderr."""
    if not os.path.isdir(f"/proc/{pid}/root"):
        return
    try:
        os.stat(f"/proc/{pid}/root{os.path.abspath(path)}")
    except FileNotFoundError as error:
        raise _refusal(
            pid,
            f"it does not see our file {path}: it runs in a container, or with a /tmp of its own",
            "attach from inside the container, or set TMPDIR to a directory that both see",
        ) from error


def _refusal(pid: int, why: str, hint: str) -> RemoteError:
    return RemoteError(f"cannot attach to process {pid}: {why}", hint)


def _not_allowed(pid: int) -> tuple[str, str]:
    whose = owner(pid)
    command = os.path.join(os.path.dirname(sys.executable), "breadcrumb")  # sudo has a PATH of its own
    as_root = f"sudo {command} attach {pid}"
    if whose.user != os.geteuid():
        as_owner = "" if whose.user == 0 else f", or sudo -u {whose.name} {command} attach {pid}"
        return f"it belongs to {whose.name}", f"{as_root}{as_owner}"
    if sys.platform == "darwin":
        return "macOS lets only root look into processes", as_root
    with suppress(OSError), open(_SCOPE, encoding="ascii") as file:
        scope = file.read().strip()
        if scope != "0":
            why = f"the kernel does not let us look into it (kernel.yama.ptrace_scope is {scope})"
            return why, f"{as_root}, or sudo sysctl kernel.yama.ptrace_scope=0"
    return (
        "the kernel does not let us look into it",
        f"{as_root}; a container needs the capability SYS_PTRACE",
    )


def _explained(pid: int, text: str) -> RemoteError:
    """What CPython's messages mean to somebody who wants to trace a program."""
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if other := _OTHER_VERSION.search(text):
        version = ".".join(other.groups())
        if tuple(map(int, other.groups())) < NEEDED:
            return _refusal(pid, f"it runs Python {version}, and that takes 3.14 or newer", _INSTEAD)
        hint = f"use the breadcrumb of an environment with Python {version}"
        return _refusal(pid, f"it runs Python {version}, and this is {here}", hint)
    if "not enabled" in text:
        hint = "start it without PYTHON_DISABLE_REMOTE_DEBUG and -X disable-remote-debug"
        return _refusal(pid, "remote debugging is disabled in it", hint)
    if not is_alive(pid):
        return _refusal(pid, "it has just ended", "")
    if "main thread" in text:
        why = f"cannot attach to process {pid}: its interpreter is still starting"
        return StartingError(why, "try again", ExitCode.TIMEOUT)
    if "PyRuntime" in text:
        why = f"it is no Python program, or its Python is too old; that takes Python {here}"
        return _refusal(pid, why, _INSTEAD)
    return _refusal(pid, text, _INSTEAD)
