"""Puts stand-ins in the place of built-in functions and takes them back; each tells what it stands for."""

from __future__ import annotations

import functools
from types import BuiltinFunctionType
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

        def patched(*args: Any, **kwargs: Any) -> Any:
            return original(*before(args), **kwargs)

        self._put(module, name, lambda: patched)

    def announce(self, module: Any, name: str, before: Callable[[], None]) -> None:
        """Have `before` called first at each call; a traceback shows no frame of ours."""
        original = getattr(module, name)

        def announced() -> Callable[..., Any]:
            before()
            return original  # type: ignore[no-any-return]

        self._put(module, name, announced)

    def _put(self, module: Any, name: str, called: Callable[[], Callable[..., Any]]) -> None:
        original = getattr(module, name)
        new = StandIn(module, name, called)

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


class StandIn:
    """Stands for a built-in function of a module: is bound to no instance, and is pickled by its name.

    The interpreter calls what `__call__` gives, which `called` says at each call.
    """

    def __init__(self, module: Any, name: str, called: Callable[[], Callable[..., Any]]) -> None:
        self._original: Callable[..., Any] = getattr(module, name)
        self._called = called
        self._name = name
        functools.update_wrapper(self, self._original)
        self.__module__ = module.__name__
        self.__text_signature__ = self._original.__text_signature__
        self.__self__ = module

    @property
    def __call__(self) -> Callable[..., Any]:
        return self._called()

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return BuiltinFunctionType

    def __repr__(self) -> str:
        return repr(self._original)

    def __reduce__(self) -> str:
        return self._name


def unpatched(function: Any) -> Any:
    """What a stand-in of ours stands for; anything else as it is."""
    return function.__dict__["_original"] if type(function) is StandIn else function
