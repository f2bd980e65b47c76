"""Initialises OpenTelemetry in a process that the launcher started: distro, configurator, instrumentations.

The steps of `opentelemetry.instrumentation.auto_instrumentation.initialize`, but each only where there is
something for it to do: its imports cost more than everything else at start-up. Our sitecustomize calls it.
"""

from __future__ import annotations

import gc
import os
import sys

from breadcrumb import entry, entry_points, names
from breadcrumb.settings import Settings

HELPER = "helper"
"""The reason of a process that is nobody's program: ours, or multiprocessing's resource tracker."""
_GEVENT = "OTEL_PYTHON_AUTO_INSTRUMENTATION_EXPERIMENTAL_GEVENT_PATCH"


def initialize() -> str | None:
    """Start recording in this process; returns why it does not, or None. May raise anything."""
    if entry.current() is None:
        return HELPER
    settings = Settings.from_environment()
    if not settings.enabled:
        return "enabled = false in the settings"
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return "OTEL_SDK_DISABLED is true"
    if os.environ.get(_GEVENT):
        from gevent import monkey  # type: ignore[import-untyped,unused-ignore]  # not ours to install

        monkey.patch_all()
    for variable, value in names.OTEL_DEFAULTS.items():
        os.environ.setdefault(variable, value)
    from opentelemetry.instrumentation.environment_variables import OTEL_PYTHON_DISABLED_INSTRUMENTATIONS

    from breadcrumb.configurator import BreadcrumbConfigurator

    BreadcrumbConfigurator().configure()
    found = entry_points.instrumentors(os.environ.get(OTEL_PYTHON_DISABLED_INSTRUMENTATIONS, ""))
    if (found or entry_points.has_hooks()) and not _is_isolated():
        from breadcrumb import instrumentations

        instrumentations.load(found)
    if settings.timeout is not None and names.ENV_NOTES in os.environ:  # there is a launcher that may ask
        from breadcrumb import stacks

        stacks.answer(os.environ[names.ENV_RUN_ID])
    _grow_old()
    return None


def _grow_old() -> None:
    """Clear our garbage away, and move the rest where only full collections look."""
    gc.collect(0)
    if not gc.get_freeze_count():
        gc.freeze()
        gc.unfreeze()


def _is_isolated() -> bool:
    """Whether this interpreter is one of `concurrent.interpreters`: many C libraries do not load in one."""
    if sys.version_info >= (3, 14):
        import _interpreters

        _, made_by = _interpreters.get_current()
        return made_by not in (_interpreters.WHENCE_RUNTIME, _interpreters.WHENCE_LEGACY_CAPI)
    return False
