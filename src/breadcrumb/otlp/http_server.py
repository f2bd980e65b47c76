"""Takes OTLP over HTTP.

With the standard library's server: it starts at once, needs no package, and what it reads is bounded here.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from google.rpc.status_pb2 import Status  # type: ignore[import-untyped]  # ships no types

from breadcrumb.otlp.refusals import (
    MOST_BYTES,
    Elsewhere,
    NotKept,
    OtherKind,
    Refusal,
    TooLarge,
    TooSlow,
    unfolded,
)
from breadcrumb.otlp.signals import METRICS, PATHS

if TYPE_CHECKING:
    from breadcrumb.otlp.receiving import Receiver
    from breadcrumb.otlp.signals import Signal

HOST = "127.0.0.1"
JSON, PROTOBUF = "application/json", "application/x-protobuf"
CONNECTIONS = 64
AT_ONCE = 4
"""Bodies that are read at the same time."""
SECONDS = 30.0
"""How long a connection may say nothing."""
BODY_SECONDS, BODY_LEAST = 10.0, 0.5
"""How long a body may take from its head on, and at least once it is its turn: few are read at once."""
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
MOST_THROWN_AWAY = 256 << 20
"""Of a body that is too large, so that its sender hears why."""
PIECE = 1 << 16
MOST_LINE = 1_000
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)
_CODES = {"INVALID_ARGUMENT": 3, "RESOURCE_EXHAUSTED": 8, "UNIMPLEMENTED": 12, "UNAVAILABLE": 14}


class Server(ThreadingHTTPServer):
    """Listens on loopback. Raises OSError where the port is taken."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, receiver: Receiver) -> None:
        super().__init__((HOST, port), _Handler)
        self.receiver = receiver
        self.at_once = threading.BoundedSemaphore(AT_ONCE)
        self._room = threading.BoundedSemaphore(CONNECTIONS)
        self._silent: dict[Any, None] = {}
        self._lock = threading.Lock()

    def tell(self, request: Any, *, owes: bool) -> None:
        """Note whether a connection owes the head of a request."""
        with self._lock:
            self._silent.pop(request, None)
            if owes:
                self._silent[request] = None

    def _end_longest_silent(self) -> bool:
        """Whether there is room after the end of the connection that has owed a head the longest."""
        with self._lock:
            longest = next(iter(self._silent), None)
            if longest is None:
                return False
            del self._silent[longest]
            with contextlib.suppress(OSError):
                longest.shutdown(socket.SHUT_RDWR)
        return self._room.acquire(timeout=1)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Give a connection a thread, or say that there is none."""
        if self._room.acquire(blocking=False) or self._end_longest_silent():
            super().process_request(request, client_address)
            return
        request.sendall(_BUSY)
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection until it ends."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.tell(request, owes=False)
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet where a sender is gone."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "breadcrumb"
    timeout = SECONDS
    server: Server

    def handle_one_request(self) -> None:
        """Wait for a request: a connection that stays silent makes room for another."""
        self.server.tell(self.connection, owes=True)
        super().handle_one_request()

    def parse_request(self) -> bool:
        """Read the head."""
        is_whole = super().parse_request()
        self.server.tell(self.connection, owes=False)
        self._until = time.monotonic() + BODY_SECONDS
        return is_whole

    def do_POST(self) -> None:
        """Take a request."""
        kind = self.headers.get_content_type()
        is_json = kind == JSON
        try:
            self._require_own()
            with self.server.at_once:
                signal, body = self._sent()
                if kind not in (JSON, PROTOBUF):
                    raise OtherKind(f"the content type is {kind}: send {PROTOBUF} or {JSON}")
                count, reason = self.server.receiver.take(body, signal, is_json=is_json)
        except Refusal as refusal:
            self._refuse(refusal, is_json=is_json)
            return
        if not is_json:
            self._answer(200, PROTOBUF, signal.response(count, reason))
            return
        partial = {"partialSuccess": {signal.rejected: count, "errorMessage": reason}} if count else {}
        self._answer(200, JSON, json.dumps(partial).encode())

    def _require_own(self) -> None:
        """Refuse what a web page sends through a browser, and a request with two lengths."""
        origin = self.headers.get("Origin")
        if origin is not None and not _is_here(origin):
            self.close_connection = True
            raise Elsewhere
        lengths = self.headers.get_all("Content-Length", [])
        if len(lengths) + ("Transfer-Encoding" in self.headers) > 1:
            self.close_connection = True
            raise Refusal("the request says twice how long it is")

    def _sent(self) -> tuple[Signal, bytes]:
        """The whole body, unpacked. Raises Refusal; a body that is refused is read and thrown away."""
        self._until = max(self._until, time.monotonic() + BODY_LEAST)
        whole = self._chunks() if "chunked" in self.headers.get("Transfer-Encoding", "") else self._counted()
        self.connection.settimeout(SECONDS)
        path = self.path.partition("?")[0]
        signal = PATHS.get(path)
        if signal is None:
            raise NotKept(
                METRICS
                if path.endswith("/metrics")
                else f"there is nothing here, only at {' and '.join(PATHS)}"
            )
        packed = self.headers.get("Content-Encoding", "identity")
        if packed not in ("identity", "gzip"):
            raise OtherKind(f"the content encoding is {packed}: send gzip, or none")
        return signal, unfolded(whole) if packed == "gzip" else whole

    def _counted(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            self.close_connection = True
            raise Refusal("the request does not say how long it is")
        if int(length) > MOST_BYTES:
            self._throw_away(int(length))
            raise TooLarge
        body = self._read(int(length))
        if len(body) < int(length):
            raise Refusal("the body ends in the middle")
        return body

    def _chunks(self) -> bytes:
        """A body that comes in chunks, each with its length before it."""
        body = bytearray()
        thrown_away = 0
        while size := self._chunk_size():
            if len(body) + size > MOST_BYTES:
                self._throw_away(size)
                thrown_away += size
                if thrown_away > MOST_THROWN_AWAY:
                    break
            else:
                body += self._read(size)
            self._line()
        while not thrown_away and self._line().strip():
            """Trailers say nothing to us."""
        if thrown_away:
            self.close_connection = True
            raise TooLarge
        return bytes(body)

    def _chunk_size(self) -> int:
        line = self._line().partition(b";")[0].strip()
        try:
            size = int(line, 16)
        except ValueError as error:
            self.close_connection = True
            raise Refusal("a chunk does not say how long it is") from error
        if size < 0:
            raise Refusal("a chunk is shorter than nothing")
        return size

    def _read(self, size: int) -> bytes:
        body = bytearray()
        while len(body) < size and (piece := self._piece(size - len(body))):
            body += piece
        return bytes(body)

    def _line(self) -> bytes:
        line = bytearray()
        while len(line) < MOST_LINE and not line.endswith(b"\n") and (piece := self._piece(1)):
            line += piece
        return bytes(line)

    def _piece(self, most: int) -> bytes:
        """What has come, or comes next. Raises TooSlow where the whole takes too long."""
        left = self._until - time.monotonic()
        try:
            if left > 0:
                self.connection.settimeout(left)
                return self.rfile.read1(min(PIECE, most))
        except TimeoutError:
            pass
        self.close_connection = True
        raise TooSlow

    def _throw_away(self, size: int) -> None:
        left = min(size, MOST_THROWN_AWAY)
        self.close_connection = size > left
        while left and (piece := self._piece(left)):
            left -= len(piece)

    def _refuse(self, refusal: Refusal, *, is_json: bool) -> None:
        message = str(refusal)
        self.server.receiver.tell(f"refused a request: {message}")
        said = {"code": _CODES[refusal.code], "message": message}
        body = json.dumps(said).encode() if is_json else bytes(Status(**said).SerializeToString())
        self._answer(refusal.status, JSON if is_json else PROTOBUF, body)

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 503:
            self.send_header("Retry-After", "1")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Stay quiet."""


def _is_here(origin: str) -> bool:
    """Whether a page of this machine sends it."""
    try:
        return urlsplit(origin).hostname in HERE
    except ValueError:
        return False
