"""Tells whether Breadcrumb is the distro of a process that somebody else's launcher started, and which is if not.

OpenTelemetry takes the first distro and the first configurator that it finds, unless variables name them. Ours
may be first by accident: it counts where it is named, or where there is no other.
"""

from __future__ import annotations

import os
from typing import Any

from opentelemetry.util._importlib_metadata import entry_points as installed

from breadcrumb import entry_points, names


def is_ours() -> bool:
    """Whether Breadcrumb is."""
    named = [os.environ.get(name) for name in (names.ENV_OTEL_DISTRO, names.ENV_OTEL_CONFIGURATOR)]
    return names.DISTRO in named if any(named) else not entry_points.has_distro()


def other(group: str) -> Any:
    """What OpenTelemetry would find in this group if Breadcrumb were not installed; None for nothing."""
    for found in installed(group=group):
        if found.name != names.DISTRO:
            return found.load()
    return None
