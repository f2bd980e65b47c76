"""Learns of imports that the program makes: something is to be done when a module has run.

It is done before the import statement goes on; within the import of another module that is waited for, at
the end of that one, so that nobody meets a module that is half there.
"""

from __future__ import annotations

import atexit
import sys
from importlib.machinery import ModuleSpec, PathFinder
from threading import local
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base import signals

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType


class Awaiting:
    """A finder that waits for modules."""

    def __init__(self) -> None:
        self._running = local()

    def awaits(self, name: str) -> bool:
        """Whether that module is waited for."""
        raise NotImplementedError

    def loaded(self, name: str) -> None:
        """It has run."""

    def act(self) -> None:
        """Do what is to be done; no module that is waited for is half there."""
        raise NotImplementedError

    def watch(self) -> None:
        """Learn of imports from now on."""
        sys.meta_path.insert(sys.meta_path.index(PathFinder), self)
        atexit.register(self.look_away)  # the interpreter may keep the list for longer than us

    def look_away(self) -> None:
        """Learn of no more."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a module that is waited for, which will tell when the module has run."""
        spec = PathFinder.find_spec(name, path, target) if self.awaits(name) else None
        if spec is not None and spec.loader is not None:
            spec.__dict__["awaited_by"] = self
            spec.__class__ = _AwaitedSpec
        return spec

    def begin(self) -> None:
        """A module that is waited for, or what was to be done, begins to run in this thread."""
        self._running.depth = getattr(self._running, "depth", 0) + 1

    def end(self, name: str) -> None:
        """It has run, or failed."""
        self._running.depth -= 1
        if name in sys.modules:
            package, _, base = name.rpartition(".")
            if package in sys.modules:  # the import system does so next: what is done now may need it
                setattr(sys.modules[package], base, sys.modules[name])
            self.loaded(name)
        if not self._running.depth:
            self.act_now()

    def act_now(self) -> None:
        """Act; what is imported for it is for the next turn: the same module may hold several."""
        self.begin()
        try:
            self.act()
        finally:
            self._running.depth -= 1


class _AwaitedSpec(ModuleSpec):
    """A module's spec, until the import system has set its `_initializing`, as it does last."""

    @property
    def _initializing(self) -> bool:
        return bool(self.__dict__.get("_initializing"))

    @_initializing.setter
    def _initializing(self, value: bool) -> None:
        awaiting: Awaiting = self.__dict__["awaited_by"]
        if value:
            self.__dict__["_initializing"] = True  # other threads wait while it is
            awaiting.begin()
            return
        try:
            awaiting.end(self.name)
        except RecursionError:  # there is no room to say it
            pass
        except Exception as error:  # noqa: BLE001 - the program's import goes on
            signals.pass_on(error)
        finally:
            del self.__dict__["awaited_by"]
            self.__class__ = ModuleSpec  # type: ignore[assignment]  # an ordinary one again
            self.__dict__["_initializing"] = False


_AwaitedSpec.__name__ = ModuleSpec.__name__
