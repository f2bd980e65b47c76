"""Writes one call, or a group of like calls, as one line: call, result, and a margin for the rest."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from breadcrumb.render.durations import duration
from breadcrumb.render.values import Json, Memory, clip, one_line, render, same_text, short, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from breadcrumb.questions.call_rows import Call, Raised
    from breadcrumb.render.folding import Group

MARGIN = 58
"""The column where the margin starts, where the line leaves room."""

VALUE_WIDTH = 80
"""Characters of one argument or result."""

LINE_WIDTH = 300
"""Characters of all arguments of one call."""

WAITED = 2
"""How many times longer than it ran a call must have taken for both times to be told."""

SHARE = 0.1
"""The part of its outermost call's time from which an inner call's time is told."""


@dataclass(frozen=True)
class Line:
    """One line of text and the number of rows that it shows."""

    text: str
    rows: int = 0


@dataclass
class Writer:
    """Writes calls one after the other, remembering what was shown."""

    names: Mapping[str, str] = field(default_factory=dict)
    """How each function is called in this answer."""
    now_ns: int | None = None
    """The time of the answer, if the run still goes on."""
    width: int = VALUE_WIDTH
    memory: Memory = field(default_factory=Memory)

    def name(self, function: str) -> str:
        """Give the name of a function as this answer writes it."""
        return self.names.get(function, function)

    def group(self, group: Group, *, long_ns: int = 0, parent: Call | None = None, indent: int = 0) -> str:
        """Write a group as one line, `indent` columns in; times from `long_ns` on are told."""
        calls = group.calls
        self.memory.process = group.first.process
        times = "" if len(calls) == 1 else f"  x{len(calls)}"
        deep = f", {group.levels} deep" if group.levels > 1 else ""
        head = f"{self._called(calls)}{times}{deep}{self._result(calls)}"
        margin = ", ".join(self._margin(group, long_ns, parent))
        head = " " * indent + head
        return f"{head.ljust(MARGIN - 4)}    {margin}" if margin else head

    def _called(self, calls: Sequence[Call]) -> str:
        return f"{self.name(calls[0].function)}({self.arguments(calls)})"

    def arguments(self, calls: Sequence[Call]) -> str:
        """Write the arguments of like calls."""
        columns = [call.args for call in calls if isinstance(call.args, dict)]
        if len(columns) != len(calls):
            return "…" if calls[0].args is None else render([calls[0].args], self.memory, width=self.width)
        written = [f"{name}={self._value([args.get(name) for args in columns], name)}" for name in columns[0]]
        return clip(one_line(", ".join(written)), max(LINE_WIDTH, self.width))

    def _value(self, values: Sequence[Json], name: str) -> str:
        return render(values, self.memory, name=name, width=self.width)

    def _result(self, calls: Sequence[Call]) -> str:
        call = calls[0]
        if call.raised is not None and not call.cancelled:
            return f"  !! {self._exception(calls)}"
        if call.status == "open":
            return self._open(call)
        if call.cancelled:
            return "  -> left by cancellation or close"
        if not call.returned:
            return "  -> ?"
        return f"  -> {self._results([each.result for each in calls])}"

    def _open(self, call: Call) -> str:
        if self.now_ns is None:
            return "  ... did not end"
        return f"  ... still open {duration(max(self.now_ns - call.start_ns, 0))}"

    def _results(self, values: Sequence[Json]) -> str:
        numbers = [
            value for value in values if isinstance(value, int | float) and not isinstance(value, bool)
        ]
        if len(numbers) == len(values) and not same_text(values):
            return span(numbers, " .. ")
        return self._value(values, "")

    def _exception(self, calls: Sequence[Call]) -> str:
        raised = calls[0].raised
        assert raised is not None
        if not raised.first:
            return short(raised.type)
        messages = dict.fromkeys(exception_text(call.raised) for call in calls if call.raised)
        first = next(iter(messages))
        return first if len(messages) == 1 else f"{first} and {len(messages) - 1} other messages"

    def _margin(self, group: Group, long_ns: int, parent: Call | None) -> Iterable[str]:
        call = group.first
        yield from self._numbers(group.calls)
        if group.alternating:
            yield "in turn with the next"
        if call.raised is not None and call.raised.first and not call.cancelled:
            yield place(call.raised.file or call.file, call.raised.line)
            yield (
                f"handled in {self.name(call.raised.handled_by)}"
                if call.raised.handled_by
                else "not handled in traced code"
            )
        yield from _times(group.calls, long_ns)
        if parent is not None and call.pid != parent.pid:
            yield f"process {call.pid}"
        if parent is not None and call.thread != parent.thread and call.thread:
            yield f"thread {call.thread}"
        if parent is not None and call.task != parent.task and call.task:
            yield f"task {call.task}"

    def _numbers(self, calls: Sequence[Call]) -> Iterable[str]:
        numbers = [call.number for call in calls if call.number is not None]
        if len(numbers) == 1:
            yield f"#{numbers[0]}"
        elif numbers:
            yield f"#{min(numbers)}-#{max(numbers)}"


def exception_text(raised: Raised) -> str:
    """Write an exception as the last line of a traceback does."""
    if raised.message is not None:
        text = f"{short(raised.type)}: {raised.message}" if raised.message else short(raised.type)
    elif raised.args is not None:
        text = f"{short(raised.type)}({render([raised.args])})"
    else:
        text = short(raised.type)
    return clip(one_line(text), VALUE_WIDTH)


def place(file: str, line: int | None) -> str:
    """Write file:line, the file relative to here if it is below."""
    relative = os.path.relpath(file) if os.path.isabs(file) else file
    shown = file if relative.startswith("..") else relative
    return shown if line is None else f"{shown}:{line}"


def _times(calls: Sequence[Call], long_ns: int) -> Iterable[str]:
    known = [call.duration_ns for call in calls if call.duration_ns is not None]
    total = sum(known)
    if not known or total < long_ns:
        return
    ran = sum(call.ran_ns or 0 for call in calls)
    if any(call.suspensions for call in calls) and total > WAITED * ran and total - ran > 1_000_000:
        yield f"{duration(total)}, of which it ran {duration(ran)}"
    else:
        yield duration(total)
