"""Starts each installed instrumentation when a library that it instruments has been imported.

To load them costs more than everything else at start-up, and a program imports few of their libraries. An
instrumentation starts when the library's module has run, before the import statement goes on; within the
import of another library that is waited for, at the end of that one, so that none meets a module that is
half there. What cannot wait starts with the process.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from contextlib import nullcontext
from importlib.machinery import ModuleSpec, PathFinder
from typing import TYPE_CHECKING, NamedTuple

from breadcrumb_instrumentation_calls.base import debug, signals

from breadcrumb.common import entry_points
from breadcrumb.traced import instrumentation_index, tracing
from breadcrumb.traced.borrowed import Imports

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

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


class _Libraries:
    """The modules that instrumentations wait for; as a finder it learns of each when it has been imported."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []
        self._awaited: set[str] = set()
        self._loaded: set[str] = set()
        self._running = threading.local()

    def await_one_of_each(self, groups: list[frozenset[str]], instrumentation: EntryPoint) -> None:
        """Start that instrumentation when a module of each group is loaded."""
        self._waiting.append(_Waiting(groups, instrumentation))
        self._awaited.update(*groups)

    def watch(self) -> None:
        """Learn of imports from now on; those that have been made count."""
        self._loaded = {name for name in self._awaited if sys.modules.get(name) is not None}
        self._awaited -= self._loaded
        sys.meta_path.insert(sys.meta_path.index(PathFinder), self)
        self._start_what_can()
        if self._waiting:
            atexit.register(self._look_away)  # the interpreter may keep the list for longer than us
        else:
            self._look_away()

    def _look_away(self) -> None:
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module that is waited for, which will tell when the module has run."""
        spec = PathFinder.find_spec(name, path, target) if name in self._awaited else None
        if spec is not None:
            spec.__dict__["libraries"] = self
            spec.__class__ = _AwaitedSpec
        return spec

    def begin(self) -> None:
        """A module that is waited for, or an instrumentation, begins to run in this thread."""
        self._running.depth = getattr(self._running, "depth", 0) + 1

    def end(self, name: str) -> None:
        """It has run, or failed."""
        self._running.depth -= 1
        if name in sys.modules:
            self._loaded.add(name)
            self._awaited.discard(name)
        if not self._running.depth:
            self._start_what_can()

    def _start_what_can(self) -> None:
        self.begin()  # what one imports is for the next turn: the same module may hold several
        try:
            while (ready := self._take()) is not None:
                running = tracing.current()
                with Imports(), nullcontext() if running is None else running.muted():
                    _start(ready)
        finally:
            self._running.depth -= 1

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


class _AwaitedSpec(ModuleSpec):
    """A module's spec, until the import system has set its `_initializing`, as it does last."""

    @property
    def _initializing(self) -> bool:
        return bool(self.__dict__.get("_initializing"))

    @_initializing.setter
    def _initializing(self, value: bool) -> None:
        libraries: _Libraries = self.__dict__["libraries"]
        if value:
            self.__dict__["_initializing"] = True  # other threads wait while it is
            libraries.begin()
            return
        try:
            libraries.end(self.name)
        except RecursionError:  # there is no room to say it
            pass
        except Exception as error:  # noqa: BLE001 - the program's import goes on
            signals.pass_on(error)
        finally:
            del self.__dict__["libraries"]
            self.__class__ = ModuleSpec  # type: ignore[assignment]  # an ordinary one again
            self.__dict__["_initializing"] = False


_AwaitedSpec.__name__ = ModuleSpec.__name__


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
