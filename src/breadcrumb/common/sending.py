"""Decides whether arguments and returns go along with the spans that leave for other exporters.

Whoever starts a program with our launcher and names exporters has both in view: there they go along, and the
first line on stderr says so. Elsewhere they stay, unless the setting says otherwise. Standard library only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_redaction.lazy import lazy

from breadcrumb.common import names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breadcrumb.common.settings import Settings

_OTLP = "otlp"
_PORTS = {"grpc": 4317}
_HTTP_PORT = 4318
_URL = lazy(r"(\w+://)?(?:[^/@]*@)?([^/?#]*)")
"""Its scheme and its place, without a password or a token in it."""


def others(environ: Mapping[str, str]) -> list[str]:
    """The exporters of spans that are named besides ours."""
    named = [name.strip() for name in environ.get(names.ENV_EXPORTERS, "").split(",")]
    return [name for name in named if name not in ("", "none", names.EXPORTER)]


def launched(settings: Settings, environ: Mapping[str, str]) -> bool:
    """What `otlp_values` means for a program that our launcher starts."""
    return bool(others(environ)) if settings.otlp_values is None else settings.otlp_values


def elsewhere(settings: Settings) -> bool:
    """What it means for every other program; the launcher has decided for those that it started."""
    return bool(settings.otlp_values)


def notice(where: str) -> str:
    """What to say where they go along."""
    return (
        f"arguments and returns, redacted, go with the spans to {where}; otlp_values = false keeps them here"
    )


def described(environ: Mapping[str, str]) -> str:
    """Where the named exporters send, as far as the variables tell."""
    return ", ".join(_address(environ) if name.startswith(_OTLP) else name for name in others(environ))


def _address(environ: Mapping[str, str]) -> str:
    protocol = _otlp(environ, "PROTOCOL") or "grpc"
    port = _PORTS.get(protocol, _HTTP_PORT)
    found = _URL.match(_otlp(environ, "ENDPOINT") or f"http://localhost:{port}")
    return f"{found[1] or ''}{found[2]}" if found else _OTLP


def _otlp(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(f"OTEL_EXPORTER_OTLP_TRACES_{name}") or environ.get(f"OTEL_EXPORTER_OTLP_{name}")
