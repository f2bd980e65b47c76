"""Where spans are sent: what was typed, and what OpenTelemetry's variables say."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.ask import NoAnswer

GRPC, HTTP, HTTP_JSON = PROTOCOLS = ("grpc", "http/protobuf", "http/json")
GRPC_PORT = 4317
PATH = "/v1/traces"


@dataclass(frozen=True)
class Endpoint:
    """Where, by which protocol, and with which headers."""

    url: str
    """With the path, over HTTP."""
    protocol: str
    headers: tuple[tuple[str, str], ...] = ()
    certificate: str | None = None
    """The file of the authority that signed the backend's certificate, where it is no public one."""

    @property
    def is_secure(self) -> bool:
        """Whether the connection is encrypted."""
        return self.url.startswith("https:")


def endpoint(url: str, protocol: str | None) -> Endpoint:
    """Make sense of what was typed, with the variables of OpenTelemetry. Raises NoAnswer."""
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in ("http", "https") or not parts.hostname or port == -1 or parts.query:
        raise _unusable(f"{url!r} is no address of a backend")
    if parts.username or parts.password:
        raise _unusable("the address holds a password: give it as a header, OTEL_EXPORTER_OTLP_HEADERS")
    protocol = protocol or _variable("PROTOCOL") or (GRPC if port == GRPC_PORT else HTTP)
    if protocol not in PROTOCOLS:
        raise _unusable(f"there is no protocol {protocol!r}: it is {', '.join(PROTOCOLS)}")
    path = "" if protocol == GRPC else parts.path.rstrip("/")
    whole = path if path.endswith(PATH) or protocol == GRPC else path + PATH
    address = f"{parts.scheme}://{parts.netloc}{whole}"
    return Endpoint(address, protocol, _headers(), _variable("CERTIFICATE"))


def _unusable(message: str) -> NoAnswer:
    return NoAnswer(message, "write http://localhost:4318, or https://HOST:PORT", ExitCode.USAGE)


def _headers() -> tuple[tuple[str, str], ...]:
    pairs = [pair.partition("=") for pair in (_variable("HEADERS") or "").split(",") if pair.strip()]
    return tuple((name.strip().lower(), unquote(value.strip())) for name, _, value in pairs)


def _variable(name: str) -> str | None:
    found = os.environ.get(f"OTEL_EXPORTER_OTLP_TRACES_{name}") or os.environ.get(
        f"OTEL_EXPORTER_OTLP_{name}"
    )
    return found or None
