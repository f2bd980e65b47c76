"""Decides at first sight whether a code object is traced, and remembers those that are."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base import debug, raw_objects
from breadcrumb_instrumentation_calls.base.frame_locals import local
from breadcrumb_instrumentation_calls.base.json_text import spell_surrogates
from breadcrumb_instrumentation_calls.selection.code_info import (
    CodeInfo,
    Names,
    is_callable_code,
    is_comprehension,
    is_module_code,
    is_scaffolding,
)

if TYPE_CHECKING:
    from types import CodeType, FrameType, FunctionType

    from breadcrumb_instrumentation_calls.selection.scope import Scope
    from breadcrumb_instrumentation_calls.selection.thinning import Thinning

MOST_BODIES = 1_000
"""Code objects compiled from strings at one place whose calls are counted; each is kept alive."""
MOST_FUNCTIONS = 10_000
"""Functions compiled from strings at one place that are traced; each is kept alive."""


class Selection:
    """The traced code objects of a process, by identity (hashing code is slow)."""

    def __init__(self, scope: Scope, names: Names, thinning: Thinning) -> None:
        self.scope = scope
        self._thinning = thinning
        self._names = names
        self._calls: dict[int, CodeInfo] = {}
        self._numbers = count(1)
        """Those not yet given: several threads may see functions first at the same time."""
        self._numbered: dict[int, CodeInfo] = {}
        self._files: dict[int, str] = {}
        """By which file the scope decides about a traced function, by its number."""
        self.left: frozenset[int] = frozenset()
        """Numbers of traced functions that a change of scope left out: of them no call begins."""
        self._bodies: dict[int, CodeType] = {}
        self._modules: set[int] = set()
        """Those of the bodies that are whole modules'."""
        self._compiled: Counter[tuple[str, str, str, int]] = Counter()
        """Code objects by module, qualified name, file and line, of those that were compiled from strings."""
        self._unwatched: set[tuple[str, str]] = set()
        """Where bodies are no longer watched."""
        self.unseen = 0
        """Functions compiled from strings that are not traced: there were too many at their place."""

    def known(self, code: CodeType) -> CodeInfo | None:
        """What is known of a code object already selected."""
        return self._calls.get(id(code))

    def is_body(self, code: CodeType) -> bool:
        """Whether this is a module, class or comprehension body already selected."""
        return id(code) in self._bodies

    def is_module(self, code: CodeType) -> bool:
        """Whether this is a module's body already selected."""
        return id(code) in self._modules

    def watches(self, code: CodeType) -> bool:
        """Whether calls that this code makes are counted where they are not traced."""
        return id(code) in self._calls or id(code) in self._bodies

    def numbered(self, number: int) -> CodeInfo:
        """The traced code object that calls name by this number."""
        return self._numbered[number]

    def select(self, frame: FrameType) -> CodeInfo | None:
        """Decide about the code of a frame; None for what is not a call or not in scope."""
        code = frame.f_code
        module = module_of(frame.f_globals)
        qualname = _qualname(code, frame)
        file = _file(code, frame.f_globals)
        if not self.scope.traces(module, qualname, file):
            if debug.is_on() and not module.startswith(("breadcrumb.", "breadcrumb_")):
                debug.note(f"not in scope: {module} ({file})")
            return None
        compiled = self._count_compiled(code, module, qualname)
        if not is_callable_code(code):
            if compiled <= MOST_BODIES and not is_scaffolding(code):
                self._bodies[id(code)] = code
                if is_module_code(code) and (_is_from_file(code) or _is_main(module, frame)):
                    self._modules.add(id(code))
            return None
        if compiled > MOST_FUNCTIONS:
            self.unseen += 1
            return None
        number = next(self._numbers)
        has_lines = self.scope.has_lines(module, qualname)
        if debug.is_on():
            debug.note(f"traced: {module}.{qualname} ({file}:{code.co_firstlineno})")
        info = CodeInfo(number, code, module, qualname, self._names, self._thinning, has_lines=has_lines)
        self._files[number] = file
        kept = self._calls.setdefault(id(code), info)
        self._numbered[kept.number] = kept
        return kept

    def covers(self, frame: FrameType) -> bool:
        """Whether the code of a frame is in scope, be it a call's or a body's."""
        code = frame.f_code
        if id(code) in self._calls or id(code) in self._bodies:
            return True
        file = _file(code, frame.f_globals)
        return self.scope.traces(module_of(frame.f_globals), code.co_qualname, file)

    def has_lines(self, frame: FrameType) -> bool:
        """Whether the lines of a module's body are recorded."""
        return self.scope.has_lines(module_of(frame.f_globals), frame.f_code.co_qualname)

    def rescope(self, scope: Scope) -> None:
        """Decide by another scope from the next call on; what has begun is recorded to its end."""
        self.scope = scope
        self.left = frozenset(
            info.number
            for info in self.infos
            if not scope.traces(info.module, info.qualname, self._files[info.number])
        )

    def _count_compiled(self, code: CodeType, module: str, qualname: str) -> int:
        """How many code objects were compiled from strings at this one's place, which may go on for ever."""
        if not code.co_filename.startswith("<"):
            return 0
        place = (module, qualname, code.co_filename, code.co_firstlineno)
        self._compiled[place] += 1
        if self._compiled[place] == MOST_BODIES:
            self._unwatched.add((f"{module}.{code.co_qualname}", code.co_filename))
        return self._compiled[place]

    def counts_all(self, caller: str, file: str) -> bool:
        """Whether the calls that this code makes are all counted, by `module.qualname` and file."""
        return (caller, file) not in self._unwatched

    def traces_function(self, function: FunctionType) -> bool:
        """Whether calls of a function object are traced."""
        code = function.__code__
        known = self._calls.get(id(code))
        if known is not None:
            return known.number not in self.left
        module = module_of(function.__globals__)
        if not is_callable_code(code):
            return False
        return self.scope.traces(module, function.__qualname__, _file(code, function.__globals__))

    @property
    def watched(self) -> list[CodeType]:
        """Every code object that is listened to."""
        return [*(info.code for info in self.infos), *self._bodies.values()]

    @property
    def infos(self) -> list[CodeInfo]:
        """Every traced code object so far, in the order of first sight."""
        return list(self._calls.values())


def module_of(namespace: dict[str, object]) -> str:
    """The module name that a global namespace gives itself."""
    name = dict.get(namespace, "__name__")
    return name if type(name) is str else "?"


def caller_name(frame: FrameType) -> tuple[FrameType, str]:
    """The frame that a comprehension belongs to (or the frame itself), and its `module.qualname`."""
    while is_comprehension(frame.f_code) and frame.f_back is not None:
        frame = frame.f_back
    return frame, spell_surrogates(f"{module_of(frame.f_globals)}.{frame.f_code.co_qualname}")


def _is_from_file(code: CodeType) -> bool:
    return not code.co_filename.startswith("<")


def _is_main(module: str, frame: FrameType) -> bool:
    """Whether this is what the interpreter runs first: a command's or a prompt's code is from no file."""
    return module == "__main__" and frame.f_back is None


def _file(code: CodeType, namespace: dict[str, object]) -> str:
    """The code's file; generated code belongs to the file of its module."""
    if code.co_filename.startswith("<"):
        file = dict.get(namespace, "__file__")
        return file if type(file) is str else code.co_filename
    return code.co_filename


def _qualname(code: CodeType, frame: FrameType) -> str:
    """The qualified name; a generated method (a dataclass's) is named after the class that holds it."""
    if not (code.co_filename.startswith("<") and code.co_argcount):
        return code.co_qualname
    owner = local(frame, code.co_varnames[0])
    for base in raw_objects.mro(type(owner)):
        held = raw_objects.python_function(raw_objects.class_dict(base).get(code.co_name))
        if held is not None and held.__code__ is code:
            return f"{type.__dict__['__qualname__'].__get__(base)}.{code.co_name}"
    return code.co_qualname
