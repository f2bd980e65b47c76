"""The tools that are compared, one module each; `find` imports only the one that is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from benchmarks.tracers.tracer import Tracer

MODULES = {
    "untraced": "untraced",
    "breadcrumb-c": "breadcrumb",
    "breadcrumb-c-all": "breadcrumb",
    "breadcrumb-python": "breadcrumb",
    "viztracer": "viztracer",
    "kolo": "kolo",
    "cprofile": "cprofile",
    "opentelemetry": "opentelemetry",
    "logfire": "logfire",
}
"""Names to modules of this package."""


def find(name: str) -> Tracer:
    """Give the tracer of that name."""
    module = import_module(f"{__name__}.{MODULES[name]}")
    return cast("Tracer", module.tracer(name))
