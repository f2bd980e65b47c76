"""What `breadcrumb attach` has a running program execute: it begins a thread, which does the rest.

The text of this file and a call of `begin` run in the program's main thread, between two of its instructions.
So they do there as little as can be, and nothing comes out of them, whatever fails. A process without
Breadcrumb borrows that of the attaching environment while it is traced: the Python is the same. Standard
library only.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from _socket import socket

HIGH = 200
"""Our descriptor is taken from here on: the program's own keep the numbers that they have without us."""


def begin(place: str, folders: list[str], suffix: str) -> None:
    """Let who listens at the socket `place` trace this process.

    `folders` are those where the attaching environment finds packages, `suffix` that of its C extensions.
    """
    import _thread

    try:
        _thread.start_new_thread(_join, (place, folders, suffix))
    except KeyboardInterrupt:  # it came just now, and is the program's
        _thread.interrupt_main()
    except BaseException:  # noqa: BLE001, S110 - whoever attaches waits in vain, the program goes on
        pass


def _join(place: str, folders: list[str], suffix: str) -> None:
    try:
        channel = _connected(place)
    except OSError:  # whoever attached has given up
        return
    lent: list[str] = []
    try:
        problem = _why_not(folders, suffix, lent) or _trace(channel, lent)
    except BaseException as error:  # noqa: BLE001 - it is told, and stays here
        problem = f"{type(error).__name__}: {error}"
    if problem:
        _take_back(lent)
        _tell(channel, problem)


def _connected(place: str) -> socket:
    import _socket
    import fcntl

    channel = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    channel.connect(place)
    try:
        high = fcntl.fcntl(channel.fileno(), fcntl.F_DUPFD_CLOEXEC, HIGH)
    except OSError:  # the limit is lower
        return channel
    channel.close()
    return _socket.socket(fileno=high)


def _why_not(folders: list[str], suffix: str, lent: list[str]) -> str:
    """Why this process cannot be traced, or nothing; puts `folders` on the path where we are missing."""
    import sys
    from _imp import extension_suffixes
    from importlib.util import find_spec

    if find_spec("breadcrumb") is not None:
        return ""
    install = f"install breadcrumb-otel into {sys.prefix} and start the program again"
    if suffix != extension_suffixes()[0]:
        return f"its environment has no Breadcrumb, and ours is built for another kind of Python; {install}"
    if find_spec("opentelemetry") is not None:
        return f"its environment has OpenTelemetry, but no Breadcrumb that goes with it; {install}"
    lent += [folder for folder in folders if folder not in sys.path]
    sys.path += lent
    return ""


def _trace(channel: socket, lent: list[str]) -> str:
    from breadcrumb.traced.attach_session import trace

    return trace(channel, lambda: _take_back(lent))


def _take_back(lent: list[str]) -> None:
    import sys

    for folder in lent:
        if folder in sys.path:
            sys.path.remove(folder)
        sys.path_importer_cache.pop(folder, None)


def _tell(channel: socket, problem: str) -> None:
    import _socket
    import json

    line = json.dumps({"error": problem}).encode() + b"\n"
    try:
        channel.sendall(line, getattr(_socket, "MSG_NOSIGNAL", 0))  # SIGPIPE would end the program
        channel.close()
    except OSError:
        pass
