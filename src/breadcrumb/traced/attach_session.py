"""Traces the process that `breadcrumb attach` joined, for as long as the other end of a socket stays open.

The other end sends settings, one line of JSON, and is told the run. When it closes, or its process dies,
tracing ends, here and in the children that were forked meanwhile. A thread that the program does not see
looks after the socket; it ends before a fork, and the next traced call starts it again.
"""

from __future__ import annotations

import _socket
import _thread
import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.background import Background

from breadcrumb.common.settings import Settings
from breadcrumb.traced import embedding, tracing
from breadcrumb.traced.provider import provider_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_instrumentation_calls import Tracer

    from breadcrumb.traced.tracing import Tracing

LOOK_SECONDS = 0.1
_LONGEST_LINE = 1 << 20

_starting = _thread.allocate_lock()


def trace(channel: _socket.socket, at_end: Callable[[], None]) -> str:
    """Trace as the other end says, and do `at_end` when it has closed; why not, or nothing.

    May raise anything; then nothing is traced, and `at_end` is left to the caller.
    """
    with _starting:
        found = embedding.running()
        if found is not None:
            return f"it is traced already, as run {found.run_id} in {found.store}"
        settings = Settings.from_json(_line(channel))
        own_entry = embedding.own_entry()
        provider = provider_for(own_entry, for_all=False)
        started = tracing.start(provider, settings, own_entry, tracing.new_run_id(), attached=True)
        if started.tracer is None:
            started.stop()
            return "OTEL_PYTHON_DISABLED_INSTRUMENTATIONS in its environment leaves calls out"
        follower = _Follower(started, started.tracer, channel, at_end)
    follower.tell({"run_id": started.run_id, "store": str(started.store)})
    return ""


class _Follower:
    """Ends what it follows when the other end of the channel has closed."""

    def __init__(
        self, started: Tracing, tracer: Tracer, channel: _socket.socket, at_end: Callable[[], None]
    ) -> None:
        self._tracing = started
        self._channel = channel
        self._identity = _identity(channel)
        self._at_end = at_end
        self._pid = os.getpid()
        self._background = Background(self._look, LOOK_SECONDS, tracer.mute)
        tracer.accompany(self._background)
        self._background.start()

    def tell(self, said: dict[str, object]) -> None:
        """Write a line to the other end, which may be gone."""
        line = json.dumps(said).encode() + b"\n"
        with suppress(OSError):
            self._channel.sendall(line, getattr(_socket, "MSG_NOSIGNAL", 0))  # SIGPIPE would end the program

    def _look(self) -> None:
        if self._is_open():
            return
        said: dict[str, object] = {"ended": True}
        try:
            self._tracing.stop()
        except Exception as error:  # noqa: BLE001 - it is told, and stays here
            said = {"error": f"{type(error).__name__}: {error}"}
        self._background.end()
        self._at_end()
        if _identity(self._channel) != self._identity:
            self._channel.detach()
            return
        if os.getpid() == self._pid:
            self.tell(said)
        self._channel.close()

    def _is_open(self) -> bool:
        """Whether there is another end; not where the program has closed our descriptor or uses it itself."""
        if _identity(self._channel) != self._identity:
            return False
        try:
            return bool(self._channel.recv(1, _socket.MSG_PEEK | _socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False


def _identity(channel: _socket.socket) -> tuple[int, int] | None:
    try:
        status = os.fstat(channel.fileno())
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _line(channel: _socket.socket) -> str:
    """What the other end says. Raises ConnectionError where it closes before it has."""
    said = b""
    while not said.endswith(b"\n"):
        part = channel.recv(_LONGEST_LINE)
        if not part:
            raise ConnectionError("the command that attached has ended")
        said += part
    return said.decode()
