"""What is worth asking after the story of a failure or of a call."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.questions.facts.calls.open_stacks import LIBRARY
from breadcrumb.questions.facts.calls.siblings import Difference
from breadcrumb.questions.facts.exceptions.failure import names_unseen
from breadcrumb.questions.facts.exceptions.frame import Frame
from breadcrumb.questions.facts.exceptions.handled import Handled
from breadcrumb.questions.facts.exceptions.handlers import SWALLOWED
from breadcrumb.questions.facts.exceptions.story import Asked, Made
from breadcrumb.questions.facts.objects.following import changed_fields
from breadcrumb.questions.facts.objects.origins import EVERYWHERE, Changes, Origin, Together
from breadcrumb.questions.facts.objects.outside import Outside
from breadcrumb.questions.next_steps import MOST

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.answer import Row
    from breadcrumb.questions.facts.ask import Ask
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.objects.following import State

LOOKUPS = ("AttributeError", "IndexError", "KeyError", "LookupError", "StopIteration", "TypeError")
"""What says that something is not there, or is of another type."""
NOTHING: tuple[Json, ...] = (None, [], {}, "")
"""Results that tell nothing."""
RARE = 2
"""Exceptions of a kind that are worth a look before the calls that made the values: more are usual."""
NEAR = 3
"""Calls that held a value, of which one made it and the others were handed it."""
ALIKE = 4
"""Calls of one function of which one with another result than all others is worth a look."""


def next_steps(
    ask: Ask,
    rows: Sequence[Row],
    last: Sequence[Call],
    names: Mapping[str, str],
    changed: tuple[str, str] | None,
    makers: Sequence[Call],
    within: Callable[[Call], Call],
) -> tuple[str, ...]:
    """Look at what made the first of the values and at what was called last, of a call that first.

    `within` gives the call that made a result which others only passed on.
    """

    def name(call: Call) -> str:
        return f"{names.get(call.function, call.function)}#{call.number}"

    own = {call.span_id for call in last}
    quiet = [each for each in rows if isinstance(each, Handled)]
    libraries = [each for each in quiet if LIBRARY.search(each.file)]
    handled = [each for each in quiet if each.ending != SWALLOWED or is_lookup(each)]
    met = [each for each in rows if isinstance(each, Together)]
    steps = [ask.query("--why", name(each.call)) for each in met if _is_given_both(each)]
    steps += [ask.query("--why", each.raised.type) for each in quiet if each.dropped_by]
    changing = [ask.query("--why", name(each.writers[-1])) for each in rows if isinstance(each, Outside)]
    is_unlike = any(isinstance(each, Difference) and each.is_unlike_though_alike for each in rows)
    is_asked = any(isinstance(each, Asked) for each in rows)
    steps += changing[:1] if is_unlike or not is_asked else []
    steps += [ask.query("--data", part) for part in _changed_unseen(rows)][:1]
    if changed is not None:
        function, condition = changed
        steps.append(ask.query("--call", names.get(function, function), "--where", condition))
    steps += [ask.query("--value", value) for value in _said(rows)]
    steps += [ask.query("--why", name(call)) for call in _makers_of_the_said(rows)]
    steps += [ask.query("--why", name(each.call)) for each in met]
    steps += [ask.query("--why", name(call)) for call in _set_by(rows) if call.span_id not in own]
    swallowed = [each for each in quiet if each not in [*libraries, *handled]]
    steps += [ask.query("--why", each.raised.type) for each in swallowed if each.count <= RARE]
    steps += [
        ask.query("--why", name(call)) for call in _calls(rows, makers, within) if call.span_id not in own
    ]
    steps += [ask.query("--why", each.raised.type) for each in swallowed]
    steps += changing
    steps += [ask.query("--why", each.raised.type) for each in [*handled, *libraries]]
    steps += [ask.query("--source", name(call)) for call in last]
    steps += [ask.query("--why", name(call)) for _, call in _told_calls(rows, are_met=False)]
    return tuple(dict.fromkeys(steps))[:MOST] or (ask.query("--flow"),)


def _is_met_at(frame: Frame, call: Call) -> bool:
    """Tell whether the failing statement names the call's function, or a variable with what the call made.

    So it may be, too, where it names variables of which nothing was recorded.
    """
    if frame.source is None or call.raised is not None:
        return True
    statement = f"{frame.source} {frame.under}"
    if names_unseen(frame, statement):
        return True

    def is_named(name: str) -> bool:
        return re.search(rf"\b{re.escape(name)}\b", statement) is not None

    given = frame.call.args if isinstance(frame.call.args, dict) else {}
    values = [value for name, value in {**given, **frame.held}.items() if is_named(name)]
    is_used = call.result is not None and call.result in values
    function = call.function.removesuffix(".__init__").rpartition(".")[2]
    return is_used or bool(call.args_after) or is_named(function)


def is_lookup(handled: Handled) -> bool:
    """Tell whether code asked in this way whether something is there, or of a type."""
    return handled.raised.type in LOOKUPS


def _makers_of_the_said(rows: Sequence[Row]) -> Iterator[Call]:
    """Give the calls that made what the message names and that hardly another one had."""
    for each in rows:
        if isinstance(each, Origin) and each.is_said and _is_made_at_hand(each):
            yield each.held[0].call


def _calls(rows: Sequence[Row], makers: Sequence[Call], within: Callable[[Call], Call]) -> list[Call]:
    """Give the calls to look at: what made values before what was called, where its like had others."""
    told = _told_calls(rows, are_met=True)
    before = [call for is_before, call in told if is_before]
    made = [within(call) for is_before, call in told if not is_before]
    parted = [pair for each in rows if isinstance(each, Difference) for pair in each.below]
    # where one of two called nothing, it may have remembered what the other one made
    parted.sort(key=lambda each: not (each.call.calls_made and each.other.calls_made))
    apart = [each.call for each in parted]
    latest = sorted(makers, key=lambda each: -each.start_ns)
    if not any(isinstance(each, Asked) for each in rows):
        return [*[*apart, *latest][:1], *made, *before]
    is_given = any(isinstance(each, Difference) and each.parts for each in rows)
    return [*apart, *(latest[:1] if is_given else []), *made, *latest[:1], *before]


def _without(made: Made, passed: set[str]) -> Made:
    """Leave out the context managers through which the failure came: they are no cause of it."""
    return replace(made, calls=tuple(call for call in made.calls if call.span_id not in passed))


def _told_calls(rows: Sequence[Row], *, are_met: bool) -> list[tuple[bool, Call]]:
    """Give the calls made around a call that tell most, and whether they were before it.

    Of a failure either those that its statement has to do with, or the others.
    """
    frame = next((each for each in reversed(rows) if isinstance(each, Frame) and each.is_left), None)
    passed = {call.span_id for each in rows if isinstance(each, Frame) for call in each.passed}
    told = [_without(each, passed) for each in rows if isinstance(each, Made)]
    made = [(each.is_before, _telling(each.calls)) for each in told]
    return [
        (is_before, call)
        for is_before, call in made
        if call is not None and (frame is None or _is_met_at(frame, call)) is are_met
    ]


def _said(rows: Sequence[Row]) -> list[str]:
    """Give the value that the exception's message names and that the fewest calls held.

    First one that the failing call found itself; last what so many calls held that they tell nothing.
    """
    said = [each for each in rows if isinstance(each, Origin) and each.is_said]
    frames = [each for each in rows if isinstance(each, Frame)]
    given = frames[-1].call.args if frames else None

    def rank(origin: Origin) -> tuple[bool, bool, int]:
        is_given = isinstance(given, dict) and origin.path in given
        return len(origin.held) >= EVERYWHERE, is_given, len(origin.held)

    found = [each for each in said if rank(each)[0] is False and not _is_made_at_hand(each)]
    return [str(min(found, key=rank).value)] if found else []


def _is_made_at_hand(origin: Origin) -> bool:
    """Tell whether a call made the value and hardly another had it: then that call is the story."""
    return origin.held[0].place == "return" and len({each.call.span_id for each in origin.held}) <= NEAR


def _is_given_both(met: Together) -> bool:
    """Tell whether both values are arguments themselves, and not somewhere inside of some."""
    given = met.call.args.values() if isinstance(met.call.args, dict) else ()
    texts = [str(each.get("@text")) if isinstance(each, dict) else str(each) for each in given]
    return str(met.first) in texts and str(met.second) in texts


def _set_by(rows: Sequence[Row]) -> Iterator[Call]:
    """Give the call that last changed a field which the failing statement names, its condition first."""
    frames = [each for each in rows if isinstance(each, Frame)]
    for source in (frames[-1].under, frames[-1].source) if frames else ():
        for each in rows:
            if isinstance(each, Changes) and (state := _last_named(each, source or "")):
                during = [known.sighting.call for known in state.since if known.during]
                left_it_so = state.first.place != "args"
                yield state.first.call if left_it_so or not during else during[-1]


def _last_named(found: Changes, source: str) -> State | None:
    """Give the last state in which a field changed that a piece of source names."""
    for state in reversed(found.states[1:]):
        fields = changed_fields(state.previous or {}, state.value)
        if any(re.search(rf"\.{re.escape(field)}\b", source) for field in fields):
            return state
    return None


def _changed_unseen(rows: Sequence[Row]) -> Iterator[str]:
    """Name, as `--data` takes it, a list or dict that changed while no call had its object."""
    states = [state for each in rows if isinstance(each, Changes) for state in each.states[1:]]
    for state in states:
        before = state.previous or {}
        for name, value in state.value.items():
            is_moved = _is_container(value) and name in before and before[name] != value
            if is_moved and not name.startswith("@") and not any(each.during for each in state.since):
                yield f"{str(state.value['@']).rpartition('.')[2]}.{name}"


def _is_container(value: Json) -> bool:
    """Tell whether it is a list, dict or object, and no date, number, class or function."""
    is_named = isinstance(value, dict) and not value.keys().isdisjoint(("@text", "@name"))
    return isinstance(value, list | dict) and not is_named


def _is_small(name: str) -> bool:
    """Tell whether a function's name is that of an operator, a lambda and their like."""
    return name.startswith(("__", "<")) and name != "__call__"


def _telling(calls: Sequence[Call]) -> Call | None:
    """Choose the last call with a result, but no `__repr__` and the like; of many alike an odd one."""
    named = [call for call in calls if not _is_small(call.function.rpartition(".")[2])]
    giving = [call for call in named if call.raised or call.result not in NOTHING or call.yields]
    if not named:
        return None
    final = named[-1]
    if final.returned and final.result is None and any(each.function == final.function for each in giving):
        return final  # its like gave something
    last = (giving or named)[-1]
    alike = [call for call in named if call.function == last.function and call.returned]
    for told in (repr, type):
        results = Counter(told(call.result) for call in alike)
        odd = [call for call in alike if results[told(call.result)] == 1]
        if len(odd) == 1 and len(alike) >= ALIKE:
            return odd[0]
    return last
