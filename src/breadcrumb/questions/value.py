"""`--value TEXT`: the calls that held a value, in order: who made it and who had it last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.common.messages import spellings
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.objects.beside import Beside, went_on
from breadcrumb.questions.facts.objects.held import TEXTS, Held, Search, nearest, search
from breadcrumb.questions.facts.objects.wanted import Wanted, wanted
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.questions.facts.run.run_facts import Run, find_run
from breadcrumb.questions.gaps import read_gaps, untraced_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

FUNCTIONS = 4
"""Functions that held a value beside it which are named."""
NEAREST = 4
"""Values named where no call held the one that is sought."""


def value(reader: Reader, ask: Ask, text: str) -> Answer:
    """Give the calls that held the value, a number exactly, else between other words of a text."""
    run = find_run(reader, ask)
    if not text.strip():
        raise NoAnswer("no value is named", ask.query("--value", "42"), ExitCode.USAGE)
    sought = wanted(text)
    found = _found(reader, run, ask, sought)
    if sought.is_number and all(each.place == "exception" for each in found.held):
        sought = Wanted(text)
        found = _found(reader, run, ask, sought)
    if not found.held:
        raise _nothing(reader, run, ask, wanted(text))
    names = display_names(reader, run)
    is_all = found.calls < ask.rows and not run.counts
    beside = went_on(reader, run, found.held) if is_all else None
    unread = found.calls - len({each.call.span_id for each in found.held})
    return Answer(
        question="value",
        run=run.run_id,
        rows=found.held,
        total=len(found.held) + max(unread, 0) * (found.calls > ask.rows),
        ask=ask,
        words=("--value", text),
        dropped=run.dropped,
        counts=run.counts,
        notes=(
            *_story(found, names),
            *_spelled(found.held, text),
            *_not_so(beside, names),
            *_bounds(found),
            *run.notes,
        ),
        noun="places",
        names=names,
        next=_next(ask, found.held, beside, names),
    )


def _found(reader: Reader, run: Run, ask: Ask, sought: Wanted) -> Search:
    """Find the value, a text also where it is spelled otherwise and looks the same."""
    texts = (sought.text, *spellings(sought.text))
    found = [search(reader, run, replace(sought, text=each), ask.rows, counted=True) for each in texts]
    held = sorted((each for part in found for each in part.held), key=lambda each: each.moment_ns)
    return Search(
        tuple(replace(each, first_ns=held[0].moment_ns) for each in held),
        sum(part.calls for part in found),
        any(part.unread_texts for part in found),
    )


def _nothing(reader: Reader, run: Run, ask: Ask, sought: Wanted) -> NoAnswer:
    near = nearest(reader, run, sought, NEAREST) if sought.text else []
    held = f"; nearest held: {', '.join(near)}" if near else ""
    kept = " that was kept" if run.counts else ""
    hint = ask.query("--value", near[0]) if near else ask.query("--flow")
    if not near and untraced_python(run, read_gaps(reader, run)):
        hint = f"{ask.query('--gaps')}: code that is not traced may have held it"
    return NoAnswer(f"no call{kept} of run {run.run_id} held {sought.text}{held}", hint)


def _spelled(held: Sequence[Held], text: str) -> Iterator[str]:
    """Say that calls held the text as other characters, which look the same."""
    for other in spellings(text):
        having = [each for each in held if any(other in str(part) for part in each.parts.values())]
        if having and len(having) < len(held):
            yield f"Not the same text, though it looks so: {other!r}, in {len(having)} of these places."


def _not_so(other: Beside | None, names: Mapping[str, str]) -> Iterator[str]:
    """Say where a value beside it went on to, and it did not."""
    if other is not None:
        named = [names.get(each, each) for each in other.functions]
        more = f" and {len(named) - FUNCTIONS} more" if len(named) > FUNCTIONS else ""
        where, to = name_of(other.held, names), ", ".join(named[:FUNCTIONS])
        yield f"{other.value!r}, beside it in {where}, went on to {to}{more}: it did not."


def name_of(held: Held, names: Mapping[str, str]) -> str:
    """Write a call as the commands take it."""
    return f"{names.get(held.call.function, held.call.function)}#{held.call.number}"


def _story(found: Search, names: Mapping[str, str]) -> Iterator[str]:
    """Say who had it first and last, and which calls were seen to change it."""
    first, last = found.held[0], found.held[-1]
    yield f"First: {origin(first, names)}"
    if last.call.span_id != first.call.span_id:
        yield f"Last: {name_of(last, names)}."
    lost = [each for each in found.held if each.lost]
    if lost:
        told = ", ".join(f"{name_of(each, names)} ({', '.join(each.lost)})" for each in lost[:3])
        yield f"Changed or taken away by {told}."


def origin(held: Held, names: Mapping[str, str]) -> str:
    """Say how the value came to the call that held it first."""
    call = name_of(held, names)
    if held.place == "return":
        return f"{call} returned it and was not given it: it made or read it."
    if held.place != "args":
        return f"{call} had it at its end and was not given it."
    by = held.call.called_by
    above = names.get(by, by) if by else ""
    return f"{call} was given it{f' by {above}, which was not given it' if above else ' by code not traced'}."


def _bounds(found: Search) -> Iterator[str]:
    if found.unread_texts:
        yield f"Only the first {TEXTS:,} different values with this text were looked into: narrow it."


def _next(
    ask: Ask, held: tuple[Held, ...], beside: Beside | None, names: Mapping[str, str]
) -> tuple[str, ...]:
    first, last = name_of(held[0], names), name_of(_worth_asking(held), names)
    order = (first, last) if held[-1].place != "exception" else (last, first)
    steps = [ask.query("--why", each) for each in dict.fromkeys(order)]
    if beside is not None:
        function = beside.functions[0]
        steps[1:] = [ask.query("--call", names.get(function, function))]
    return tuple(steps)


def _worth_asking(held: Sequence[Held]) -> Held:
    """Give the last place; where that is a failure, which is known, the call that had the value longest."""
    between = [each for each in held[1:] if each.call.raised is None]
    if held[-1].place != "exception" or not between:
        return held[-1]
    return max(between, key=lambda each: each.call.duration_ns or 0)
