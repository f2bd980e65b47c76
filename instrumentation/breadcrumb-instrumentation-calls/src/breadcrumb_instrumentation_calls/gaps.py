"""Counts the calls that leave traced code: what is called but not traced."""

from __future__ import annotations

import sys
from types import (
    BuiltinFunctionType,
    ClassMethodDescriptorType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    MethodWrapperType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from breadcrumb_instrumentation_calls import storage
from breadcrumb_instrumentation_calls.selection import caller_name, module_of
from breadcrumb_instrumentation_calls.text import spell_surrogates

if TYPE_CHECKING:
    from types import CodeType, FrameType

    from breadcrumb_instrumentation_calls.selection import Selection

_CLASS_STATEMENT = "__build_class__"

BUSY_SITE = 1000
"""Calls after which a call site is no longer watched; its counts are then a lower bound."""


class Callee(NamedTuple):
    """A function that is not traced; `include` is the pattern that would trace it."""

    name: str
    kind: Literal["python", "c"]
    include: str | None


class Site:
    """One call site: how often each callee was called from it."""

    __slots__ = ("callees", "caller", "code", "counts", "file", "hits", "line")

    def __init__(self, code: CodeType, caller: str, file: str, line: int) -> None:
        self.code = code
        self.caller = caller
        self.file = file
        self.line = line
        self.hits = 0
        self.counts: dict[Callee, int] = {}
        self.callees: dict[int, tuple[object, Callee | None]] = {}
        """What each callable turned out to be, by identity; kept alive so that its id stays its own."""


class Gaps:
    """Every call site in traced code, by code object and offset."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._sites: dict[tuple[int, int], Site] = {}
        self._dirty: dict[int, Site] = {}

    def called(self, frame: FrameType, offset: int, function: object) -> bool:
        """Count a call; False when its site need not be watched any longer."""
        site = self._site(frame, offset)
        self._count(site, self._callee(site, function))
        return site.hits < BUSY_SITE

    def entered(self, caller: FrameType, callee: FrameType) -> None:
        """Count a call known by the frame that it entered, where the callee itself is not told (3.11)."""
        code = callee.f_code
        name = f"{module_of(callee.f_globals)}.{code.co_qualname}"
        for constructor in (".__init__", ".__new__"):
            name = name.removesuffix(constructor)
        site = self._site(caller, caller.f_lasti)
        self._count(site, Callee(name, "python", module_of(callee.f_globals)))

    def _site(self, frame: FrameType, offset: int) -> Site:
        code = frame.f_code
        site = self._sites.get((id(code), offset))
        if site is None:
            owner, caller = caller_name(frame)
            line = frame.f_lineno if frame.f_lineno is not None else owner.f_code.co_firstlineno
            file = spell_surrogates(code.co_filename)
            site = self._sites.setdefault((id(code), offset), Site(code, caller, file, line))
        return site

    def _count(self, site: Site, callee: Callee | None) -> None:
        site.hits += 1
        if callee is not None:
            site.counts[callee] = site.counts.get(callee, 0) + 1
            self._dirty[id(site)] = site

    def _callee(self, site: Site, function: object) -> Callee | None:
        key = _identity(function)
        known = site.callees.get(id(key))
        if known is not None:
            return known[1]
        callee = self._classify(function)
        if len(site.callees) < BUSY_SITE:
            site.callees[id(key)] = (key, callee)
        return callee

    def _classify(self, function: Any) -> Callee | None:
        if type(function) is MethodType:
            function = MethodType.__dict__["__func__"].__get__(function)
        if type(function) is FunctionType:
            return self._python(function, f"{module_of(function.__globals__)}.{function.__qualname__}")
        if type in storage.mro(type(function)):
            return self._class(function)
        called = storage.python_function(storage.lookup(type(function), "__call__"))
        if called is not None:
            return self._python(called, f"{module_of(called.__globals__)}.{called.__qualname__}")
        name = _c_name(function)
        return Callee(name, "c", None) if name != _CLASS_STATEMENT else None

    def _python(self, function: FunctionType, name: str) -> Callee | None:
        if self._selection.traces_function(function):
            return None
        return Callee(name, "python", module_of(function.__globals__))

    def _class(self, cls: type) -> Callee | None:
        """A class is a Python callee where making an instance runs Python code."""
        name = storage.type_name(cls)
        for holder, method in ((type(cls), "__call__"), (cls, "__new__"), (cls, "__init__")):
            function = storage.python_function(storage.lookup(holder, method))
            if function is not None:
                return self._python(function, name)
        module, _, qualname = name.rpartition(".")
        if BaseException in storage.mro(cls) or self._selection.scope.traces(module, qualname, ""):
            return None
        return Callee(name, "c", None)

    def changed(self) -> list[dict[str, object]]:
        """The `gap` facts, one for each site and callee, of sites called since the last time."""
        dirty, self._dirty = self._dirty, {}
        return [
            _fact(site, callee, count)
            for site in dirty.values()
            for callee, count in list(site.counts.items())
        ]

    def forget(self) -> None:
        """Count from nothing again."""
        self._sites.clear()
        self._dirty.clear()


def _fact(site: Site, callee: Callee, count: int) -> dict[str, object]:
    return {
        "key": f"{site.file}:{site.line}:{site.caller}:{callee.name}",
        "caller": site.caller,
        "file": site.file,
        "line": site.line,
        "callee": callee.name,
        "kind": callee.kind,
        "include": callee.include,
        "count": count,
        "lower_bound": sys.version_info >= (3, 12) and site.hits >= BUSY_SITE,
    }


def _identity(function: object) -> object:
    """What tells one callee from another: a function's code, a bound method's function, a C method's name."""
    if type(function) is MethodType:
        function = MethodType.__dict__["__func__"].__get__(function)
    if type(function) is FunctionType:
        return function.__code__
    if type(function) is BuiltinFunctionType and type(function.__self__) not in (type(None), ModuleType):
        return (type(function.__self__), function.__name__)
    return function


def _c_name(function: Any) -> str:
    """`round`, `math.sqrt`, `str.join`."""
    kind = type(function)
    if kind is BuiltinFunctionType:
        owner = function.__self__
        if type(owner) is not ModuleType and owner is not None:
            holder = owner if type in storage.mro(type(owner)) else type(owner)
            return f"{storage.type_name(holder)}.{function.__name__}"
        module = function.__module__
        is_plain = type(module) is not str or module == "builtins"
        return function.__name__ if is_plain else f"{module}.{function.__name__}"
    if kind in _DESCRIPTORS:
        return f"{storage.type_name(function.__objclass__)}.{function.__name__}"
    return storage.type_name(kind)


_DESCRIPTORS = (MethodDescriptorType, WrapperDescriptorType, ClassMethodDescriptorType, MethodWrapperType)
