"""Writes the calls that held a value: when, where in the call, and what of a longer value matched."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, cast

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.render.parts.call_lines import Line
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.durations import duration
from breadcrumb.render.parts.values import render, short

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.objects.held import Held

Step = tuple["Held", "Held | None"]
"""A place, and where the same call left the value besides."""

PARTS = 4
"""Places of one call that are named before they are counted."""
TURNS, ROUNDS = (2, 3, 4), 3
"""How many functions take turns, and from how many rounds on these are told together."""
LONG = 20
"""Characters from which a text is one that calls pass on, and which are shown before what was sought."""
VIA = 8
"""Calls that passed a text on which are named."""
PART = 60
"""Characters of a value that is more than what was sought."""


def value_layout(answer: Answer) -> Iterator[Line]:
    """Write like places of the same function in a row as one line, and the calls that passed a text on.

    The thread or task stands where it changes.
    """
    rows = cast("Sequence[Held]", answer.rows)
    several = len({_where(row) for row in rows}) > 1
    before: Hashable = None
    told, still = _told_once(rows)
    levels = _levels(rows)
    for steps, turns in _rounds(list(_joined(_steps(told)))):
        here = _where(steps[0][0])
        line = _line(answer, steps, f"{turns}{task_of(steps[0][0]) if several and here != before else ''}")
        lay = [each for step in steps for each in still.get(id(step[0]), ())]
        line = _with(answer, line, lay) if lay else line
        yield replace(line, level=min(levels[held.call.span_id] for held, _ in steps))
        before = here


def _levels(rows: Sequence[Held]) -> dict[str, int]:
    """Say of each call within how many others it ran that held the value too, in the same task or thread."""
    levels: dict[str, int] = {}
    open_ns: dict[Hashable, list[int]] = defaultdict(list)
    calls = {held.call.span_id: held for held in rows}.values()
    for held in sorted(calls, key=lambda each: (each.call.start_ns, -(each.call.duration_ns or 0))):
        call, ends = held.call, open_ns[_where(held)]
        while ends and ends[-1] < call.start_ns + (call.duration_ns or 0):
            ends.pop()
        levels[call.span_id] = len(ends)
        ends.append(call.start_ns + (call.duration_ns or 0))
    return levels


def _told_once(rows: Sequence[Held]) -> tuple[list[Held], dict[int, list[Held]]]:
    """Leave out where a call found the value lying in an object's container in which it was told already.

    Those left out are given by the place (its `id`) that told it first.
    """
    told: list[Held] = []
    still: dict[int, list[Held]] = defaultdict(list)
    first: dict[Hashable, Held] = {}
    for held in rows:
        places = {path: _lies(held, path) for path in held.parts}
        new = {path: part for path, part in held.parts.items() if places[path] not in first}
        if held.place != "args" or held.lost or new:
            told.append(replace(held, parts=new) if held.place == "args" and new and not held.lost else held)
            first |= {
                place: told[-1] for place in places.values() if place is not None and place not in first
            }
        else:
            still[id(first[next(iter(places.values()))])].append(held)
    return told, still


def _lies(held: Held, path: str) -> Hashable:
    """Give the object and the place in a container of it where a call found the value; None elsewhere."""
    name, dot, below = path.partition(".")
    given = held.call.args_after if held.place == "args_after" else held.call.args
    owner = given.get(name) if isinstance(given, dict) and held.place != "return" else None
    if not dot or "[" not in below or not isinstance(owner, dict) or "@id" not in owner:
        return None
    return held.call.process, str(owner["@id"]), below


def _with(answer: Answer, line: Line, lay: Sequence[Held]) -> Line:
    """Add to a line until when the value lay there."""
    calls = "1 call" if len(lay) == 1 else f"{len(lay)} calls"
    return Line(f"{line.text}, still there in {calls} until {_named(answer, lay[-1])}", line.rows + len(lay))


def _joined(steps: Iterable[Step]) -> Iterator[Sequence[Step]]:
    found: list[Step] = []
    for step in steps:
        if found and not _goes_on(found, step):
            yield found
            found = []
        found.append(step)
    yield found


def _rounds(found: Sequence[Sequence[Step]]) -> Iterator[tuple[Sequence[Step], str]]:
    """Put the places of functions together that took turns, and say so behind each but the last of them."""
    kinds = [tuple(dict.fromkeys(map(_kind, steps))) for steps in found]
    at = 0
    while at < len(found):
        possible = [(size, times) for size in TURNS if (times := _times(kinds, at, size)) >= ROUNDS]
        size, times = max(possible, key=lambda each: each[0] * each[1], default=(1, 1))
        for place in range(at, at + size):
            steps = [step for each in found[place : at + size * times : size] for step in each]
            yield steps, f", x{times} in turn with the next" if place + 1 < at + size else ""
        at += size * times


def _times(kinds: Sequence[Hashable], at: int, size: int) -> int:
    """Count how often in a row what begins there comes again."""
    first, times = kinds[at : at + size], 1
    while kinds[at + size * times : at + size * (times + 1)] == first:
        times += 1
    return times


def _goes_on(found: Sequence[Step], step: Step) -> bool:
    is_alike = all(_kind(each) == _kind(step) for each in (found[0], found[-1]))
    return is_alike or (_where(found[0][0]) == _where(step[0]) and _is_passed_on(found[0], step))


def _is_passed_on(first: Step, step: Step) -> bool:
    """Tell whether a step holds nothing but the long text of another one."""
    texts = [each for each in first[0].parts.values() if isinstance(each, str) and len(each) > LONG]
    return step[0].place != "exception" and all(each in texts for each in step[0].parts.values())


def _steps(rows: Sequence[Held]) -> Iterator[Step]:
    """Put what a call left at once beside what it was given."""
    at = 0
    while at < len(rows):
        held, *others = rows[at : at + 2]
        is_left = held.place == "args" and any(each.place == "args_after" for each in others)
        left = others[0] if is_left and others[0].call.span_id == held.call.span_id else None
        yield held, left
        at += 1 if left is None else 2


def _kind(step: Step) -> Hashable:
    held, left = step
    return held.call.function, held.place, tuple(held.parts), tuple(left.parts) if left else (), _where(held)


def _where(held: Held) -> Hashable:
    return held.call.process, held.call.thread, held.call.task


def _line(answer: Answer, steps: Sequence[Step], where: str) -> Line:
    (first, left), (last, _) = steps[0], steps[-1]
    is_one = last.call.function == first.call.function and last.place == first.place
    to = f"-#{last.call.number}" if is_one and last.call.number != first.call.number else ""
    after = f"+{duration(first.moment_ns - first.first_ns)}"
    also = f", left in {', '.join(list(left.parts)[:PARTS])}" if left else ""
    via = {} if is_one else dict.fromkeys(_named(answer, held) for held, _ in steps[1:])
    via.pop(_named(answer, first), None)
    more = f" and {len(via) - VIA} more" if len(via) > VIA else ""
    then = f", then {', '.join(list(via)[:VIA])}{more}" if via else ""
    rows = sum(1 if each is None else 2 for _, each in steps)
    place = _place_of(first, answer.words[-1])
    return Line(f"{after:>9}  {_named(answer, first)}{to}{place}{also}{then}{where}", rows)


def _named(answer: Answer, held: Held) -> str:
    return f"{answer.names.get(held.call.function, held.call.function)}#{held.call.number}"


def task_of(held: Held) -> str:
    """Name the task or thread."""
    if held.call.task:
        return f"    task {held.call.task}"
    return f"    thread {held.call.thread}" if held.call.thread else ""


def _place_of(held: Held, sought: str) -> str:
    """Write where in the call it was: `(order.sku='A-7')`, ` -> .sku = 'A-7'`."""
    parts = [_part(path, each, sought) for path, each in held.parts.items()]
    more = f" and {len(parts) - PARTS} more" if len(parts) > PARTS else ""
    told = ", ".join(parts[:PARTS]) + more
    if held.place == "args":
        return f"({told})"
    if held.place == "args_after":
        return f" left {told}"
    if held.place == "exception":
        return f" !! {short(held.call.raised.type) if held.call.raised else '?'}: {told}"
    return f" -> {told}"


def _part(path: str, value: Json, sought: str) -> str:
    text = clip(render([_around(value, sought)], width=PART), PART)
    return f"{path}={text}" if path else text


def _around(value: Json, sought: str) -> Json:
    """Cut a text, so that what was sought shows."""
    at = value.find(sought) if isinstance(value, str) else 0
    if not isinstance(value, str) or at + len(sought) < PART - LONG:
        return value
    return f"…{value[at - LONG :]}"
