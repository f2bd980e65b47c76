"""Reads the locals of a running function's frame from Python, and leaves no trace of it there.

On 3.12 `f_locals` fills a dict that the frame keeps, which is the one that `locals()` gave the program:
objects would live longer, the program's dict change under its hands, and a hook of imports be given it as the
function's locals, which else has None. `PyFrame_GetVar` reads one variable. Where that is missing, and
in frames of the standard library, the dict is emptied after it was read.
From 3.13 on `f_locals` is a view that keeps nothing (PEP 667).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.base.json_text import quote
from breadcrumb_instrumentation_calls.base.originals import sys

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType, FrameType

NOT_BOUND: Any = object()
"""Stands for a variable that has no value."""


class Variable(NamedTuple):
    """A local of a function."""

    name: str
    key: str
    """The name as JSON text."""
    rule: str | None
    """The rule that makes it secret."""


def variables_of(code: CodeType, rule: Callable[[str], str | None]) -> tuple[Variable, ...]:
    """The variables of a function, those marked whose name is secret.

    With no function inside: CPython 3.12 and 3.13 crash where memory runs out while one is made.
    """
    found: list[Variable] = []
    for name in names_of(code):
        found.append(Variable(name, quote(name), rule(name)))  # noqa: PERF401
    return tuple(found)


def names_of(code: CodeType) -> tuple[str, ...]:
    """The variables of a function that its source names: parameters, locals, those of functions around it."""
    names = dict.fromkeys((*code.co_varnames, *code.co_cellvars, *code.co_freevars))
    return tuple([name for name in names if name.isidentifier() and name != "__class__"])


def reader() -> Callable[[FrameType, str], Any] | None:
    """What reads a variable by name, or gives NOT_BOUND; None where nothing can."""
    if sys.version_info[:2] > (3, 12):
        return _viewed
    read = get_var()
    if read is None:
        return None

    def got(frame: FrameType, name: str) -> Any:
        try:
            return read(frame, name)
        except NameError:
            return NOT_BOUND

    return got


def get_var() -> Callable[[FrameType, str], Any] | None:
    """`PyFrame_GetVar`, which raises NameError where there is no value; None where it is not needed."""
    version = sys.version_info[:2]
    if version != (3, 12):
        return None
    try:
        import ctypes  # only where there is no C recorder
    except ImportError:
        return None
    function = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object, ctypes.py_object)
    return function(("PyFrame_GetVar", ctypes.pythonapi))


def local(frame: FrameType, name: str) -> Any:
    """A variable of a frame that has given nobody its `locals()`; None where it has no value."""
    return namespace_of(frame).get(name)


def namespace_of(frame: FrameType) -> Mapping[str, Any]:
    """All variables of such a frame, which on 3.12 keeps none of them alive."""
    namespace = frame.f_locals
    if sys.version_info[:2] == (3, 12):
        values = namespace.copy()
        namespace.clear()
        return values
    return namespace


def _viewed(frame: FrameType, name: str) -> Any:
    return frame.f_locals.get(name, NOT_BOUND)
