"""Begins to record in a process that the launcher started: tracer, OpenTelemetry, instrumentations.

The steps of `opentelemetry.instrumentation.auto_instrumentation.initialize`, but each only where there is
something for it to do: its imports cost more than everything else at start-up. Our sitecustomize calls it.
"""

from __future__ import annotations

import atexit
import os
import sys
from typing import TYPE_CHECKING

from breadcrumb.common import entry_points, names
from breadcrumb.common.settings import Settings
from breadcrumb.traced import entry

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from breadcrumb.traced.tracing import Tracing

HELPER = "helper"
"""The reason of a process that is nobody's program: ours, or multiprocessing's resource tracker."""
_GEVENT = "OTEL_PYTHON_AUTO_INSTRUMENTATION_EXPERIMENTAL_GEVENT_PATCH"


_silence: list[AbstractContextManager[None]] = []


def begin() -> None:
    """What runs from now on is the program's."""
    while _silence:
        _silence.pop().__exit__(None, None, None)


def _be_silent(running: Tracing) -> None:
    _silence.append(running.muted())
    _silence[-1].__enter__()


def initialize() -> str | None:
    """Get ready to record in this process, from `begin` on; returns why not, or None. May raise anything."""
    started = entry.current()
    if started is None:
        return HELPER
    settings = Settings.from_environment()
    if not settings.enabled:
        return "enabled = false in the settings"
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return "OTEL_SDK_DISABLED is true"
    if os.environ.get(_GEVENT):
        import breadcrumb_instrumentation_calls.base.originals  # noqa: F401 - what it holds is as it was before
        from gevent import monkey  # type: ignore[import-untyped,unused-ignore]  # not ours to install

        monkey.patch_all()
    for variable, value in names.OTEL_DEFAULTS.items():
        os.environ.setdefault(variable, value)
    from breadcrumb.traced import first_use, tracing

    first_use.begin(started, settings)
    running = tracing.current()
    if running is not None:
        _be_silent(running)
        atexit.register(_be_silent, running)  # what ends it comes next: it was registered just before
        if started.tests:
            _tell_of_tests(running)
    found = entry_points.instrumentors(os.environ.get(names.ENV_OTEL_DISABLED, ""))
    if (found or entry_points.has_hooks()) and not _is_isolated():
        from breadcrumb.traced import instrumentations

        instrumentations.load(found)
    if settings.timeout is not None and names.ENV_NOTES in os.environ:  # there is a launcher that may ask
        from breadcrumb.common import stacks
        from breadcrumb.traced import at_fork

        at_fork.add(after_in_child=stacks.answer(os.environ[names.ENV_RUN_ID]))
    return None


def _tell_of_tests(running: Tracing) -> None:
    from breadcrumb.traced import unittests
    from breadcrumb.traced.embedding import Session

    unittests.tell(Session(running, own=False))


def _is_isolated() -> bool:
    """Whether this interpreter is one of `concurrent.interpreters`: many C libraries do not load in one."""
    if sys.version_info >= (3, 14):
        import _interpreters

        _, made_by = _interpreters.get_current()
        return made_by not in (_interpreters.WHENCE_RUNTIME, _interpreters.WHENCE_LEGACY_CAPI)
    return False
