"""What OpenTelemetry's own launcher finds of us: our distro and configurator, or those of another package.

It takes the first of each that is installed, unless variables name them. Ours may be first by accident: they
count where they are named, or where there are no others. Nothing in here stops a program.
"""

from __future__ import annotations

import os
from typing import Any

from breadcrumb_exporter_duckdb.base.location import StoreError
from opentelemetry.instrumentation.distro import DefaultDistro  # type: ignore[attr-defined]  # untyped upstream
from opentelemetry.util._importlib_metadata import entry_points as installed

from breadcrumb.common import entry_points, names, sending
from breadcrumb.common.messages import say
from breadcrumb.common.settings import SettingsError
from breadcrumb.traced import tracing
from breadcrumb.traced.configurator import BreadcrumbConfigurator
from breadcrumb.traced.distro import BreadcrumbDistro


def distro() -> Any:
    """The distro of this process: ours, or the one that would be there without us."""
    return BreadcrumbDistro() if _is_ours() else (_other(entry_points.DISTRO) or DefaultDistro)()


def configurator() -> Any:
    """The configurator of this process: ours, or the one that would be there without us."""
    return Configurator() if _is_ours() else (_other(entry_points.CONFIGURATOR) or _Nothing)()


class Configurator:
    """Ours; where the process begins a run it says what is recorded, and where."""

    def configure(self, **kwargs: Any) -> None:
        """Configure the SDK, and start recording."""
        begins = names.ENV_RUN_ID not in os.environ
        try:
            BreadcrumbConfigurator().configure(**kwargs)
        except (SettingsError, StoreError) as error:
            say(f"the program runs untraced: {error}")
            return
        running = tracing.current()
        if running is not None and begins:
            say(_announcement(running))


class _Nothing:
    """The configurator where another distro has none."""

    def configure(self, **_kwargs: Any) -> None:
        """Do nothing."""


def _is_ours() -> bool:
    named = [os.environ.get(name) for name in (names.ENV_OTEL_DISTRO, names.ENV_OTEL_CONFIGURATOR)]
    return names.DISTRO in named if any(named) else not entry_points.has_distro()


def _other(group: str) -> Any:
    """What OpenTelemetry would find in this group if we were not installed; None for nothing."""
    found = next((each for each in installed(group=group) if each.name != names.DISTRO), None)
    return None if found is None else found.load()


def _announcement(running: tracing.Tracing) -> str:
    places = []
    if running.store is not None:
        places.append(f"in {running.store}, with arguments and returns, redacted")
    if sending.others(os.environ):
        how = "with" if running.sends_values else "without"
        places.append(f"by {sending.described(os.environ)}, {how} arguments and returns")
    what = "spans" if running.tracer is None else "calls and spans"
    return f"{what} are recorded {'; '.join(places)}"
