"""Starts each installed instrumentation when a library that it instruments has been imported.

To load them costs more than everything else at start-up, and a program imports few of their libraries. What
cannot wait starts with the process.
"""

from __future__ import annotations

import logging
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base import debug, signals
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.common import entry_points
from breadcrumb.traced import instrumentation_index, tracing
from breadcrumb.traced.awaited import Awaiting
from breadcrumb.traced.borrowed import Imports

if TYPE_CHECKING:
    from breadcrumb.common.entry_points import EntryPoint

_logger = logging.getLogger("opentelemetry.instrumentation.auto_instrumentation._load")
"""OpenTelemetry's own, which says the same things."""


def load(found: list[EntryPoint]) -> None:
    """Start these instrumentations, or have them wait for their libraries."""
    here = ""  # the working directory, also one that was removed
    sys.path.append(here)  # some read the program's settings: Django's
    try:
        if entry_points.has_hooks():
            _load_all()
            return
        libraries = _Libraries()
        for each in found:
            groups = instrumentation_index.modules(each)
            if groups is None:
                _start(each)
            elif all(groups):
                debug.note(f"instrumentation {each.name}: waits for its library")
                libraries.await_one_of_each(groups, each)
        libraries.watch()
    finally:
        sys.path.remove(here)


def _load_all() -> None:
    """Start every instrumentation at once, between what is to run before and after them."""
    from opentelemetry.instrumentation.auto_instrumentation._load import _load_instrumentors

    from breadcrumb.traced.distro import BreadcrumbDistro

    _load_instrumentors(BreadcrumbDistro())  # type: ignore[no-untyped-call]  # untyped upstream


class _Waiting(NamedTuple):
    groups: list[frozenset[str]]
    instrumentation: EntryPoint


class _Libraries(Awaiting):
    """The modules that instrumentations wait for."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[_Waiting] = []
        self._awaited: set[str] = set()
        self._loaded: set[str] = set()

    def await_one_of_each(self, groups: list[frozenset[str]], instrumentation: EntryPoint) -> None:
        """Start that instrumentation when a module of each group is loaded."""
        self._waiting.append(_Waiting(groups, instrumentation))
        self._awaited.update(*groups)

    def watch(self) -> None:
        """Learn of imports from now on; those that have been made count."""
        self._loaded = {name for name in self._awaited if sys.modules.get(name) is not None}
        self._awaited -= self._loaded
        super().watch()
        self.act_now()
        if not self._waiting:
            self.look_away()

    def awaits(self, name: str) -> bool:
        """Whether that module is waited for."""
        return name in self._awaited

    def loaded(self, name: str) -> None:
        """It has run."""
        self._loaded.add(name)
        self._awaited.discard(name)

    def act(self) -> None:
        """Start those whose libraries are there."""
        while (ready := self._take()) is not None:
            running = tracing.current()
            with Imports(), nullcontext() if running is None else running.muted():
                _start(ready)

    def _take(self) -> EntryPoint | None:
        """One whose libraries are loaded; it waits no more."""
        for each in list(self._waiting):
            if not any(self._loaded.isdisjoint(group) for group in each.groups):
                try:
                    self._waiting.remove(each)
                except ValueError:  # another thread has it
                    continue
                return each.instrumentation
        return None


def _start(found: EntryPoint) -> None:
    """Start one instrumentation, unless it does not fit its library; what goes wrong is logged."""
    name = found.name
    if instrumentation_index.lacks_settings(found):
        _logger.debug("Skipping instrumentation %s: there are no settings yet", name)
        return
    try:
        from importlib.metadata import Distribution

        from opentelemetry.instrumentation.dependencies import get_dist_dependency_conflicts

        from breadcrumb.traced.distro import BreadcrumbDistro

        installed = Distribution.at(found.distribution)
        conflict = get_dist_dependency_conflicts(installed)
        if conflict:
            debug.note(f"instrumentation {name}: does not fit its library: {conflict}")
            conflict._log(_logger, name)
            return
        (entry_point,) = installed.entry_points.select(group=found.group, name=name)
        BreadcrumbDistro().load_instrumentor(entry_point, skip_dep_check=True)
        debug.note(f"instrumentation {name}: started")
        _logger.debug("Instrumented %s", name)
    except Exception as error:
        signals.pass_on(error)
        if isinstance(error, ModuleNotFoundError):
            _logger.debug("Skipping instrumentation %s: %s", name, error.msg)
        else:
            _logger.exception("Instrumenting of %s failed, skipping it", name)
