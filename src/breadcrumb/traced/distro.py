"""The OpenTelemetry distro: defaults for what the user's OTEL_* variables leave open."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from opentelemetry.instrumentation.distro import BaseDistro  # type: ignore[attr-defined]  # untyped upstream

from breadcrumb.common import names

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


class BreadcrumbDistro(BaseDistro):  # type: ignore[misc]  # untyped upstream
    """Sets the defaults, and leaves our own tracer to the configurator, which knows its scope."""

    def _configure(self, **_kwargs: Any) -> None:
        for variable, value in names.OTEL_DEFAULTS.items():
            os.environ.setdefault(variable, value)
        os.environ.setdefault(names.ENV_OTEL_CONFIGURATOR, names.DISTRO)

    def load_instrumentor(self, entry_point: EntryPoint, **kwargs: Any) -> None:
        """Start one installed instrumentation."""
        if entry_point.name != names.CALLS_INSTRUMENTOR:
            super().load_instrumentor(entry_point, **kwargs)
