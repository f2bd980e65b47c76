"""Writes the story of a failure or a call: a line for each frame, each value's way, each difference."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, cast

from breadcrumb.questions.facts.calls.siblings import Apart, Difference
from breadcrumb.questions.facts.exceptions.frame import Frame
from breadcrumb.questions.facts.exceptions.handled import Handled
from breadcrumb.questions.facts.exceptions.handlers import FAILED_PART, SWALLOWED
from breadcrumb.questions.facts.exceptions.story import Asked, Head, Made
from breadcrumb.questions.facts.objects.origins import Changes, Origin, Together
from breadcrumb.questions.facts.objects.outside import Outside
from breadcrumb.questions.value import name_of, origin
from breadcrumb.render.layout.error import handled_line, taken_text
from breadcrumb.render.layout.tree import narrow
from breadcrumb.render.parts.call_lines import VALUE_WIDTH, Line, Writer, exception_text, place
from breadcrumb.render.parts.cutting import clip
from breadcrumb.render.parts.folding import Group, fold
from breadcrumb.render.parts.frames import frame_lines
from breadcrumb.render.parts.moves import differences, field_moves, told
from breadcrumb.render.parts.values import Memory, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.answer import Answer, Row
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.objects.following import State
    from breadcrumb.render.parts.moves import Moved

Told = tuple["State", "list[Moved]"]
"""A state and what of it is told."""

LINE = 260
"""Characters of a line."""
MESSAGE = 160
"""Characters of an exception's message, so that its place always has room."""
CHANGED = 160
"""Characters of what a call left of its arguments."""
VALUE = 60
"""Characters of one value of a comparison."""
PARTS = 6
"""Differences that are named before they are counted."""
VIA = 4
"""Calls that a value went through which are named."""
PART_STATES = 12
"""The last changes of one part of an object, told as one."""
STATES = 6
"""The last changes of an object that are told."""
ALIKE = 2
"""Those of an object that went on changing in the same way."""
ITEM = re.compile(r"\[.*\]")


def why_layout(answer: Answer) -> Iterator[Line]:
    """Write each fact; what is known of values under a line that says how it is known."""
    writer = Writer(answer.names, now_ns=answer.now_ns)
    brief = narrow(answer)
    brief.result_width = VALUE_WIDTH
    titles: set[str] = set()
    rows = cast("Sequence[Row]", answer.rows)
    for row in rows:
        title = _title(row, rows)
        if title and title not in titles:
            titles.add(title)
            yield Line(title)
        lines = list(WRITTEN[type(row)](brief if isinstance(row, Made) else writer, row))
        yield from (Line(clip(text, LINE), int(at == 0)) for at, text in enumerate(lines))


def _numbered(writer: Writer, call: Call) -> str:
    return f"{writer.name(call.function)}#{call.number}"


def _head(writer: Writer, head: Head) -> Iterator[str]:
    failure = head.failure
    where = f"    raised at {place(failure.file, failure.line)}" if failure.file else ""
    raised = failure.raised
    text = exception_text(raised, MESSAGE) if raised else failure.type
    became = f", failed {failure.test}" if failure.test else ", ended the run" if failure.ended_run else ""
    if failure.failed_part:
        became = became or f", {FAILED_PART}"
    if failure.handling is not None:
        became = became or f", {taken_text(writer.names, failure.handling)}"
    became = became or f", {writer.ending(failure.calls[-1].raised)}" if failure.calls else became
    outside = f", from {place(failure.left.file, failure.left.line)}" if failure.left else ""
    times = f"  x{head.times}" if head.times > 1 else ""
    yield f"{text}{times}{where}{outside}{became}"
    if head.source:
        yield f"  {head.source}"


def _asked(writer: Writer, asked: Asked) -> Iterator[str]:
    yield writer.group(Group((asked.call,)))
    call = asked.call
    moves = _left(call)
    if moves:
        yield f"  changed {', '.join(told(moves))}"
    yield f"  defined at {place(call.file, call.line)}"


def _made(writer: Writer, made: Made) -> Iterator[str]:
    last = f" ({len(made.calls)} of {made.total})" if made.total > len(made.calls) else ""
    when = " before" if made.is_before else ""
    yield f"{writer.name(made.caller)} called{when}{last}:"
    for group in fold([Group((call,)) for call in made.calls]):
        yield f"  {writer.group(group)}"
        moves = _left(group.first) if len(group.calls) == 1 else []
        if moves:
            yield clip(f"    left {', '.join(told(moves))}", CHANGED)


def _left(call: Call) -> list[Moved]:
    """Give what a call left of its arguments that is not what it found; of objects what is known of it."""
    before = call.args if isinstance(call.args, dict) else {}
    moves = [differences(name, before.get(name), after) for name, after in call.args_after.items()]
    told = [each for moved in moves for each in moved if _is_telling(each)]
    if not call.function.endswith(".__init__"):
        return told
    known = list(before.values())
    return [each for each in told if not each.is_new or not _is_given(each.value, known)]


def _is_given(value: Json, known: Sequence[Json]) -> bool:
    """Tell whether an `__init__` left in a field what it was given, or nothing yet."""
    if value in (None, "", 0, [], {}):
        return True
    at = value.get("@id") if isinstance(value, dict) else None
    given = [each.get("@id") for each in known if isinstance(each, dict)]
    return value in known or (at is not None and at in given)


def _origin(writer: Writer, found: Origin) -> Iterator[str]:
    first = found.held[0]
    via = {each.call.span_id: each for each in found.held[1:] if each.call.span_id != first.call.span_id}
    of_each = {each.call.function: name_of(each, writer.names) for each in reversed(via.values())}
    named = list(of_each.values())[::-1][:VIA]
    more = f" and {len(via) - len(named)} more" if len(via) > len(named) else ""
    then = f" Then {', '.join(named)}{more}." if via else ""
    value = render([found.value], width=VALUE)
    longer = [each for each in first.parts.values() if isinstance(each, str) and each != found.value]
    within = " in a longer text" if any(str(found.value) in each for each in longer) else ""
    yield f"  {found.path}={value}{within}: {origin(first, writer.names)}{then}"


def _changes(writer: Writer, found: Changes) -> Iterator[str]:
    moved = [(state, list(field_moves(state.previous or {}, state.value))) for state in found.states[1:]]
    telling = [(state, each) for state, moves in moved if (each := [m for m in moves if _is_telling(m)])]
    named = _named(telling, found.words)
    if len(named) > STATES // 2 and len({part.path for _, parts in named for part in parts}) == 1:
        yield from _one_part(writer, found, named)
        return
    telling = named or telling
    if not telling:
        grew = dict.fromkeys(each.path for _, moves in moved for each in moves)
        yield f"  {found.path}: {', '.join(grew)} grew or shrank beyond what was recorded"
    shown = _last_of(telling)
    if "." in found.path:  # what an object of the frame holds changes for many reasons
        shown = shown[-ALIKE:]
    for at, (state, parts) in enumerate(shown):
        moves = ", ".join(told(parts))
        sure = "" if state.is_known else " (or a later object at its address)"
        owner = f"{found.path}: " if at == 0 else " " * (len(found.path) + 2)
        yield f"  {owner}{clip(moves, LINE // 2)}{sure}    {_since(writer, state)}"


def _last_of(telling: Sequence[Told]) -> Sequence[Told]:
    """Give the last changes; of an object to which the same was done again and again the last two."""
    shown = telling[-STATES:]
    kinds = {tuple((ITEM.sub("", part.path), part.sign, part.is_new) for part in parts) for _, parts in shown}
    return shown[-ALIKE:] if len(kinds) == 1 and len(shown) > ALIKE else shown


def _one_part(writer: Writer, found: Changes, named: Sequence[Told]) -> Iterator[str]:
    """Write the last changes of one part as one: its values in turn, and who saw them."""
    shown = named[-PART_STATES:]
    first = shown[0][1][0]
    values = [first.previous, *(parts[-1].value for _, parts in shown)]
    more = f" (the last {len(shown)} of {len(named)} changes)" if len(named) > len(shown) else ""
    yield f"  {found.path}: {first.path}: {' -> '.join(_short(each) for each in values)}{more}"
    seen = Counter(state.first.call.function for state, _ in shown)
    (function, _), *_ = seen.most_common(1)
    calls = [state.first.call for state, _ in shown if state.first.call.function == function]
    numbers = ", ".join(f"#{call.number}" for call in calls)
    yield f"    seen so by {writer.name(function)}{numbers}"


def _named(telling: Sequence[Told], words: Sequence[str]) -> list[Told]:
    """Keep the parts that the exception's message names."""
    found = []
    for state, parts in telling:
        named = [each for each in parts if any(word in each.path for word in words)]
        found += [(state, named)] if named else []
    return found


def _together(writer: Writer, met: Together) -> Iterator[str]:
    both = " and ".join(render([each], width=VALUE) for each in (met.first, met.second))
    call = met.call
    by = f", called by {writer.name(call.called_by)}" if call.called_by else ""
    yield f"First given {both}: {_numbered(writer, call)}({writer.arguments([call])}){by}"


def _is_telling(moved: Moved) -> bool:
    """Tell whether more changed than how many items were not recorded, or which object of a type it is."""
    sides = (moved.previous, moved.value)
    kinds = [(each.get("@"), each.keys() - {"@", "@id"}) for each in sides if isinstance(each, dict)]
    return len(kinds) < 2 or kinds[0] != kinds[1] or bool(kinds[0][1] - {"@more"})


def _since(writer: Writer, state: State) -> str:
    during = [each for each in state.since if each.during]
    named = dict.fromkeys(_numbered(writer, each.sighting.call) for each in during or state.since)
    word = "in" if during else "since"
    seen = _numbered(writer, state.first.call)
    if state.first.place != "args" and seen not in named:  # it ran until then, and had it at its end
        named = {seen: None, **named}
    seen_by = "" if len(named) == 1 and seen in named else f", seen so by {seen}"
    return f"{word} {' or '.join(list(named)[:VIA])}{seen_by}"


def _difference(writer: Writer, found: Difference) -> Iterator[str]:
    own, other = _numbered(writer, found.call), _numbered(writer, found.other)
    parts = [f"{path} {_short(there)} (here {_short(here)})" for path, there, here in found.parts[:PARTS]]
    more = f" and {len(found.parts) - PARTS} more" if len(found.parts) > PARTS else ""
    given = f"had {', '.join(parts)}{more}" if parts else f"was given what {own} was"
    result = "" if not found.other.returned else f"; it returned {_short(found.other.result)}"
    result += " too" if found.same_result else ""
    yield f"  {other} {given}{result}"
    for at, apart in enumerate(found.below):
        yield f"    {'came apart below' if at == 0 else 'and then'}: {_unlike_calls(writer, apart)}"
    made, here = dict(found.other.calls_made), dict(found.call.calls_made)
    if made != here and (here or found.call.status != "error"):
        yield f"    it called {_counted(writer, made)}; {own} called {_counted(writer, here)}"


def _unlike_calls(writer: Writer, apart: Apart) -> str:
    """Say of two calls what each called and the other one did not, or not as often."""
    own, other = (Counter(dict(each.calls_made)) for each in (apart.call, apart.other))
    if own == other:
        names = [_numbered(writer, call) for call in (apart.call, apart.other)]
        return f"{names[0]} called the same as {names[1]}, in another order"
    sides = ((apart.call, own - other), (apart.other, other - own))
    return "; ".join(f"{_numbered(writer, call)} called {_counted(writer, made)}" for call, made in sides)


def _counted(writer: Writer, made: dict[str, int]) -> str:
    return ", ".join(f"{writer.name(name)} x{count}" for name, count in made.items()) or "nothing"


def _short(value: object) -> str:
    return clip(render([value], Memory(), width=VALUE), VALUE)  # type: ignore[list-item]


def _title(row: Row, rows: Sequence[Row]) -> str:
    """Say what a fact and those like it are; what left calls and is no failure stands behind the rest."""
    if isinstance(row, Handled) and isinstance(rows[0], Handled):
        is_harmless = any(each.ending != SWALLOWED for each in rows if isinstance(each, Handled))
        return "Exceptions of this run that left no call:" if is_harmless else TITLES[Handled]
    if isinstance(row, Handled):
        return TITLES[Handled] if row.ending == SWALLOWED else "Handled in this run:"
    if isinstance(row, Head) and isinstance(rows[0], Handled):
        return "That left calls:"
    if isinstance(row, Head) and row is not rows[0] and isinstance(rows[0], Head):
        return "What had failed below it:"
    return TITLES.get(type(row), "")


TITLES: dict[type, str] = {
    Origin: "Where its values came from (the same recorded value):",
    Changes: "How its objects changed (the same object):",
    Difference: "The most similar call that went well:",
    Handled: "Swallowed in this run:",
    Outside: "What else it reads, by the source, and the last calls before that change it there:",
}


def _outside(writer: Writer, found: Outside) -> Iterator[str]:
    named = [_by(writer, call) for call in found.writers]
    where = place(found.reader.file, found.line)
    yield f"  {found.name} ({where}), read by {_numbered(writer, found.reader)}: {', '.join(named)}"


def _by(writer: Writer, call: Call) -> str:
    by = f" from {writer.name(call.called_by)}" if call.called_by else ""
    return f"{_numbered(writer, call)}{by}"


def _handled(writer: Writer, found: Handled) -> Iterator[str]:
    yield handled_line(writer.names, found).text


WRITTEN: dict[type, Callable[..., Iterator[str]]] = {
    Head: _head,
    Handled: _handled,
    Frame: frame_lines,
    Asked: _asked,
    Made: _made,
    Origin: _origin,
    Changes: _changes,
    Together: _together,
    Difference: _difference,
    Outside: _outside,
}
"""What writes each kind of fact."""
