"""`summarize(Type, function)`: how a program wants values of a class of its own to be shown.

The function is the one code of the program that runs during capture, by its own wish. What it calls is not
recorded, what it raises is told in the value's place and counted, and what it returns is bounded and redacted
as any value is.
"""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from breadcrumb_instrumentation_calls.base import raw_objects, signals
from breadcrumb_instrumentation_calls.values import registry
from breadcrumb_instrumentation_calls.values.summary_parts import identity

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_instrumentation_calls.values.summary_parts import Members, Reader

Summarizer = TypeVar("Summarizer", bound="Callable[[Any], object]")

_PLAIN = (str, int, float, bool, type(None), list, tuple, dict)
"""What a summary may be."""
_AS_THEY_ARE = (*_PLAIN, bytes, bytearray, set, frozenset, FunctionType, MethodType)
"""Types whose values are always written as they are."""

_listeners: list[Callable[[str, Exception], None]] = []


@overload
def summarize(cls: type, function: Summarizer) -> Summarizer: ...
@overload
def summarize(cls: type) -> Callable[[Summarizer], Summarizer]: ...
def summarize(cls: type, function: Any = None) -> Any:
    """Show values of exactly this class as what `function(value)` returns; also a decorator of the function.

    It returns a str, a number, None, or a list, tuple or dict of anything that can be recorded. It runs
    whenever such a value is recorded, in the thread that is: it should be quick and change nothing.
    A class written in C has to be given before the first of its values is recorded.
    Raises TypeError for what is no class, or one whose values are always written as they are.
    """
    if not isinstance(cls, type):
        raise TypeError(f"summarize takes a class and a function, not {cls!r} as the class")
    if any(cls is plain for plain in _AS_THEY_ARE):
        raise TypeError(
            f"values of {cls.__name__} are always written as they are; summarize a class of your own"
        )
    if function is None:
        return lambda given: summarize(cls, given)
    if not callable(function):
        raise TypeError(f"summarize takes a function of one value, not {function!r}")
    registry.add(cls, _reader(function, raw_objects.type_name(cls)))
    _forget(cls)
    return function


def report_to(listener: Callable[[str, Exception], None]) -> None:
    """Tell this one, from now on, of what functions of the program raise: the place and the error."""
    _listeners[:] = [listener]


def _reader(function: Callable[[Any], object], name: str) -> Reader:
    def read(value: object) -> Members:
        try:
            told = function(value)
            if not any(type(told) is plain for plain in _PLAIN):
                raise TypeError(
                    f"a summary is text, a number, a list or a dict, not {raw_objects.type_name(type(told))}"
                )
        except Exception as error:  # noqa: BLE001 - the program's, which goes on
            signals.pass_on(error)
            if not isinstance(error, AttributeError):  # of a half-built value, `self` in `__init__`
                for listener in _listeners:
                    listener(f"summary of {name}", error)
            return [identity(value), ("@failed", raw_objects.type_name(type(error)))]
        return [identity(value), ("@summary", told)]

    return read


def _forget(cls: type) -> None:
    """Make the recorder in C ask anew about a class that it may have met: it looks at the class's version."""
    module = type.__dict__["__module__"]
    try:
        module.__set__(cls, module.__get__(cls))
    except (AttributeError, TypeError):  # written in C: it cannot have changed
        return
