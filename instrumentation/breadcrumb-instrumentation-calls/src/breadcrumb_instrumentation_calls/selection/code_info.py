"""What is known of a traced code object, found out once at its first call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from breadcrumb_instrumentation_calls.base import code_flags
from breadcrumb_instrumentation_calls.base.json_text import quote
from breadcrumb_instrumentation_calls.base.members import as_object
from breadcrumb_instrumentation_calls.selection.lasting import kept
from breadcrumb_instrumentation_calls.selection.thinning import NO_THINNING, Thinning

if TYPE_CHECKING:
    from types import CodeType

    from breadcrumb_instrumentation_calls.base.members import Texts


class Names(Protocol):
    """Knows which names mean a secret, and shows a name without the secrets in it."""

    def name_rule(self, name: object) -> str | None: ...
    def returned_rule(self, function: str) -> str | None: ...
    def shown(self, name: str) -> str: ...


Kind = Literal["function", "coroutine", "generator", "async_generator"]

UNRECORDED = '{"@unrecorded": "overhead"}'
"""What stands for a value that was not written because of what that costs."""
_COMPREHENSIONS = frozenset(("<listcomp>", "<setcomp>", "<dictcomp>"))
_CALLABLE_IN_BRACKETS = frozenset(("<lambda>", "<genexpr>"))


class CodeInfo:
    """One traced function: its names, its place, its parameters; its own names show no secrets.

    Nothing of it changes but the counts of the tally.
    """

    def __init__(
        self,
        number: int,
        code: CodeType,
        module: str,
        qualname: str,
        names: Names,
        thinning: Thinning = Thinning(),  # noqa: B008 - frozen
        *,
        has_lines: bool = False,
    ) -> None:
        positional = code.co_argcount + code.co_kwonlyargcount
        has_varargs = bool(code.co_flags & code_flags.VARARGS)
        has_varkeywords = bool(code.co_flags & code_flags.VARKEYWORDS)
        parameters = code.co_varnames[: positional + has_varargs + has_varkeywords]
        secrets = {name: rule for name in parameters if (rule := names.name_rule(name)) is not None}
        lasting, updated = (frozenset[str](), frozenset[str]()) if has_lines else kept(code, parameters)
        self.number = number
        """The `code` column of its calls; 1 is the first of the process."""
        self.code = code
        """Kept alive, so that its id stays its own."""
        self.module = names.shown(module)
        self.qualname = names.shown(qualname)
        self.file = names.shown(code.co_filename)
        self.line = code.co_firstlineno
        self.kind = kind_of(code)
        self.shown = tuple([names.shown(name) for name in parameters])
        """The parameters' names without secrets."""
        self.parameters = tuple(zip(parameters, map(quote, self.shown), strict=True))
        """Name and JSON key of every parameter in its order, `*args` and `**kwargs` last."""
        self.varargs = parameters[positional] if has_varargs else None
        """The name of `*args`."""
        self.tally = (NO_THINNING if has_lines else thinning).tally(module, qualname)
        """Its calls in this process, and which of them are kept."""
        self.has_lines = has_lines
        """Whether its lines are recorded."""
        self.secrets = secrets
        """Rule by name of each parameter that holds a secret."""
        self.lasting = lasting - secrets.keys()
        """Parameters whose objects are looked at again when a call ends."""
        self.updated = updated
        """Those of them that `+=` or its like binds anew."""
        self.return_rule = names.returned_rule(qualname.rpartition(".")[2])
        """The rule by which its own name says that it returns a secret: `get_token`."""

    @property
    def function(self) -> str:
        """`module.qualname`, as in `code.function.name`."""
        return f"{self.module}.{self.qualname}"

    @property
    def bare_arguments(self) -> Texts:
        """What stands for the arguments of a bare call."""
        return (UNRECORDED,) * len(self.parameters)

    @property
    def fact(self) -> dict[str, object]:
        """The `code` fact."""
        return {
            "key": self.number,
            "module": self.module,
            "qualname": self.qualname,
            "function": self.function,
            "file": self.file,
            "line": self.line,
            "kind": self.kind,
            "parameters": list(self.shown),
        }

    def arguments(self, texts: Texts) -> str:
        """A call's arguments as one JSON object, of their texts in the order of the parameters."""
        return as_object([key for _, key in self.parameters[: len(texts)]], texts)


def kind_of(code: CodeType) -> Kind:
    """How calls of this code run."""
    flags = code.co_flags
    if flags & code_flags.ASYNC_GENERATOR:
        return "async_generator"
    if flags & (code_flags.COROUTINE | code_flags.ITERABLE_COROUTINE):
        return "coroutine"
    if flags & code_flags.GENERATOR:
        return "generator"
    return "function"


def is_comprehension(code: CodeType) -> bool:
    """Whether this is the body of a list, set or dict comprehension (a frame of its own before 3.12)."""
    return code.co_name in _COMPREHENSIONS


def is_callable_code(code: CodeType) -> bool:
    """Whether a run of this code is a call: not a module, a class body or a comprehension."""
    if not code.co_flags & code_flags.OPTIMIZED or is_scaffolding(code) or _is_evaluator(code):
        return False
    return not code.co_name.startswith("<") or code.co_name in _CALLABLE_IN_BRACKETS


def is_module_code(code: CodeType) -> bool:
    """Whether this is a module's body, or what `exec` runs of a text."""
    return code.co_name == "<module>"


def is_scaffolding(code: CodeType) -> bool:
    """Whether this is where `dataclasses` makes the methods of a class, in that class's module."""
    return code.co_name == "__create_fn__" and code.co_filename == "<string>"


def _is_evaluator(code: CodeType) -> bool:
    """Whether the compiler made this to evaluate annotations, or a type's value, when asked (PEP 649)."""
    first = code.co_varnames[0] if code.co_posonlyargcount == code.co_argcount == 1 else None
    return first == ".format" or (first == "format" and code.co_name == "__annotate__")
