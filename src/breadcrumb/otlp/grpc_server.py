"""Takes OTLP over gRPC. Bodies come packed as they were sent, so that what they unfold to is bounded here."""

from __future__ import annotations

import errno
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import grpc  # type: ignore[import-untyped]  # ships no types

from breadcrumb.otlp.refusals import MOST_BYTES, NotKept, Refusal, unfolded
from breadcrumb.otlp.signals import METRICS, SERVICES

if TYPE_CHECKING:
    from breadcrumb.otlp.receiving import Receiver
    from breadcrumb.otlp.signals import Signal

HOST = "127.0.0.1"
SERVICE = "opentelemetry.proto.collector.{}.v1.{}Service"
WORKERS = 2
AT_ONCE = 8
_GZIP = b"\x1f\x8b"
"""How what is packed begins, and no message does."""
_OPTIONS = [
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", MOST_BYTES),
    ("grpc.per_message_decompression", 0),
]


class Server:
    """Listens on loopback. Raises OSError where the port is taken."""

    def __init__(self, port: int, receiver: Receiver) -> None:
        self._server = grpc.server(
            ThreadPoolExecutor(WORKERS), options=_OPTIONS, maximum_concurrent_rpcs=AT_ONCE
        )
        handlers = [_handler(name, _taken(receiver, signal)) for name, signal in SERVICES.items()]
        handlers.append(_handler("metrics", _not_kept(receiver)))
        self._server.add_generic_rpc_handlers(handlers)
        try:
            self.port = self._server.add_insecure_port(f"{HOST}:{port}")
        except RuntimeError as error:
            raise OSError(errno.EADDRINUSE, "Address already in use") from error
        self._server.start()

    def close(self) -> None:
        """Let requests that are under way end."""
        self._server.stop(1.0).wait()


def _taken(receiver: Receiver, signal: Signal) -> Any:
    def take(body: bytes, context: Any) -> bytes:
        try:
            count, reason = receiver.take(unfolded(body) if body.startswith(_GZIP) else body, signal)
        except Refusal as refusal:
            _refuse(receiver, refusal, context)
        return signal.response(count, reason)

    return take


def _not_kept(receiver: Receiver) -> Any:
    return lambda _, context: _refuse(receiver, NotKept(METRICS), context)


def _refuse(receiver: Receiver, refusal: Refusal, context: Any) -> Any:
    receiver.tell(f"refused a request: {refusal}")
    context.abort(getattr(grpc.StatusCode, refusal.code), str(refusal))


def _handler(name: str, export: Any) -> Any:
    methods = {"Export": grpc.unary_unary_rpc_method_handler(export)}
    return grpc.method_handlers_generic_handler(SERVICE.format(name, name.capitalize()), methods)
