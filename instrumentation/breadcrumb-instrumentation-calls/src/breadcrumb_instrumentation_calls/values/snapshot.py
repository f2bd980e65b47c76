"""Takes a bounded, redacted picture of values as JSON text; no code of the traced program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base.members import as_object
from breadcrumb_instrumentation_calls.values.writer import ValueWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from breadcrumb_instrumentation_calls.base.json_text import TextWriter
    from breadcrumb_instrumentation_calls.base.limits import Limits
    from breadcrumb_instrumentation_calls.base.members import Texts
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo


class Snapshot:
    """Turns arguments, returns and other values into JSON text within the limits."""

    def __init__(self, limits: Limits, text: TextWriter) -> None:
        self.limits = limits
        self.writer = text

    def arguments(self, info: CodeInfo, read: Callable[[str], object]) -> Texts:
        """Each parameter's text, in their order; None for one that is gone.

        `read` gives a parameter's value by name, and raises KeyError or NameError for one that is gone.
        """
        writer = ValueWriter(self.limits, self.writer, "args")
        texts: list[str | None] = []
        for name, _ in info.parameters:
            try:
                value = read(name)
            except (KeyError, NameError):
                texts.append(None)
            else:
                texts.append(_argument(writer, info.secrets.get(name), name == info.varargs, value))
        return tuple(texts)

    def argument(self, info: CodeInfo, name: str, value: object, place: str) -> str:
        """The value of one parameter."""
        writer = ValueWriter(self.limits, self.writer, place)
        return _argument(writer, info.secrets.get(name), name == info.varargs, value)

    def written(self, given: Iterable[tuple[str, str | None, bool, object]]) -> str:
        """One object of (key, rule that makes it secret, whether it is `*args`, value)."""
        writer = ValueWriter(self.limits, self.writer, "args")
        found = [(key, _argument(writer, rule, is_varargs, value)) for key, rule, is_varargs, value in given]
        return as_object([key for key, _ in found], [text for _, text in found])

    def returned(self, info: CodeInfo, value: object) -> str:
        """What a call returns or yields, which the function's own name may make a secret."""
        return ValueWriter(self.limits, self.writer, "return").named(info.return_rule, value)

    def value(self, value: object, place: str) -> str:
        """One value; `place` is where an audit counts what was redacted."""
        return ValueWriter(self.limits, self.writer, place).value(value, 0)

    def text(self, text: str, place: str) -> str:
        """A string that stays a JSON string, its secrets replaced and its end cut inside the text."""
        return self.writer.inline(text, self.limits.string, place)


def _argument(writer: ValueWriter, rule: str | None, is_varargs: bool, value: object) -> str:
    return writer.varargs(rule, value) if is_varargs else writer.named(rule, value)
