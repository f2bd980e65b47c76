"""`--value TEXT`: the calls that held a value, in order: who made it and who had it last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.common.exit_codes import ExitCode
from breadcrumb.questions.facts.answer import Answer
from breadcrumb.questions.facts.ask import Ask, NoAnswer
from breadcrumb.questions.facts.objects.held import TEXTS, Held, Search, nearest, search
from breadcrumb.questions.facts.objects.wanted import Wanted, wanted
from breadcrumb.questions.facts.run.functions import display_names
from breadcrumb.questions.facts.run.run_facts import Run, find_run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from breadcrumb_exporter_duckdb.reading.store import Reader

NEAREST = 4
"""Values named where no call held the one that is sought."""


def value(reader: Reader, ask: Ask, text: str) -> Answer:
    """Give the calls that held the value, a number exactly, else between other words of a text."""
    run = find_run(reader, ask)
    if not text.strip():
        raise NoAnswer("no value is named", ask.query("--value", "42"), ExitCode.USAGE)
    sought = wanted(text)
    found = search(reader, run, sought, ask.rows, counted=True)
    if not found.held and sought.is_number:
        sought = Wanted(text)
        found = search(reader, run, sought, ask.rows, counted=True)
    if not found.held:
        raise _nothing(reader, run, ask, wanted(text))
    names = display_names(reader, run)
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
        notes=(*_story(found, names), *_bounds(found), *run.notes),
        noun="places",
        names=names,
        next=_next(ask, found.held, names),
    )


def _nothing(reader: Reader, run: Run, ask: Ask, sought: Wanted) -> NoAnswer:
    near = nearest(reader, run, sought, NEAREST) if sought.text else []
    held = f"; nearest held: {', '.join(near)}" if near else ""
    kept = " that was kept" if run.counts else ""
    hint = ask.query("--value", near[0]) if near else ask.query("--flow")
    return NoAnswer(f"no call{kept} of run {run.run_id} held {sought.text}{held}", hint)


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


def _next(ask: Ask, held: tuple[Held, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    first, last = name_of(held[0], names), name_of(held[-1], names)
    return tuple(ask.query("--why", each) for each in dict.fromkeys((first, last)))
