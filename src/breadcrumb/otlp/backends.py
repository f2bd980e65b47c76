"""What a backend says to a request, whatever the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from breadcrumb_redaction.named_tuple import NamedTuple

if TYPE_CHECKING:
    from breadcrumb.otlp.protobuf import Json

SECONDS = 30.0
"""How long one request may take."""


class Taken(NamedTuple):
    """The backend has the request, but for so many of its spans; why."""

    rejected: int = 0
    reason: str = ""


class Later(Exception):  # noqa: N818 - an answer
    """The backend did not take the request, and may take it after `seconds`."""

    def __init__(self, reason: str, seconds: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


class Refused(Exception):  # noqa: N818 - an answer
    """The backend will never take the request."""

    def __init__(self, reason: str, hint: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


class Backend(Protocol):
    """Where spans are sent."""

    def send(self, request: Json) -> Taken:
        """Send an ExportTraceServiceRequest in OTLP's JSON encoding. Raises Later or Refused."""

    def close(self) -> None:
        """Let go of the connection."""
