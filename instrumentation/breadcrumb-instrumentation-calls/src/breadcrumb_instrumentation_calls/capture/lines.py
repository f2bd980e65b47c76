"""Which lines of chosen functions ran, and what each did to the locals.

A line tells nothing by itself: what it did shows in the locals when the next one begins, or the call ends. So
each line's locals are written as JSON text, as arguments are, and what differs from the text before is kept.
No object is held between two lines.

The `extra` column of such a call: {"lines": [[line, offset in ns, {name: value}, [name, ...]], ...],
"args_after": {name: value}}. The third element is what the line changed and the fourth what it unbound, both
left out where there is nothing; a last element {"@more": n} counts lines beyond the bounds. `args_after` is
every argument whose object the call left different.
"""

from __future__ import annotations

import dis
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, cast

from breadcrumb_instrumentation_calls.base import frame_locals
from breadcrumb_instrumentation_calls.base.frame_locals import NOT_BOUND, Variable
from breadcrumb_instrumentation_calls.base.json_text import hides, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType

    from breadcrumb_instrumentation_calls.native import _recorder
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

    Values = Mapping[str, object]
    """The variables of a frame that have a value."""

PLACE = "line"
"""Where an audit counts what was redacted."""
MOST_TEXT = 200_000
"""Characters of the values of one call's lines; those beyond are counted."""


class LinesMissingError(RuntimeError):
    """Lines were asked for where they cannot be recorded."""


class LineTracing:
    """What the calls of all chosen functions have in common.

    `uncounted` takes the pictures that are compared: most are thrown away, so no audit may count what was
    redacted in them.
    """

    def __init__(self, snapshot: Snapshot, uncounted: Snapshot) -> None:
        self._snapshot = snapshot
        self._uncounted = uncounted
        self._write, self._compare = snapshot.value, uncounted.value
        self._text = snapshot.writer
        self.most = snapshot.limits.lines
        """How many lines of a call are kept."""
        self._variables: dict[int, tuple[Variable, ...]] = {}

    def write_with(self, writer: Callable[[Snapshot], _recorder.Values]) -> None:
        """Have values written by another writer, which gives the same text."""
        self._write, self._compare = writer(self._snapshot).value, writer(self._uncounted).value

    def begin(self, info: CodeInfo) -> Lines:
        """A call of a chosen function comes to its first line."""
        return Lines(self, self.variables_of(info.code), tuple(name for name, _ in info.parameters))

    def begin_module(self, code: CodeType) -> ModuleLines:
        """A module's body begins."""
        found = names_bound_in(code)
        variables = tuple([Variable(name, quote(name), self._text.name_rule(name)) for name in found])
        return ModuleLines(self, variables, ())

    def variables_of(self, code: CodeType) -> tuple[Variable, ...]:
        """By the identity of code that the selection keeps alive."""
        found = self._variables.get(id(code))
        if found is None:
            found = self._variables[id(code)] = frame_locals.variables_of(code, self._text.name_rule)
        return found

    def compared(self, variable: Variable, value: object) -> str:
        """A value as text to compare; two of a secret are the same."""
        if hides(variable.rule, value):
            return _SECRET
        return self._compare(value, PLACE)

    def kept(self, variable: Variable, value: object, text: str) -> str:
        """The text to keep of a value that was compared."""
        if text is _SECRET:
            return self._text.redacted(str(variable.rule), PLACE)
        return self._write(value, PLACE) if "redacted" in text else text


class Lines:
    """The lines of one call, from its first to its end."""

    __slots__ = ("_arguments", "_done", "_left", "_more", "_parameters", "_texts", "_tracing", "_variables")

    def __init__(
        self, tracing: LineTracing, variables: tuple[Variable, ...], parameters: tuple[str, ...]
    ) -> None:
        self._tracing = tracing
        self._variables = variables
        self._parameters = parameters
        self._texts: dict[str, str] | None = None
        """Each variable as it was when the last line began; None before the first."""
        self._arguments: dict[str, tuple[int, str]] = {}
        """Identity and text of each argument as the call found it."""
        self._done: list[str] = []
        self._left = MOST_TEXT
        self._more = 0

    def line(self, values: Values, line: int, offset_ns: int) -> None:
        """The call comes to a line, so many nanoseconds after its start; `values` are its variables now."""
        if not self._more:
            self._look(values)
        if self._more or len(self._done) == self._tracing.most or self._left <= 0:
            self._more += 1
            return
        self._done.append(f"[{line}, {offset_ns}")

    def end(self, values: Values | None) -> str:
        """The `extra` column; the values are None where the frame is gone."""
        parts = []
        if values is not None:
            if not self._more:
                self._look(values)
            parts = self._arguments_after(values)
        done = [f"{each}]" for each in self._done]
        if self._more:
            done.append(f'{{"@more": {self._more}}}')
        after = f', "args_after": {{{", ".join(parts)}}}' if parts else ""
        return f'{{"lines": [{", ".join(done)}]{after}}}'

    def _look(self, values: Values) -> None:
        """Add to the last line what it did."""
        if self._texts is None:
            self._texts = self._at_first(values)
            return
        changes, gone = self._differences(values, self._texts)
        if changes or gone:
            names = f", [{', '.join(gone)}]" if gone else ""
            told = f", {{{', '.join(changes)}}}{names}"
            self._done[-1] += told
            self._left -= len(told)

    def _at_first(self, values: Values) -> dict[str, str]:
        """The variables that the call found: its arguments, and those of functions around it."""
        tracing = self._tracing
        texts = {}
        for variable in self._variables:
            value = values.get(variable.name, NOT_BOUND)
            if value is not NOT_BOUND:
                text = texts[variable.name] = tracing.compared(variable, value)
                if variable.name in self._parameters:
                    self._arguments[variable.name] = id(value), text
        return texts

    def _differences(self, values: Values, texts: dict[str, str]) -> tuple[list[str], list[str]]:
        tracing = self._tracing
        changes, gone = [], []
        for variable in self._variables:
            value = values.get(variable.name, NOT_BOUND)
            before = texts.get(variable.name)
            if value is not NOT_BOUND:
                text = tracing.compared(variable, value)
                if text != before:
                    texts[variable.name] = text
                    changes.append(f"{variable.key}: {tracing.kept(variable, value, text)}")
            elif before is not None:
                del texts[variable.name]
                gone.append(variable.key)
        return changes, gone

    def _arguments_after(self, values: Values) -> list[str]:
        """Each argument that is still the object that it was, but does not look the same."""
        tracing = self._tracing
        parts = []
        for variable in self._variables:
            identity, before = self._arguments.get(variable.name, (0, ""))
            value = values.get(variable.name, NOT_BOUND) if identity else NOT_BOUND
            if value is NOT_BOUND or id(value) != identity:
                continue
            text = tracing.compared(variable, value)
            if text != before:
                parts.append(f"{variable.key}: {tracing.kept(variable, value, text)}")
        return parts


class ModuleLines(Lines):
    """The lines of a module's body, without the modules, functions and classes that it binds."""

    __slots__ = ()

    def line(self, values: Values, line: int, offset_ns: int) -> None:
        """The body comes to a line; `values` is the module's namespace."""
        super().line(self._data(values), line, offset_ns)

    def end(self, values: Values | None) -> str:
        """The `extra` column."""
        return super().end(None if values is None else self._data(values))

    def _data(self, values: Values) -> Values:
        namespace = cast("dict[str, object]", values)  # a program may run in one of a class of its own
        bound = {each.name: dict.get(namespace, each.name, NOT_BOUND) for each in self._variables}
        return {name: value for name, value in bound.items() if _is_data(value)}


def _is_data(value: object) -> bool:
    return value is not NOT_BOUND and type(value) not in _DEFINED and not issubclass(type(value), type)


_DEFINED = (ModuleType, FunctionType)


def names_bound_in(code: CodeType) -> list[str]:
    """The variables that a module's body binds, but for those that Python itself does."""
    bound = (each.argval for each in dis.get_instructions(code) if each.opname in _BINDS)
    return [name for name in dict.fromkeys(bound) if not name.startswith("__")]


_BINDS = ("STORE_NAME", "STORE_GLOBAL")

_SECRET = '"@secret"'  # noqa: S105 - it stands for one
"""Stands for every value of a secret variable while values are compared."""
