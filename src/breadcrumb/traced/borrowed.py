"""Imports of ours that leave the interpreter as the program finds it without us, until it makes them too.

Some modules of the standard library leave something with the interpreter when they are imported: what to do
at a fork, or at the exit. It keeps their module, and all that hangs on that, to the very end, so that what
the program left open is closed too late or not at all; and it stands before what the program registers. So
it is held here until the program imports the module itself, or one that imports it.
"""

from __future__ import annotations

import atexit
import os
import sys
from importlib.machinery import ModuleSpec
from types import FunctionType, ModuleType, SimpleNamespace

from breadcrumb.traced import at_fork

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType
    from typing import Any

_OURS = ("breadcrumb", "opentelemetry")
_MACHINERY = ("importlib", "_frozen_importlib", __name__)
_POOLS = "concurrent.futures.thread"

_real = SimpleNamespace(at_fork=os.register_at_fork, at_exit=atexit.register, frame=sys._getframe)
"""As they were before the program began, which may put others in their places."""
_lent: set[str] = set()
"""Modules that we imported, and the program did not."""
_due: dict[str, list[Callable[[], None]]] = {}
"""By module, what is to be done when the program imports it."""
_borrowers: list[Imports] = []
"""Who imports just now."""
_at_exit: list[Callable[[], None]] = []
"""What such modules do at the exit."""


class Imports:
    """Whatever is imported within this context is borrowed."""

    def __enter__(self) -> None:
        _install()
        _borrowers.append(self)
        self._known = set(sys.modules)
        self._replaced = os.register_at_fork, atexit.register
        os.register_at_fork, atexit.register = _hold_at_fork, _hold_at_exit  # type: ignore[assignment]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.register_at_fork, atexit.register = self._replaced
        _borrowers.remove(self)
        borrowed = sys.modules.keys() - self._known - _lent
        if "ast" in borrowed:
            _hold_syntax()
        if _POOLS in borrowed:
            _hold_pools()
        for name in borrowed:
            _lend(name)


# -- what is held ------------------------------------------------------------------------------------


def _install() -> None:
    """Have the interpreter do what is held here; last at its exit, nothing is held any more."""
    if not _installed:
        _installed.append(_end)
        atexit.register(_end)
        at_fork.install()


_installed: list[object] = []


def _end() -> None:
    while _lent:
        _give_back(_lent.pop())
    _due.clear()
    while _at_exit:
        _at_exit.pop()()
    at_fork.held.clear()
    at_fork.ours_in_child.clear()
    at_fork.pools.clear()


def _hold_at_fork(
    *,
    before: Callable[[], object] | None = None,
    after_in_parent: Callable[[], object] | None = None,
    after_in_child: Callable[[], object] | None = None,
) -> None:
    name = _importer(_real.frame(1))
    if name.startswith(_OURS):  # those stay
        at_fork.held.append((before, after_in_parent, None))
        at_fork.ours_in_child.append(after_in_child)
        return
    steps = before, after_in_parent, after_in_child

    def register() -> None:
        at_fork.held.remove(steps)
        given = {"before": before, "after_in_parent": after_in_parent, "after_in_child": after_in_child}
        _real.at_fork(**{when: step for when, step in given.items() if step is not None})
        _real.at_fork(after_in_child=at_fork.last())
        if before is not None:
            _real.at_fork(before=at_fork.before)

    at_fork.held.append(steps)
    _due.setdefault(name, []).append(register)


def _hold_at_exit(function: Callable[..., object], *args: Any, **kwargs: Any) -> Callable[..., object]:
    name = _importer(_real.frame(1))
    if name.startswith(_OURS):
        _real.at_exit(function, *args, **kwargs)
        return function

    def run() -> None:
        function(*args, **kwargs)

    def register() -> None:
        _at_exit.remove(run)
        _real.at_exit(function, *args, **kwargs)

    _at_exit.append(run)
    _due.setdefault(name, []).append(register)
    return function


def _hold_syntax() -> None:
    """Take what `ast` adds to classes of the interpreter's, where it stays to the end."""
    classes: list[Any] = [each for each in sys.modules["_ast"].__dict__.values() if type(each) is type]
    added = [
        (cls, name, value)
        for cls in classes
        for name, value in list(cls.__dict__.items())
        if type(value) is property
    ]

    def add() -> None:
        for cls, name, value in added:
            setattr(cls, name, value)

    for cls, name, _ in added:
        delattr(cls, name)
    _due.setdefault("ast", []).append(add)


def _hold_pools() -> None:
    """Take what `threading` is to do with pools, for `threading` itself may stay to the end."""
    functions: list[Any] = sys.modules["threading"].__dict__["_threading_atexits"]
    held = [each for each in functions if getattr(each, "func", each).__module__ == _POOLS]
    others = [each for each in functions if each not in held]
    if not held:
        return

    def register() -> None:
        at_fork.pools.clear()
        if at_fork.end_pools in functions:
            functions.remove(at_fork.end_pools)
        functions.extend(held)

    at_fork.pools.extend(held)
    functions[:] = [at_fork.end_pools, *others]
    _due.setdefault(_POOLS, []).append(register)


# -- when the program imports it ---------------------------------------------------------------------


class _LentSpec(ModuleSpec):
    """A module's spec, until an import statement asks it whether the module is still being imported."""

    @property
    def _initializing(self) -> bool:
        try:
            if not _borrowers and not _importer(_real.frame(1)).startswith(_OURS):
                _imported(self.name)
        except RecursionError:  # there is no room to say it
            pass
        except Exception as error:  # noqa: BLE001 - the program's import goes on
            signals = sys.modules.get("breadcrumb_instrumentation_calls.base.signals")
            if signals is not None:
                signals.pass_on(error)
        return bool(self.__dict__.get("_initializing"))

    @_initializing.setter
    def _initializing(self, value: bool) -> None:
        self.__dict__["_initializing"] = value


_LentSpec.__name__ = ModuleSpec.__name__


def _lend(name: str) -> None:
    spec = getattr(sys.modules[name], "__spec__", None)
    if type(spec) is ModuleSpec and spec.name == name and not name.startswith(_OURS[0]):
        spec.__class__ = _LentSpec
        _lent.add(name)


def _give_back(name: str) -> None:
    """Make its spec an ordinary one again."""
    spec = getattr(sys.modules.get(name), "__spec__", None)
    if type(spec) is _LentSpec:
        spec.__class__ = ModuleSpec  # type: ignore[assignment]


def _imported(name: str) -> None:
    """The program imports that module: do what was held back, after the same for those that it imports."""
    if name not in _lent:
        return
    _lent.discard(name)
    module = sys.modules[name]
    _give_back(name)
    _imported(name.rpartition(".")[0])
    for needed in {_origin(value): None for value in list(module.__dict__.values())}:
        _imported(needed)
    for step in _due.pop(name, ()):
        step()


def _origin(value: object) -> str:
    """The module that a value of another one is, or comes from."""
    if type(value) is ModuleType:
        found = value.__dict__.get("__name__")
    elif type(value) is FunctionType:
        found = value.__module__
    else:
        found = value.__dict__.get("__module__") if type(value) is type else None
    return found if type(found) is str else ""


def _importer(frame: FrameType | None) -> str:
    """The module whose code imports something, or registers it."""
    while frame is not None:
        name = frame.f_globals.get("__name__")
        if type(name) is str and not name.startswith(_MACHINERY):
            return name
        frame = frame.f_back
    return ""
