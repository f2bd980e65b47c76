"""Writes one call, or a group of like calls, as one line: call, result, and a margin for the rest."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, field

from breadcrumb.common.messages import one_line
from breadcrumb.questions.facts.calls.call_rows import MODULE
from breadcrumb.questions.facts.calls.open_stacks import LIBRARY
from breadcrumb.questions.facts.calls.span_rows import Span
from breadcrumb.questions.facts.calls.uncaught import EXIT
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.durations import duration
from breadcrumb.render.parts.focus import focus_of
from breadcrumb.render.parts.folding import overlapping, stack
from breadcrumb.render.parts.odd import in_order
from breadcrumb.render.parts.span_lines import span_name, span_result
from breadcrumb.render.parts.values import Memory, numbers_in, render, same_text, short, span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.calls.call_rows import Call, Raised
    from breadcrumb.render.parts.folding import Group
    from breadcrumb.render.parts.places import Places

MARGIN = 58
"""The column where the margin starts, where the line leaves room."""

VALUE_WIDTH = 80
"""Characters of one argument or result."""

LINE_WIDTH = 300
"""Characters of all arguments of one call."""

WAITED = 2
"""How many times longer than it ran a call must have taken for both times to be told."""

NAMED = 3
"""Threads or tasks that are named one by one."""

YIELDED = 30
"""Characters of a value that a generator gave."""

SHARE = 0.1
"""The part of its outermost call's time from which an inner call's time is told."""


@dataclass(frozen=True)
class Line:
    """One line of text and the number of rows that it shows."""

    text: str
    rows: int = 0
    level: int = 0
    """How many others it lies within: where not all have room, the innermost go first."""


@dataclass
class Writer:
    """Writes calls one after the other, remembering what was shown."""

    names: Mapping[str, str] = field(default_factory=dict)
    """How each function is called in this answer."""
    now_ns: int | None = None
    """The time of the answer, if the run still goes on."""
    width: int = VALUE_WIDTH
    line_width: int = LINE_WIDTH
    result_width: int = 0
    """Characters of a result, where it is to have more room than an argument."""
    memory: Memory = field(default_factory=Memory)
    focus: frozenset[str] = frozenset()
    """What matters in what is written now (`Memory.focus`)."""
    places: Places | None = None
    """Tells apart where the outermost calls ran; None where nobody asks."""

    def name(self, function: str) -> str:
        """Give the name of a function as this answer writes it."""
        return self.names.get(function, function)

    def group(
        self, group: Group, *, long_ns: int = 0, parent: Group | None = None, indent: int = 0, since: int = 0
    ) -> str:
        """Write a group as one line, `indent` columns in; times from `long_ns` on are told.

        `since` (ns) is what the start is told from, where the order of starts is not that of the lines.
        """
        calls = group.calls
        self.memory.process = group.first.process
        times = "" if len(calls) == 1 else f"  x{len(calls)}"
        deep = _nesting(group)
        ordered = in_order(calls)
        head = f"{self._called(ordered)}{times}{deep}{self._result(ordered)}"
        changes = self.places.changes(calls) if self.places and parent is None else ()
        margin = ", ".join([*self._margin(group, long_ns), *changes, *_where(group, parent, since)])
        head = " " * indent + head
        return f"{head.ljust(MARGIN - 4)}    {margin}" if margin else head

    def _called(self, calls: Sequence[Call]) -> str:
        if isinstance(calls[0], Span):
            return span_name(calls[0])
        if calls[0].kind == MODULE:
            return self.name(calls[0].function)
        return f"{self.name(calls[0].function)}({self.arguments(calls)})"

    def entry(
        self,
        group: Group,
        *,
        without: frozenset[str],
        result: bool,
        long_ns: int,
        by: Sequence[str],
        since: int = 0,
    ) -> str:
        """Write a group as one of a list of calls of a function: its numbers, and what is unlike the rest.

        Where nothing is, when it started, counted from `since` (ns).
        """
        self.memory.process = group.first.process
        ordered = in_order(group.calls)
        numbers = " ".join(self._numbers(group.calls))
        times = "" if len(group.calls) == 1 else f"  x{len(group.calls)}"
        told = self.arguments(ordered, without)
        ended = self._result(ordered) if result else ""
        changes = self.places.changes(group.calls) if self.places else ()
        besides = [each for each in self._margin(group, long_ns) if each != numbers]
        is_told = told or ended
        margin = ", ".join([*besides, *changes, *_where(group, None, 0 if is_told else since), *by])
        head = f"  {numbers}  {told}{times}{ended}".rstrip()
        return f"{head.ljust(MARGIN - 4)}    {margin}" if margin else head

    def arguments(self, calls: Sequence[Call], without: frozenset[str] = frozenset()) -> str:
        """Write the arguments of like calls, but of those that are said already only what is new."""
        columns = [call.args for call in calls if isinstance(call.args, dict)]
        if len(columns) != len(calls):
            return "…" if calls[0].args is None else render([calls[0].args], self.memory, width=self.width)
        given = {name: [args.get(name) for args in columns] for name in columns[0]}
        shown = {name: values for name, values in given.items() if not self._is_left_out(values)}
        same = _one_object(shown) if len(calls) == 1 else {}
        beside = focus_of(values[0] for values in given.values()) if len(calls) == 1 else frozenset()
        self.memory.focus = self.focus | beside
        written = [
            f"{name} is {same[name]}"
            if name in same
            else self._news(values, name)
            if name in without
            else f"{name}={self._value(values, name)}"
            for name, values in shown.items()
        ]
        self.memory.focus = self.focus
        written = [each for each in written if each]
        whole = len(written) if without else len(given)
        return one_line(_as_many(written, max(self.line_width, self.width), whole))

    def _news(self, values: Sequence[Json], name: str) -> str:
        """Write of an object that is told above the fields that changed, and of other values nothing."""
        if not isinstance(values[0], dict) or "@id" not in values[0]:
            return ""
        text = self._value(values, name)
        return f"{name}{text[text.index('(') :]}" if "(" in text else ""

    def _is_left_out(self, values: Sequence[Json]) -> bool:
        """Tell whether an argument says nothing where room is short."""
        return self.memory.tagged is not None and not any(value is not None for value in values)

    def _value(self, values: Sequence[Json], name: str) -> str:
        return render(values, self.memory, name=name, width=self.width)

    def _result(self, calls: Sequence[Call]) -> str:
        call = calls[0]
        if isinstance(call, Span):
            return span_result(call)
        if call.raised is not None and not call.cancelled:
            return f"  !! {self._exception(calls)}"
        if call.status == "open":
            return self._open(call)
        if call.cancelled:
            return f"  -> left by {short(call.raised.type) if call.raised else 'cancellation or close'}"
        if call.kind == MODULE:
            return ""
        if not call.returned:
            return "  -> ?"
        return f"  -> {self._results([each.result for each in calls])}"

    def _open(self, call: Call) -> str:
        if self.now_ns is None:
            return "  ... did not end"
        return f"  ... still open {duration(max(self.now_ns - call.start_ns, 0))}"

    def _results(self, values: Sequence[Json]) -> str:
        numbers = numbers_in(values)
        if numbers is not None and not same_text(values):
            return span(numbers, " .. ")
        return render(values, self.memory, width=max(self.width, self.result_width))

    def _exception(self, calls: Sequence[Call]) -> str:
        raised = calls[0].raised
        assert raised is not None
        if not raised.first:
            return short(raised.type)
        messages = dict.fromkeys(exception_text(call.raised, self.width) for call in calls if call.raised)
        return f"{next(iter(messages))}{other_messages(len(messages))}"

    def _margin(self, group: Group, long_ns: int) -> Iterable[str]:
        call = group.first
        yield from self._numbers(group.calls)
        if group.alternating:
            yield "in turn with the next"
        if call.raised is not None and call.raised.first and not call.cancelled:
            yield place(call.raised.file or call.file, call.raised.line)
            yield self.ending(call.raised)
        yields = [each.yields for each in group.calls if each.yields is not None]
        if yields:
            given = self._yielded(call) if len(group.calls) == 1 else ""
            yield f"yielded {span(yields) if len(set(yields)) > 1 else yields[0]}{given}"
        yield from _times(group.calls, long_ns)

    def _yielded(self, call: Call) -> str:
        """Write the first and the last value that a generator gave; the latter only where that is known."""
        width = self.result_width or YIELDED
        texts = [
            render([call.yielded[each]], Memory(), width=width) if each in call.yielded else "…"
            for each in (("first", "last") if (call.yields or 0) > 1 else ("first",))
        ]
        return f": {' .. '.join(texts)}" if call.yielded and "first" in call.yielded else ""

    def ending(self, raised: Raised | None) -> str:
        """Say who handled an exception, as far as it is known."""
        if raised is not None and raised.test is not None:
            return test_ending(raised.test, was_expected=raised.was_expected)
        if raised is not None and raised.handled_by is not None:
            below = "below {}, in code that is not traced" if raised.taken_below else "in {}"
            return f"handled {below.format(self.name(raised.handled_by))}"
        if raised is not None and raised.reached is not None:
            how = "whose end is not known" if raised.id else "as it was or what an except* left of it"
            return f"reached {self.name(raised.reached)}, {how}"
        if raised is not None and raised.type == EXIT and not raised.not_handled_in:
            return "an exit"
        if raised is not None and raised.type == EXIT and raised.came_to_nobody:
            return f"ended {raised.not_handled_in}"
        if raised is not None and raised.request is not None:
            request = f"[{clip(one_line(raised.request), VALUE_WIDTH)}]"
            return f"failed {request}" if raised.failed_request else f"left to {request}, which did not fail"
        if raised is not None and raised.ended_run and not raised.not_handled_in:
            return "ended the run"
        if raised is not None and raised.may_be_handled:
            return f"left {raised.not_handled_in}; who waits for it may have handled it"
        return f"not handled in {(raised and raised.not_handled_in) or 'traced code'}"

    def _numbers(self, calls: Sequence[Call]) -> Iterable[str]:
        numbers = [call.number for call in calls if call.number is not None]
        if numbers and len(numbers) <= max(numbers) - min(numbers) and len(numbers) <= NAMED:
            yield ", ".join(f"#{number}" for number in sorted(numbers))
        elif len(numbers) > 1:
            among = "" if len(numbers) > max(numbers) - min(numbers) else "among "
            yield f"{among}#{min(numbers)}-#{max(numbers)}"
        elif numbers:
            yield f"#{numbers[0]}"


def _nesting(group: Group) -> str:
    """Say how calls of a function hang under each other."""
    if group.levels <= 1:
        return ""
    if not group.in_turn:
        return f", {group.levels} deep"
    return ", each scheduled by the one before" if group.levels == len(group.calls) else ", scheduled in turn"


def _one_object(columns: Mapping[str, Sequence[Json]]) -> dict[str, str]:
    """Give for each argument that is the same object as an earlier one that one's name."""
    first: dict[tuple[str, str], str] = {}
    same = {}
    for name, (value,) in columns.items():
        if isinstance(value, dict) and "@id" in value:
            earlier = first.setdefault((str(value.get("@")), str(value["@id"])), name)
            if earlier != name:
                same[name] = earlier
    return same


def _as_many(written: Sequence[str], width: int, of: int) -> str:
    """Join as many texts as have room, the first one at least; `…` stands for what is left out."""
    shown = list(written)
    while len(shown) > 1 and sum(len(each) + 2 for each in shown) > width:
        shown.pop()
    return ", ".join([*shown, "…"] if len(shown) < of else shown)


def test_ending(test: str, *, was_expected: bool) -> str:
    """Say what an exception meant to the test whose runner caught it."""
    return f"expected by {test}" if was_expected else f"failed {test}"


def other_messages(different: int) -> str:
    """Say how many messages there were besides the one that is written."""
    return "" if different == 1 else f" and {different - 1} other message{'s' if different > 2 else ''}"


def exception_text(raised: Raised, width: int = VALUE_WIDTH) -> str:
    """Write an exception as the last line of a traceback does, in at most `width` characters."""
    if raised.message is not None:
        text = f"{short(raised.type)}: {raised.message}" if raised.message else short(raised.type)
    elif raised.args is not None:
        text = f"{short(raised.type)}({render([raised.args])})"
    else:
        text = short(raised.type)
    return clip(one_line(text), width)


def _where(group: Group, parent: Group | None, since: int) -> Iterable[str]:
    """Say in which process, threads and tasks calls ran, where that is not those of the calls above."""
    call = group.first
    if since and len({stack(each) for each in group.calls}) == 1:
        yield f"at {_offsets([each.start_ns - since for each in group.calls])}"
    if parent is not None and call.pid != parent.first.pid:
        yield f"process {call.pid}"
    threads = dict.fromkeys(each.thread for each in group.calls if each.thread)
    tasks = dict.fromkeys(each.task for each in group.calls if each.task)
    together = " at once" if overlapping(group.calls) else ""
    for noun, names, above in (
        ("thread", threads, {each.thread for each in parent.calls} if parent else set(threads)),
        ("task", tasks, {each.task for each in parent.calls} if parent else set(tasks)),
    ):
        if names and (names.keys() != above or (parent is None and len(names) > 1)):
            yield f"{_several(noun, list(names))}{together if len(names) > 1 else ''}"


def _several(noun: str, names: Sequence[str]) -> str:
    if len(names) > NAMED:
        return f"{len(names)} {noun}s"
    return f"{noun}{'s' if len(names) > 1 else ''} {', '.join(names)}"


def _offsets(offsets: Sequence[int]) -> str:
    """Write times since the first call, exact enough to tell their order: `+0.213 ms`."""
    first, last = (f"{max(ns, 0) / 1_000_000:.3f}" for ns in (min(offsets), max(offsets)))
    return f"+{first} ms" if first == last else f"+{first}..{last} ms"


def place(file: str | None, line: int | None) -> str:
    """Write file:line; a library's file from the library on, another relative to here if it is below."""
    if file is None:
        return "?"
    shown = LIBRARY.sub("", file)
    relative = os.path.relpath(shown) if os.path.isabs(shown) else shown
    shown = shown if relative.startswith("..") else relative
    return shown if line is None else f"{shown}:{line}"


def _outermost(calls: Sequence[Call]) -> Iterable[Call]:
    """Leave out those that ran within others of them: their time is told with these."""
    ends: dict[object, int] = {}
    for call in sorted(calls, key=lambda each: (each.start_ns, -(each.duration_ns or 0))):
        end = call.start_ns + (call.duration_ns or 0)
        if end > ends.get(stack(call), 0):
            ends[stack(call)] = end
            yield call


def _times(calls: Sequence[Call], long_ns: int) -> Iterable[str]:
    calls = list(_outermost(calls)) if len(calls) > 1 else calls
    known = [call.duration_ns for call in calls if call.duration_ns is not None]
    total = sum(known)
    if not known or total < long_ns:
        return
    ran = sum(call.ran_ns or 0 for call in calls)
    if any(call.suspensions for call in calls) and total > WAITED * ran and total - ran > 1_000_000:
        yield f"{duration(total)}, of which it ran {duration(ran)}"
    else:
        yield duration(total)
