"""Joins a process that runs already and stays with it: the other end of `attached`.

The process executes `injection`, which connects to a socket of ours. Script and socket lie in a directory
that is the process's user's alone, and are gone as soon as it has connected.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import tempfile
import time
from _imp import extension_suffixes
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from breadcrumb.attach import pep768
from breadcrumb.attach.pep768 import RemoteError
from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from breadcrumb.common.settings import Settings

_INJECTION = Path(__file__).parent.parent / "traced" / "attach_payload.py"
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 1.0
"""Then it is said what we wait for."""
START_SECONDS = 10.0
"""How long an interpreter may take to start."""
GOODBYE_SECONDS = 10.0
"""How long a process may take to end tracing."""
_PARTS = (
    "breadcrumb",
    "breadcrumb_exporter_duckdb",
    "breadcrumb_instrumentation_calls",
    "breadcrumb_redaction",
    "opentelemetry",
    "opentelemetry.sdk",
)
"""What a traced process needs; other packages lie beside these."""


class Interrupts:
    """Whether a signal has asked us to end; nothing is cut short by it."""

    def __init__(self) -> None:
        self.came = False
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._note)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self.came = True


class GoneError(Exception):
    """The process has ended."""


class OverError(Exception):
    """What we waited for did not come in time, or we were asked to end."""


def join(pid: int, interrupts: Interrupts, wait: float) -> socket.socket:
    """Connect to a process, for whose main thread we wait so many seconds. Raises RemoteError."""
    pep768.require(pid)
    with _private_directory(pid) as folder, socket.socket(socket.AF_UNIX) as server:
        _inject(pid, _prepared(pid, folder, server), interrupts)
        try:
            return _accept(server, pid, interrupts, wait)
        except BaseException:
            pep768.forget(pid)
            raise


@contextmanager
def _private_directory(pid: int) -> Iterator[str]:
    try:
        folder = tempfile.mkdtemp(prefix=f"breadcrumb-attach-{pid}-")  # mode 0700
    except OSError as error:
        raise RemoteError(f"no directory for a script: {error}", "set TMPDIR to one") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prepared(pid: int, folder: str, server: socket.socket) -> str:
    """The script that has the process connect to `server`, which listens. Raises RemoteError."""
    place, script = os.path.join(folder, "socket"), os.path.join(folder, "attach.py")
    words = ", ".join(map(repr, (place, _folders(), extension_suffixes()[0])))
    begin = _INJECTION.read_text(encoding="utf-8")
    try:
        server.bind(place)
        Path(script).write_text(f"{begin}\nbegin({words})\n", encoding="utf-8")
        if (
            os.geteuid() == 0
        ):  # the directory last: until then nobody can put a link in place of what is in it
            for each in (place, script, folder):
                os.chown(each, *pep768.owner(pid), follow_symlinks=False)
    except OSError as error:
        raise RemoteError(
            f"no script or socket in {folder}: {error}", "set TMPDIR to another path"
        ) from error
    server.listen(1)
    return script


def _folders() -> list[str]:
    """Where this environment has what a traced process needs."""
    specs = filter(None, map(find_spec, _PARTS))
    places = [place for spec in specs for place in spec.submodule_search_locations or ()]
    levels = [1 + name.count(".") for name in _PARTS]
    return list(
        dict.fromkeys(str(Path(place).parents[up - 1]) for place, up in zip(places, levels, strict=False))
    )


def _inject(pid: int, script: str, interrupts: Interrupts) -> None:
    """Have the process execute the script; one that has only just been started needs a moment."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return pep768.execute(pid, script)
        except pep768.StartingError:
            if interrupts.came or time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)


def _accept(server: socket.socket, pid: int, interrupts: Interrupts, wait: float) -> socket.socket:
    began, has_said = time.monotonic(), False
    while not select.select([server], [], [], POLL_SECONDS)[0]:
        waited = time.monotonic() - began
        if not pep768.is_alive(pid):
            raise RemoteError(f"process {pid} ended before it could be traced")
        if interrupts.came:
            raise RemoteError(f"process {pid} is not traced: interrupted", code=ExitCode.FAILED)
        if waited > wait:
            raise RemoteError(
                f"process {pid} is not traced: its main thread {pep768.whereabouts(pid)} and has run no "
                f"Python code for {wait:g} s",
                "give it something to do, a server a request, or more time with --wait SECONDS",
                ExitCode.TIMEOUT,
            )
        if waited > PATIENCE_SECONDS and not has_said:
            has_said = True
            say(
                f"waiting, {wait:g} s at most, until the main thread of process {pid} runs Python code: "
                f"it {pep768.whereabouts(pid)}"
            )
    return server.accept()[0]


def begin(pid: int, channel: socket.socket, settings: Settings, interrupts: Interrupts) -> Attachment:
    """Trace the process at the other end of the channel. Raises RemoteError."""
    with suppress(OSError):  # it may have refused already
        channel.sendall(settings.to_json().encode() + b"\n")
    try:
        said = _hear(channel, pid, lambda: interrupts.came)
    except GoneError:
        said = {"error": "it ended meanwhile"}
    except OverError:
        said = {"error": "interrupted"}
    if "error" in said:
        channel.close()
        raise RemoteError(f"process {pid} is not traced: {said['error']}")
    return Attachment(pid, channel, said["run_id"], Path(said["store"]))


class Attachment:
    """A process that is traced as long as we stay."""

    def __init__(self, pid: int, channel: socket.socket, run_id: str, store: Path) -> None:
        self.pid = pid
        self.run_id = run_id
        self.store = store
        self._channel = channel

    def follow(self, interrupts: Interrupts, seconds: float | None) -> str:
        """Wait until the process ends, the time is up or a signal comes, then end tracing; how it ended."""
        deadline = None if seconds is None else time.monotonic() + seconds
        try:
            said = self._hear_until(interrupts, deadline)
        except GoneError:
            return self._gone()
        except OverError:
            return f"process {self.pid} does not answer: tracing ends there when it next runs Python code"
        trouble = f", with {said['error']}" if "error" in said else ""
        return f"process {self.pid} goes on, untraced{trouble}"

    def _hear_until(self, interrupts: Interrupts, deadline: float | None) -> dict[str, Any]:
        """What the process says when we close our half of the channel, because it is time."""
        try:
            return _hear(
                self._channel,
                self.pid,
                lambda: interrupts.came or (deadline is not None and time.monotonic() > deadline),
            )
        except OverError:
            with suppress(OSError):
                self._channel.shutdown(socket.SHUT_WR)
            until = time.monotonic() + GOODBYE_SECONDS
            return _hear(self._channel, self.pid, lambda: time.monotonic() > until)

    def _gone(self) -> str:
        """Whether the process ended, or only closed what is not its own."""
        until = time.monotonic() + PATIENCE_SECONDS
        while pep768.is_alive(self.pid):
            if time.monotonic() > until:
                return f"process {self.pid} has closed our connection, and goes on, untraced"
            time.sleep(POLL_SECONDS)
        return f"process {self.pid} has ended"


def _hear(channel: socket.socket, pid: int, is_over: Callable[[], bool]) -> dict[str, Any]:
    """The next line of the process. Raises GoneError, and OverError when it is over before one comes."""
    said = b""
    while not is_over():
        if select.select([channel], [], [], POLL_SECONDS)[0]:
            try:
                part = channel.recv(1 << 16)
            except ConnectionError as error:
                raise GoneError from error
            said += part
            if said.endswith(b"\n"):
                told: dict[str, Any] = json.loads(said)
                return told
            if not part:
                raise GoneError
        elif not pep768.is_alive(pid):  # children may hold the other end
            raise GoneError
    raise OverError


def become(owner: pep768.Owner) -> None:
    """Be the process's user from now on, where we are root: the store is that user's."""
    if os.geteuid() != 0 or owner.user == 0:
        return
    import pwd

    try:
        os.initgroups(pwd.getpwuid(owner.user).pw_name, owner.group)
    except KeyError:  # a user without a name
        os.setgroups([owner.group])
    os.setgid(owner.group)
    os.setuid(owner.user)
