"""Writes the calls of one function in a list; a single one in full."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, cast

from breadcrumb.questions.facts.calls.call_rows import MODULE, changed
from breadcrumb.questions.facts.calls.odd import oddly_made
from breadcrumb.render.layout.tree import narrow
from breadcrumb.render.parts.call_lines import Line, Writer, place
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.folding import Group, fold
from breadcrumb.render.parts.moves import differences, told
from breadcrumb.render.parts.odd import in_order
from breadcrumb.render.parts.places import Places
from breadcrumb.render.parts.tags import unmarked
from breadcrumb.render.parts.values import Memory, is_one_way, numbers_in, render, same_text, short

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.render.parts.moves import Moved

WIDE, WIDE_LINE = 600, 2000
"""Characters of one value, and of all arguments, where a single call is asked for."""
WHOLE = 10_000_000
"""The same where whole values are asked for."""

LIST = 4
"""Calls of one function from which what they have in common is written once."""
LISTED = 60
"""Characters of one value in a list."""
RESULTS = 5
"""Different results that are counted in that line."""
RESULT = 200
"""Characters of one that all have."""
SHORT = 24
"""Characters of such a result."""
NOTABLE_NS = 1_000_000
"""The time from which that of one call in a list is told."""

SEPARATE = 30
"""Calls of one function that are written one by one, however alike."""

MADE = 600
"""Characters of the line that tells what a call called."""

LEFT = 300
"""Characters of a line that tells what calls left of their arguments."""


def call_layout(answer: Answer) -> Iterator[Line]:
    """Write each call as a line with its caller; of many, like ones together."""
    calls = cast("Sequence[Call]", answer.rows)
    if len(calls) == 1 and answer.question == "call":
        yield from _one_call(answer, calls[0])
        return
    if answer.question == "call" and len(calls) >= LIST and len({call.function for call in calls}) == 1:
        yield from _list(answer, calls)
        return
    writer = Writer(answer.names, now_ns=answer.now_ns, places=Places.of(calls))
    if answer.ask.full:
        writer.width = writer.line_width = WHOLE
    groups = [Group((call,)) for call in calls]
    for group in fold(groups) if len(groups) > SEPARATE else groups:
        callers = {writer.name(call.called_by) for call in group.calls if call.called_by}
        text = writer.group(group)
        by = f", from {', '.join(sorted(callers))}" if callers else ""
        yield Line(text + by, len(group.calls))
        yield from _left(group.calls)


def _list(answer: Answer, calls: Sequence[Call]) -> Iterator[Line]:
    """Write once what all calls have in common, then of each what it was given besides, and its result."""
    writer = narrow(answer)
    writer.width = LISTED
    writer.places = Places.of(calls)
    if answer.ask.full:
        writer.width = writer.line_width = WHOLE
    constant = frozenset(_constant(calls))
    same = all(call.returned for call in calls) and same_text([call.result for call in calls])
    yield Line(_common(writer, calls, constant, same_result=same))
    groups = [Group((call,)) for call in calls]
    is_told = len({call.called_by for call in calls}) > 1
    first_ns = min(call.start_ns for call in calls)
    odd = oddly_made(calls)
    for group in _opened(fold(groups), odd) if len(groups) > SEPARATE else groups:
        callers = {writer.name(call.called_by) for call in group.calls if call.called_by}
        by = [f"from {', '.join(sorted(callers))}"] if is_told and callers else []
        text = writer.entry(
            group, without=constant, result=not same, long_ns=NOTABLE_NS, by=by, since=first_ns
        )
        yield Line(text, len(group.calls))
        if group.first.span_id in odd:
            yield Line(clip(f"      unlike most it called {_counted(writer, group.first)}", LEFT))
        yield from _left(group.calls, indent=6)


def _counted(writer: Writer, call: Call) -> str:
    return ", ".join(f"{writer.name(name)} x{count}" for name, count in call.calls_made.items()) or "nothing"


def _constant(calls: Sequence[Call]) -> Iterator[str]:
    """Name the arguments that are the same in all calls: equal, or one object."""
    given = [call.args for call in calls if isinstance(call.args, dict)]
    if len(given) != len(calls):
        return
    for name in given[0]:
        values = [args.get(name) for args in given]
        objects = [value for value in values if isinstance(value, dict) and "@id" in value]
        if len(objects) == len(values) and len({call.process for call in calls}) == 1:
            values = [{"@": value["@"], "@id": value["@id"]} for value in objects]
        if same_text(values):
            yield name


def _common(writer: Writer, calls: Sequence[Call], constant: frozenset[str], *, same_result: bool) -> str:
    """Write the function with what is the same in all calls, and how often it returned what."""
    first = calls[0]
    args = first.args if isinstance(first.args, dict) else {}
    known = changed(first, args={name: value for name, value in args.items() if name in constant})
    writer.memory.process = first.process
    common = writer.arguments([known])
    is_cut = len(constant) < len(args) and not common.endswith(", …")
    given = ", ".join(filter(None, [common, "…" if is_cut else ""]))
    callers = dict.fromkeys(writer.name(call.called_by) for call in calls if call.called_by)
    by = f", from {', '.join(callers)}" if len(callers) == 1 else ""
    head = f"{writer.name(first.function)}({given})"
    if same_result:
        return f"{head}  -> {render([first.result], Memory(), width=RESULT)}    x{len(calls)}{by}"
    results = Counter(unmarked(_ended(call)) for call in calls)
    told = [f"{text} x{count}" for text, count in results.most_common(RESULTS)]
    more = f" and {len(results) - RESULTS} more" if len(results) > RESULTS else ""
    counted = f": {', '.join(told)}{more}" if len(results) < len(calls) else ""
    return f"{head}    x{len(calls)}{by}{counted}"


def _ended(call: Call) -> str:
    if call.raised is not None:
        return f"!! {short(call.raised.type)}"
    return f"-> {render([call.result], Memory(), width=SHORT)}" if call.returned else "-> ?"


def _opened(groups: Sequence[Group], odd: Mapping[str, Call]) -> Iterator[Group]:
    """Part groups again whose one line would not tell which call was given, called and returned what."""
    for group in groups:
        if _tells(group.calls) and not any(call.span_id in odd for call in group.calls):
            yield group
        else:
            yield from (Group((call,)) for call in group.calls)


def _tells(calls: Sequence[Call]) -> bool:
    """Whether each argument and the results are the same in all calls, or numbers that rise or fall."""
    given = [call.args for call in in_order(calls) if isinstance(call.args, dict)]
    changing = set.intersection(*(set(call.args_after) for call in calls))  # a line below tells of them
    names = [name for name in given[0] if name not in changing] if given else []
    columns = [[args.get(name) for args in given] for name in names]
    columns.append([call.result for call in in_order(calls)])
    return all(same_text(column) or is_one_way(numbers_in(column) or [1, 0, 1]) for column in columns)


def _left(calls: Sequence[Call], indent: int = 2) -> Iterator[Line]:
    """Write what like calls left of their arguments, where that is not what they found."""
    moves = [moved for call in calls for moved in _moved(call)]
    if moves:
        yield Line(clip(f"{' ' * indent}left {', '.join(told(moves))}", LEFT))


def _moved(call: Call) -> Iterator[Moved]:
    before = call.args if isinstance(call.args, dict) else {}
    for name, after in call.args_after.items():
        yield from differences(name, before.get(name), after)


def _one_call(answer: Answer, call: Call) -> Iterator[Line]:
    writer = Writer(answer.names, now_ns=answer.now_ns, width=WIDE, line_width=WIDE_LINE)
    whole = Writer(answer.names, now_ns=answer.now_ns, width=WHOLE, line_width=WHOLE)
    text, whole_text = (each.group(Group((call,))) for each in (writer, whole))
    if answer.ask.full:
        writer, text = whole, whole_text
    yield Line(text, 1)
    if text != whole_text:
        yield Line(f"  cut; whole: {answer.ask.query(*answer.words)} --full")
    by = (
        "a module's body"
        if call.kind == MODULE
        else f"called by {writer.name(call.called_by or 'nobody traced')}"
    )
    by += f" in line {call.called_line}" if call.called_by and call.called_line else ""
    by += f", returned in line {call.ended_line}" if call.returned and call.ended_line else ""
    yield Line(f"  at {place(call.file, call.line)}, {by}")
    yield from _left([call])
    if call.calls_made:
        called = "kept calls from here:" if answer.counts else "called"
        yield Line(clip(f"  {called} {', '.join(_made(writer, call))}", MADE))
    yield from _beside(writer, call.beside)
    task = f", task {call.task}" if call.task else ""
    yield Line(
        f"  process {call.pid}, thread {call.thread or '?'}{task}, span {call.span_id}, trace {call.trace_id}"
    )


def _beside(writer: Writer, calls: Sequence[Call]) -> Iterator[Line]:
    """Write what was done elsewhere with the call's objects while it ran, and what that changed."""
    for where, together in groupby(calls, key=_where):
        done = []
        for call in together:
            moves = ", ".join(told(list(_moved(call))))
            done.append(f"{writer.name(call.function)}#{call.number}{f' left {moves}' if moves else ''}")
        yield Line(clip(f"  meanwhile in {where}, with its objects: {'; '.join(done)}", MADE))


def _where(call: Call) -> str:
    return f"task {call.task}" if call.task else f"thread {call.thread}"


def _made(writer: Writer, call: Call) -> Iterator[str]:
    """Write what a call called in its order, like results in a row once: `is_dotted -> True x2`."""
    texts = [f"{writer.name(each.function)} {_ended(each)}" for each in call.made]
    for text, alike in groupby(texts):
        times = len(list(alike))
        yield text if times == 1 else f"{text} x{times}"
    unread = Counter(call.calls_made) - Counter(each.function for each in call.made)
    yield from (f"{writer.name(name)} x{count} more" for name, count in unread.items())
