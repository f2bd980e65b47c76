"""Puts functions of ours in the place of others and takes them back; each tells what it stands for."""

from __future__ import annotations

import functools
from types import FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


class Patches:
    """What stands in the place of something else, until it is undone."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []

    def wrap(self, module: Any, name: str, before: Callable[[tuple[Any, ...]], tuple[Any, ...]]) -> None:
        """Have `before` see, and change, the positional arguments of each call."""
        original = getattr(module, name)

        @functools.wraps(original)
        def patched(*args: Any, **kwargs: Any) -> Any:
            return original(*before(args), **kwargs)

        self.put(module, name, patched)

    def put(self, module: Any, name: str, new: Callable[..., Any]) -> None:
        """Put `new` in the place of a module's function."""
        original = getattr(module, name)

        def undo() -> None:
            if getattr(module, name, None) is new:
                setattr(module, name, original)

        setattr(module, name, new)
        self._undo.append(undo)

    def undo(self) -> None:
        """Take back every patch that is still in its place."""
        for undo in reversed(self._undo):
            undo()
        self._undo.clear()


class Announced:
    """Stands for a function of a module: calls `before`, without its arguments, then is out of the way.

    The interpreter calls what `__call__` gives, so a traceback shows no frame of ours, as that of a patched
    function would where it raises, or where the handler of a signal does.
    """

    def __init__(self, module: Any, name: str, before: Callable[[], None]) -> None:
        self._before = before
        self._original: Callable[..., Any] = getattr(module, name)
        self._name = name
        functools.update_wrapper(self, self._original)
        self.__module__ = module.__name__

    @property
    def __call__(self) -> Callable[..., Any]:
        self._before()
        return self._original

    def __repr__(self) -> str:
        return repr(self._original)

    def __reduce__(self) -> str:
        return self._name


def unpatched(function: Any) -> Any:
    """What a patch of ours stands for; anything else as it is."""
    if type(function) is Announced or (type(function) is FunctionType and function.__globals__ is globals()):
        return function.__dict__.get("__wrapped__", function)
    return function
