"""Counts the calls that leave traced code: what is called but not traced."""

from __future__ import annotations

import opcode
from operator import itemgetter
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
from typing import TYPE_CHECKING, Any, Literal, cast
from weakref import ref

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.code_flags import ASYNC_GENERATOR, COROUTINE, GENERATOR
from breadcrumb_instrumentation_calls.base.json_text import shown
from breadcrumb_instrumentation_calls.base.originals import sys
from breadcrumb_instrumentation_calls.base.patches import unpatched
from breadcrumb_instrumentation_calls.selection.scope import OWN_PACKAGES
from breadcrumb_instrumentation_calls.selection.selection import caller_name, module_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from breadcrumb_instrumentation_calls.selection.selection import Selection

_SPREADS_IN_SILENCE = sys.version_info[:2] == (3, 12)
_SPREAD = opcode.opmap["CALL_FUNCTION_EX"]
_OPERATOR_STARTS = (
    "BINARY_", "COMPARE_", "CONTAINS_", "UNARY_", "TO_BOOL", "FORMAT_", "CONVERT_", "UNPACK_",
    "BEFORE_", "WITH_", "LOAD_SPECIAL", "GET_ITER", "FOR_ITER", "POP_JUMP_", "IMPORT_FROM",
)  # fmt: skip
_OPERATOR_ENDS = ("_ATTR", "_SUBSCR", "_SLICE", "_EXTEND", "_UPDATE", "_MERGE")
_OPERATORS = frozenset(
    number
    for name, number in opcode.opmap.items()
    if name.startswith(_OPERATOR_STARTS) or name.endswith(_OPERATOR_ENDS)
)
"""Instructions that may call a method of an object; at any other one nobody calls but what clears up."""
_SUSPENDS = GENERATOR | COROUTINE | ASYNC_GENERATOR
"""Such code runs later than it was called."""
_IMPORT_MACHINERY = "importlib._bootstrap"
"""What an import statement enters; it is not called."""
_CLASS_STATEMENT = "__build_class__"

BUSY_SITE = 1000
"""Calls after which a call site is no longer watched; its counts are then a lower bound."""


class Callee(NamedTuple):
    """A function that is not traced; `include` is the pattern that would trace it."""

    name: str
    kind: Literal["python", "c"]
    include: str | None


class Line(NamedTuple):
    """Where calls are made from; several call sites may share one."""

    caller: str
    file: str
    number: int


class Caller(NamedTuple):
    """The function, or body, that calls are made from."""

    code: CodeType
    """Kept alive so that its id stays its own."""
    name: str
    file: str
    first_line: int


class Count:
    """How often a callee was called from a line."""

    __slots__ = ("calls", "is_lower_bound", "told")

    def __init__(self) -> None:
        self.calls = 0
        self.told = 0
        """The number that was told last."""
        self.is_lower_bound = False


class Site:
    """One call instruction: how often it ran, and what it called."""

    __slots__ = ("callees", "code", "hits", "line")

    def __init__(self, code: CodeType, line: Line) -> None:
        self.code = code
        """Kept alive so that its id stays its own."""
        self.line = line
        self.hits = 0
        self.callees: dict[object, tuple[ref[Any], Callee | None]] = {}
        """What each callable turned out to be, by identity, for as long as what has that identity lives."""


class Gaps:
    """Every call site in traced code, by code object and offset."""

    def __init__(self, selection: Selection) -> None:
        self._selection = selection
        self._sites: dict[tuple[int, int], Site] = {}
        self._callers: dict[int, Caller] = {}
        self._counts: dict[tuple[Line, Callee], Count] = {}
        self.count_type: Callable[[], Count] = Count
        """What counts; the C recorder has a twin that it increments itself."""

    def called(self, frame: FrameType, offset: int, function: object) -> bool:
        """Count a call; False when its site need not be watched any longer."""
        site = self._site(frame, offset)
        self._count(site, self._callee(site, function))
        return site.hits < BUSY_SITE

    def counted_at(self, code: CodeType, number: int, callee: Callee) -> Count:
        """Where calls of a callee from that line of the calling frame are counted; 0 for none."""
        caller = self._callers.get(id(code)) or self._caller(sys._getframe(1))
        return self._counted((Line(caller.name, caller.file, number or caller.first_line), callee))

    def entered(self, caller: FrameType, callee: FrameType, *, is_lower_bound: bool = False) -> None:
        """Count a call known by the frame that it entered, where the callee itself is not told.

        So are all calls on 3.11, and those that an operator, a property or a `with` makes: they are seen when
        their code runs first, later ones are not.
        """
        module = shown(module_of(callee.f_globals))
        if module.partition(".")[0] in OWN_PACKAGES or module.startswith(_IMPORT_MACHINERY):
            return
        name = f"{module}.{shown(callee.f_code.co_qualname)}"
        for constructor in (".__init__", ".__new__"):
            name = name.removesuffix(constructor)
        site, found = self._site(caller, caller.f_lasti), Callee(name, "python", module)
        self._count(site, found)
        if is_lower_bound:
            self._counted((site.line, found)).is_lower_bound = True

    def untold(self, callee: FrameType) -> bool:
        """Count a call of which no CALL event tells; whether the code that it enters stays watched."""
        caller = callee.f_back
        if caller is None or not self._selection.watches(caller.f_code):
            return False
        instruction = caller.f_code.co_code[caller.f_lasti]
        if instruction == _SPREAD:
            return _SPREADS_IN_SILENCE and self._spread(caller, callee)
        if instruction in _OPERATORS and not callee.f_code.co_flags & _SUSPENDS:
            self.entered(caller, callee, is_lower_bound=True)
        return False

    def _spread(self, caller: FrameType, callee: FrameType) -> bool:
        """Count a call as `f(*args, **kwargs)` from traced code; whether the callee stays watched.

        3.12 sends no CALL event for those to Python functions: they are known by the frame that they enter.
        Calls to code that was entered from elsewhere before go unseen.
        """
        site = self._site(caller, caller.f_lasti)
        if site.callees:  # a CALL event told of C code, which called this function back
            return False
        self.entered(caller, callee)
        return site.hits < BUSY_SITE

    def _site(self, frame: FrameType, offset: int) -> Site:
        code = frame.f_code
        site = self._sites.get((id(code), offset))
        if site is None:
            caller = self._callers.get(id(code)) or self._caller(frame)
            place = Line(caller.name, caller.file, frame.f_lineno or caller.first_line)
            site = self._sites.setdefault((id(code), offset), Site(code, place))
        return site

    def _caller(self, frame: FrameType) -> Caller:
        owner, name = caller_name(frame)
        code = frame.f_code
        caller = Caller(code, shown(name), shown(code.co_filename), owner.f_code.co_firstlineno)
        if owner is frame:  # else it is another's, by the frame that runs
            self._callers[id(code)] = caller
        return caller

    def _count(self, site: Site, callee: Callee | None) -> None:
        site.hits += 1
        if callee is None:
            return
        counted = self._counted((site.line, callee))
        counted.calls += 1
        counted.is_lower_bound |= sys.version_info >= (3, 12) and site.hits >= BUSY_SITE

    def _counted(self, key: tuple[Line, Callee]) -> Count:
        return self._counts.get(key) or self._counts.setdefault(key, self.count_type())

    def _callee(self, site: Site, function: object) -> Callee | None:
        key, holder = _identity(function)
        known = site.callees.get(key)
        if known is not None and known[0]() is holder:
            return known[1]
        callee = self.what(function)
        if len(site.callees) < BUSY_SITE:
            site.callees[key] = (ref(holder), callee)
        return callee

    def what(self, function: Any) -> Callee | None:
        """What a callable is; None where calls of it are traced, or nobody's."""
        function = unpatched(function)
        if type(function) is MethodType:
            function = MethodType.__dict__["__func__"].__get__(function)
        if type(function) is FunctionType:
            return self._python(function, raw_objects.function_name(function))
        if raw_objects.inherits(type(function), type):
            return self._class(function)
        called = raw_objects.python_function(raw_objects.lookup(type(function), "__call__"))
        if called is not None:
            return self._python(called, raw_objects.function_name(called))
        name = _c_name(function)
        return Callee(name, "c", None) if name != _CLASS_STATEMENT else None

    def _python(self, function: FunctionType, name: str) -> Callee | None:
        module = shown(module_of(function.__globals__))
        if module.partition(".")[0] in OWN_PACKAGES or self._selection.traces_function(function):
            return None
        return Callee(name, "python", module)

    def _class(self, cls: type) -> Callee | None:
        """A class is a Python callee where making an instance runs Python code."""
        name = raw_objects.type_name(cls)
        for holder, method in ((type(cls), "__call__"), (cls, "__new__"), (cls, "__init__")):
            function = raw_objects.python_function(raw_objects.lookup(holder, method))
            if function is not None:
                return self._python(function, name)
        module, qualname = raw_objects.type_module(cls), raw_objects.type_qualname(cls)
        is_traced = self._selection.scope.traces(module, qualname, "")
        return None if is_traced or raw_objects.inherits(cls, BaseException) else Callee(name, "c", None)

    def forget_callees(self) -> None:
        """Find out anew what each callable is: the scope is another one."""
        for site in list(self._sites.values()):
            site.callees.clear()
            site.hits = 0

    def changed(self) -> list[dict[str, object]]:
        """The `gap` facts, one for each line and callee, that changed since the last time."""
        changed = [
            (key, counted) for key, counted in list(self._counts.items()) if counted.calls != counted.told
        ]
        for _, counted in changed:
            counted.told = counted.calls
        for (line, _), counted in changed:
            counted.is_lower_bound |= not self._selection.counts_all(line.caller, line.file)
        return [_fact(*key, counted) for key, counted in sorted(changed, key=itemgetter(0))]

    def forget(self) -> None:
        """Count from nothing again."""
        self._sites.clear()
        self._callers.clear()
        self._counts.clear()


def _fact(line: Line, callee: Callee, counted: Count) -> dict[str, object]:
    return {
        "key": f"{line.file}:{line.number}:{line.caller}:{callee.name}",
        "caller": line.caller,
        "file": line.file,
        "line": line.number,
        "callee": callee.name,
        "kind": callee.kind,
        "include": callee.include,
        "count": counted.calls,
        "lower_bound": counted.is_lower_bound,
    }


def _identity(function: object) -> tuple[object, object]:
    """A key that tells one callee from another, and what must live for it to stay so: it is not kept alive.

    A function's code, a bound method's function, a C method's name and the type that it is bound to; of any
    other object that can be called only its type.
    """
    if type(function) is MethodType:
        function = MethodType.__dict__["__func__"].__get__(function)
    if type(function) is FunctionType:
        return id(function.__code__), function.__code__
    owner = function.__self__ if type(function) is BuiltinFunctionType else None
    if owner is not None and type(owner) is not ModuleType:
        holder = owner if raw_objects.inherits(type(owner), type) else type(owner)
        return (id(holder), cast("BuiltinFunctionType", function).__name__), holder
    if any(type(function) is descriptor for descriptor in _DESCRIPTORS):
        holder = cast("MethodDescriptorType", function).__objclass__
        return (id(holder), cast("MethodDescriptorType", function).__name__), holder
    if type(function) is BuiltinFunctionType or raw_objects.inherits(type(function), type):
        return id(function), function
    return (id(type(function)), ""), type(function)


def _c_name(function: Any) -> str:
    """`round`, `math.sqrt`, `str.join`."""
    kind = type(function)
    if kind is BuiltinFunctionType:
        return raw_objects.c_function_name(function)
    if any(kind is descriptor for descriptor in _DESCRIPTORS):
        return f"{raw_objects.type_name(function.__objclass__)}.{function.__name__}"
    return raw_objects.type_name(kind)


_DESCRIPTORS = (MethodDescriptorType, WrapperDescriptorType, ClassMethodDescriptorType, MethodWrapperType)
