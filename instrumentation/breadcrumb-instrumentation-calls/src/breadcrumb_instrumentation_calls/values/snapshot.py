"""Takes a bounded, redacted picture of values as JSON text; no code of the traced program runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.values.writer import ValueWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from breadcrumb_instrumentation_calls.base.json_text import TextWriter
    from breadcrumb_instrumentation_calls.base.limits import Limits
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo


class Snapshot:
    """Turns arguments, returns and other values into JSON text within the limits."""

    def __init__(self, limits: Limits, text: TextWriter) -> None:
        self.limits = limits
        self.writer = text

    def arguments(self, info: CodeInfo, read: Callable[[str], object]) -> str:
        """One object with every parameter under its own name.

        `read` gives a parameter's value by name, and raises KeyError or NameError for one that is gone.
        """
        found = []
        for name, key in info.parameters:
            try:
                found.append((key, info.secrets.get(name), name == info.varargs, read(name)))
            except (KeyError, NameError):
                continue
        return self.written(found)

    def written(self, given: Iterable[tuple[str, str | None, bool, object]]) -> str:
        """One object of (key, rule that makes it secret, whether it is `*args`, value)."""
        writer = ValueWriter(self.limits, self.writer, "args")
        parts = [
            f"{key}: {writer.varargs(rule, value) if is_varargs else writer.named(rule, value)}"
            for key, rule, is_varargs, value in given
        ]
        return "{" + ", ".join(parts) + "}"

    def value(self, value: object, place: str) -> str:
        """One value; `place` is where an audit counts what was redacted."""
        return ValueWriter(self.limits, self.writer, place).value(value, 0)

    def text(self, text: str, place: str) -> str:
        """A string that stays a JSON string, its secrets replaced and its end cut inside the text."""
        return self.writer.inline(text, self.limits.string, place)
