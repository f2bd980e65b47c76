"""Sends spans over gRPC."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import grpc  # type: ignore[import-untyped]  # ships no types
from google.rpc.error_details_pb2 import RetryInfo  # type: ignore[import-untyped]  # as above

from breadcrumb.otlp.backends import SECONDS, Later, Refused, Taken
from breadcrumb.otlp.protobuf import encoded, rejected

if TYPE_CHECKING:
    from breadcrumb.otlp.endpoints import Endpoint
    from breadcrumb.otlp.protobuf import Json

METHOD = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
LATER = frozenset(
    getattr(grpc.StatusCode, name)
    for name in (
        "CANCELLED",
        "DEADLINE_EXCEEDED",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNAVAILABLE",
        "DATA_LOSS",
    )
)
"""What the protocol says to try again."""
_NOT_GRPC = ("http1.x", "http2 response", "settings frame")
"""What gRPC says of a server that does not speak it."""
_OPTIONS = [("grpc.max_send_message_length", -1), ("grpc.enable_retries", 0)]


class GrpcBackend:
    """A channel that finds its backend again."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._headers = endpoint.headers
        self._open()

    def send(self, request: Json) -> Taken:
        """Send it; see Backend."""
        try:
            answer = self._export(encoded(request), timeout=SECONDS, metadata=self._headers)
        except grpc.RpcError as error:
            raise self._answer(error) from error
        try:
            return Taken(*rejected(answer))
        except ValueError as error:
            raise Refused("what it answers is no OTLP", "name the address of an OTLP receiver") from error

    def close(self) -> None:
        """Let go of it."""
        self._channel.close()

    def _open(self) -> None:
        """Open a new channel, which connects at once: one that failed waits longer each time."""
        place = urlsplit(self._endpoint.url).netloc
        if self._endpoint.is_secure:
            authority = self._endpoint.certificate
            trusted = Path(authority).read_bytes() if authority else None
            self._channel = grpc.secure_channel(place, grpc.ssl_channel_credentials(trusted), _OPTIONS)
        else:
            self._channel = grpc.insecure_channel(place, _OPTIONS)
        self._export = self._channel.unary_unary(METHOD)

    def _answer(self, error: Any) -> Later | Refused:
        status, details = error.code(), " ".join((error.details() or "").split())
        if status == grpc.StatusCode.UNAVAILABLE and any(each in details.lower() for each in _NOT_GRPC):
            return Refused("it does not speak gRPC", "try --protocol http/protobuf")
        details = details.rpartition("last error: UNKNOWN: ")[2][:200]
        said = f"gRPC {status.name}{f': {details}' if details else ''}"
        seconds = _retry_seconds(error)
        if status in LATER or seconds is not None:
            if status == grpc.StatusCode.UNAVAILABLE:
                self._channel.close()
                self._open()
            return Later(said, seconds or 0.0)
        return Refused(said)


def _retry_seconds(error: Any) -> float | None:
    """When the backend wants to be asked again, where it says so."""
    for name, value in error.trailing_metadata() or ():
        if name == "google.rpc.retryinfo-bin":
            told = RetryInfo.FromString(value).retry_delay
            return float(told.seconds + told.nanos / 1e9)
    return None
