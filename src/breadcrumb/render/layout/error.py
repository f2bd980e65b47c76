"""Lays out `--errors`: each exception, the calls that it left, and what became of it; like ones together."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from breadcrumb.common.messages import one_line
from breadcrumb.questions.facts.calls.uncaught import EXIT, LOOP
from breadcrumb.questions.facts.exceptions.handled import REPLACED, Handled
from breadcrumb.questions.facts.exceptions.handlers import SWALLOWED
from breadcrumb.render.parts.call_lines import Line, Writer, exception_text, other_messages, place
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.folding import PERIOD, repetition
from breadcrumb.render.parts.frames import frame_lines
from breadcrumb.render.parts.values import render, same_text, short

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence

    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.calls.uncaught import Place
    from breadcrumb.questions.facts.exceptions.failures import Failure

FRAMES = 3
"""Frames of an exception whose variables are told."""

FRAME = 260
"""Characters of a line of a traceback."""

HELD = 200
"""Characters of such a line."""

MESSAGE = 400
"""Characters of an exception's message."""

THROUGH = 300
"""Characters of the calls that it went through."""

RECURSION = 3
"""Rounds of the same calls from which they are written as one."""

OTHERS = 5
"""Calls named in which a like exception was raised."""


def error_layout(answer: Answer) -> Iterator[Line]:
    """Write exceptions in the order in which the first of those alike was raised."""
    groups: dict[Hashable, list[Failure]] = {}
    failures = [row for row in answer.rows if not isinstance(row, Handled)]
    for failure in cast("Sequence[Failure]", failures):
        groups.setdefault(_kind(failure), []).append(failure)
    shown = list(groups.values())
    # of an exit, what was handled before is the likely cause
    is_fatal = any(alike[0].is_fatal and alike[0].type != EXIT for alike in shown)
    if is_fatal and not answer.ask.handled:
        shown = [alike for alike in shown if alike[0].is_fatal or _is_unhandled(alike[0])]
    for alike in shown:
        yield from _failure(answer, alike)
    yield from _others(answer, [alike for alike in groups.values() if alike not in shown])
    yield from (handled_line(answer.names, row) for row in answer.rows if isinstance(row, Handled))


def _is_unhandled(failure: Failure) -> bool:
    """Tell whether a thread, task, process or event loop was left with it."""
    return failure.came_to_nobody


def _others(answer: Answer, groups: Sequence[Sequence[Failure]]) -> Iterator[Line]:
    """Sum up what did no harm that is known, where others did."""
    if not groups:
        return
    count = sum(len(alike) for alike in groups)
    writer = Writer(answer.names)
    kinds: Counter[tuple[str, str]] = Counter()
    for alike in groups:
        kinds[short(alike[0].type), _became(writer, alike[0])] += len(alike)
    named = [
        f"{kind}{f' x{times}' if times > 1 else ''} {became}"
        for (kind, became), times in kinds.most_common(OTHERS)
    ]
    more = f" and {len(kinds) - OTHERS} more kinds" if len(kinds) > OTHERS else ""
    all_of_them = answer.ask.query("--errors", "--handled")
    were = "1 other left calls" if count == 1 else f"{count} others left calls"
    yield Line(f"{were}: {clip('; '.join(named), THROUGH)}{more}: {all_of_them}", count)


def handled_line(names: Mapping[str, str], row: Handled) -> Line:
    """Write exceptions that left no call: where they were raised, and which handler had them."""
    raised = row.raised
    times = "" if row.count == 1 else f"  x{row.count}"
    where = place(raised.file, raised.line) if raised.file else "?"
    text = taken_text(names, row)
    return Line(f"{exception_text(raised, MESSAGE)}{times}    raised at {where}, {text}", 1)


def taken_text(names: Mapping[str, str], row: Handled) -> str:
    """Say what became of exceptions in their handler, and where that is."""
    name = _name(Writer(names), row.function)
    by = f" by {exception_text(row.by)}" if row.ending == REPLACED and row.by else ""
    who = "by" if row.ending == SWALLOWED else "in"
    dropped = f", by the {row.dropped_by}" if row.dropped_by else ""
    return f"{row.ending}{by} {who} {name} {place(row.file, row.line)}{dropped}"


def _kind(failure: Failure) -> Hashable:
    """Say what exceptions that are written as one have in common: where they came from and went."""
    raised = failure.calls[-1].raised if failure.calls else None
    path = tuple(call.function for call in failure.calls)
    ending = (
        (raised.ending, failure.ending, failure.test) if raised else failure.not_handled_in or id(failure)
    )
    return (
        failure.ended_run,
        failure.uncaught and failure.uncaught.whom,
        failure.type,
        failure.file,
        failure.line,
        path,
        ending,
    )


def _failure(answer: Answer, failures: Sequence[Failure]) -> Iterator[Line]:
    first = failures[0]
    texts = list(dict.fromkeys(_text(failure) for failure in failures))
    times = "" if len(failures) == 1 else f"  x{len(failures)}"
    where = place(first.file, first.line) if first.file else "?"
    ended = f"The run {how_ended(first.type)} " if first.ended_run else ""
    left = f", from {_left(answer, first.left)}" if first.left else ""
    text = f"{ended}{texts[0]}{other_messages(len(texts))}{times}    raised at {where}{left}"
    yield Line(text, len(failures))
    if first.frames:
        writer = Writer(answer.names, now_ns=answer.now_ns)
        yield from (Line(clip(text, FRAME)) for each in first.frames for text in frame_lines(writer, each))
        yield from () if first.ended_run else [Line(f"  {_became(writer, first)}")]
    elif first.calls:
        yield from _path(answer, failures)
    elif not first.ended_run:
        yield Line(f"  {_became(Writer(answer.names), first)}")


def how_ended(kind: str) -> str:
    """Say how a run ended with an exception of this type, which may be no failure."""
    return "exited by" if kind == EXIT else "ended with"


def _left(answer: Answer, left: Place) -> str:
    function = answer.names.get(left.function, left.function.removeprefix("__main__."))
    return f"{function} {place(left.file, left.line)}"


def _became(writer: Writer, failure: Failure) -> str:
    """Say what became of the exception after the last call that it left."""
    raised = failure.calls[-1].raised if failure.calls else None
    if failure.ended_run:
        return "which nobody handled"
    if failure.test is not None:
        return f"failed {failure.test}"
    if failure.type == EXIT and failure.came_to_nobody and failure.not_handled_in:
        return f"ended {failure.not_handled_in}"
    if failure.uncaught is not None and failure.uncaught.whom == LOOP:
        return "went to the event loop's exception handler"
    if failure.handling is not None:
        who = "by" if failure.handling.ending == SWALLOWED else "in"
        return f"{failure.handling.ending} {who} {_name(writer, failure.handling.function)}"
    if raised is not None and any((raised.handled_by, raised.reached, raised.request, raised.test)):
        return writer.ending(raised)
    if raised is not None and raised.may_be_handled and failure.uncaught is None:
        return writer.ending(raised)
    if failure.uncaught is None and failure.not_handled_in is None:
        return "left traced code; what became of it is not known"
    return f"not handled in {failure.not_handled_in or 'traced code'}"


def _name(writer: Writer, function: str) -> str:
    return writer.name(function).removeprefix("__main__.")


def _text(failure: Failure) -> str:
    raised = failure.raised
    return exception_text(raised, MESSAGE) if raised else one_line(failure.type)


def _path(answer: Answer, failures: Sequence[Failure]) -> Iterator[Line]:
    """Write the raising call, the calls that the exception went through, and where it ended."""
    writer = Writer(answer.names, now_ns=answer.now_ns)
    failure = failures[0]
    inner = failure.calls[0]
    writer.memory.process = inner.process
    alike = [each.calls[0] for each in failures[1:]]
    yield Line(f"  in {_numbered(writer, inner)}({writer.arguments([inner])}){_also(alike)}")
    yield from _held(writer, failure)
    through = clip(", ".join(_through(writer, [*failure.passed, *failure.calls[1:]])), THROUGH)
    raised = failure.calls[-1].raised
    then = f", which {short(raised.then)} then left" if raised and raised.then else ""
    ending = f"{_became(writer, failure)}{then}"
    if through or not failure.ended_run:
        yield Line(f"  through {through}, {ending}" if through else f"  {ending}")


def _numbered(writer: Writer, call: Call) -> str:
    return f"{writer.name(call.function)}#{call.number}"


def _also(calls: Sequence[Call]) -> str:
    """Name the other calls that raised one alike."""
    if not calls:
        return ""
    more = f" and {len(calls) - OTHERS} more" if len(calls) > OTHERS else ""
    return f", also {', '.join(f'#{call.number}' for call in calls[:OTHERS])}{more}"


def _through(writer: Writer, calls: Sequence[Call]) -> Iterator[str]:
    """Name each call; of recursion only the first and last number of each function in it."""
    names = [call.function for call in calls]
    at = 0
    while at < len(calls):
        period, times = repetition(names, at, PERIOD)
        if times < RECURSION:
            yield _numbered(writer, calls[at])
            at += 1
            continue
        part = calls[at : at + period * times]
        turns = [
            f"{_numbered(writer, call)}-#{last.number}"
            for call, last in zip(part, part[-period:], strict=False)
        ]
        yield f"{' and '.join(turns)} in turn x{times}" if period > 1 else f"{turns[0]} x{times}"
        at += period * times


def _held(writer: Writer, failure: Failure) -> Iterator[Line]:
    """Write what the innermost frames held besides their arguments, one line each."""
    for call, held in list(zip(failure.calls, failure.locals, strict=False))[:FRAMES]:
        arguments = call.args if isinstance(call.args, dict) else {}
        own = [
            f"{name}={render([value], writer.memory)}"
            for name, value in (held or {}).items()
            if name not in arguments or not same_text([value, arguments[name]])
        ]
        if own:
            yield Line(clip(f"    {writer.name(call.function)} held {', '.join(own)}", HELD))
