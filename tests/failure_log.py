"""What random failing programs call to log themselves. Imported by the program, so never traced with it.

Each function of a program runs once. Exceptions are kept alive, so that each keeps its address.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["E1", "E2", "Box", "Swallows", "handled", "replaced", "run", "start", "write"]


_kept: list[BaseException] = []


class Kept(Exception):  # noqa: N818 - short, as generated programs are read
    """An error that is never gone."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        _kept.append(self)


class E1(Kept):
    """One error."""


class E2(Kept):
    """Another."""


class Box:
    """An object that functions change."""

    def __init__(self) -> None:
        self.n = 0


_calls: dict[str, dict[str, Any]] = {}
_endings: list[tuple[str, str, str]] = []
_stack: list[str] = []


def run(function: Callable[[Box, list[int]], object], box: Box, items: list[int]) -> None:
    """Call a function; log what it was given, what it left, and what left it."""
    name = function.__name__
    told = _calls[name] = {"by": _stack[-1] if _stack else None, "left": None, "before": [box.n, list(items)]}
    _stack.append(name)
    try:
        function(box, items)
    except BaseException as error:
        told["left"] = [type(error).__name__, id(error)]
        raise
    finally:
        _stack.pop()
        told["after"] = [box.n, list(items)]


def start(function: Callable[[Box, list[int]], object]) -> None:
    """Run a program; what leaves it is nobody's in scope."""
    with contextlib.suppress(E1, E2):
        run(function, Box(), [])


def handled(name: str) -> None:
    """The exception that a function is handling goes no further."""
    error = sys.exception()
    if error is not None:
        _endings.append((name, "handled", type(error).__name__))


def replaced(name: str) -> None:
    """The exception that a function is handling gives way to another one."""
    error = sys.exception()
    assert error is not None
    _endings.append((name, "replaced", type(error).__name__))


class Swallows:
    """A context manager that swallows E1, and says for whom."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if kind is not E1:
            return False
        _endings.append((self._name, "handled", kind.__name__))
        return True


def write(path: str) -> None:
    """Write the log."""
    Path(path).write_text(json.dumps({"calls": _calls, "endings": _endings}), encoding="utf-8")
