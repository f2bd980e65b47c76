"""Writes calls as an indented tree; where there is no room for all of it, the lines that tell most."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, cast

from breadcrumb_exporter_duckdb.base.records import dataclass, replace

from breadcrumb.questions.facts.calls.call_rows import changed
from breadcrumb.questions.facts.calls.span_rows import Span
from breadcrumb.render.parts.call_lines import SHARE, Line, Writer
from breadcrumb.render.parts.choosing import Chosen, choose, is_at_import, is_small
from breadcrumb.render.parts.folding import Group, forest
from breadcrumb.render.parts.places import Places
from breadcrumb.render.parts.values import Memory, Tagged

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from breadcrumb.questions.facts.answer import Answer
    from breadcrumb.questions.facts.calls.call_rows import Call

INDENTED = 30
"""Levels of a tree that are indented; deeper ones stay there."""

EXAMPLE = 4
"""Like calls from which the first one is spelled out before the others are folded."""

NOTABLE_NS = 1_000_000
"""The time from which an inner call's duration may be worth telling."""

NARROW, NARROW_LINE = 40, 110
"""Characters of one value, and of all arguments, in a tree that is cut."""

TURNS = 3
"""How often a choice is made, to fill the room: lines are shorter where they repeat what was shown."""

NAMED = 4
"""Functions that are named of those whose calls are left out."""


@dataclass(frozen=True)
class _Node:
    """A group on its way to a line: what it stands under."""

    group: Group
    depth: int = 0
    parent: Group | None = None
    caller: Group | None = None
    """The nearest group of calls above: the parent, if that is no span."""
    timed: bool = False
    """Whether the starts are told, as something else went on at the same time."""

    def below(self, chosen: Chosen | None, names: Mapping[str, str]) -> list[_Node | Line]:
        """Give what stands under the group, the last first."""
        caller = self.caller if isinstance(self.group.first, Span) else self.group
        groups = self.group.children
        below: list[_Node | Line] = [
            _Node(child, self.depth + 1, self.group, caller, self.timed or child.concurrent)
            for child in groups
            if chosen is None or chosen.has(child)
        ]
        if below and chosen is not None:
            at = next((at for at, group in enumerate(groups) if not chosen.has(group)), len(groups))
            below[at:at] = _rest(_below(self.group), groups, names, chosen, self.depth + 1)
        return below[::-1]


def tree_lines(answer: Answer, characters: int) -> list[Line]:
    """Write the whole tree where it fits; else choose."""
    trees = forest(cast("Sequence[Call]", answer.rows))
    if answer.total == len(answer.rows):
        lines = _within(_written(answer, trees, None), characters)
        if lines is not None:
            return lines
    return _chosen(answer, trees, characters)


def narrow(answer: Answer) -> Writer:
    """Give what writes calls in short: objects by number, no arguments that are None."""
    memory = Memory(tagged=Tagged())
    return Writer(answer.names, now_ns=answer.now_ns, width=NARROW, line_width=NARROW_LINE, memory=memory)


def _within(lines: Iterator[Line], characters: int) -> list[Line] | None:
    """Give the lines if they take no more than so many characters."""
    found = []
    for line in lines:
        found.append(line)
        characters -= len(line.text) + 1
        if characters < 0:
            return None
    return found


def _chosen(answer: Answer, trees: Sequence[Group], characters: int) -> list[Line]:
    """Write what was chosen, choosing more as long as there is room."""
    room = characters
    lines: list[Line] = []
    widths: dict[int, int] = {}
    writer = narrow(answer)

    def width(group: Group, depth: int) -> int:
        if id(group) not in widths:
            widths[id(group)] = len(writer.group(group)) + _indent(depth)
        return widths[id(group)]

    for _ in range(TURNS):
        found = list(_written(answer, trees, choose(trees, width, room)))
        size = sum(len(line.text) + 1 for line in found)
        if not lines or size <= characters:
            lines = found
        if size > characters and len(lines) < len(found):
            break
        room += characters - size
    return lines


def _written(answer: Answer, trees: Sequence[Group], chosen: Chosen | None) -> Iterator[Line]:
    """Write the groups that were chosen, in the order of a tree; without a choice all."""
    places = Places.of(call for group in trees for call in group.calls)
    writer = replace(narrow(answer) if chosen else Writer(answer.names, now_ns=answer.now_ns), places=places)
    shown: set[str] = set()
    first_ns = min((group.first.start_ns for group in trees), default=0)
    for group in trees:
        if chosen is None or chosen.has(group):
            yield from _subtree(_Node(group, timed=group.concurrent), writer, chosen, shown, first_ns)
    if chosen is not None:
        yield from _rest(answer.total, trees, answer.names, chosen, 0)


def _subtree(
    root: _Node, writer: Writer, chosen: Chosen | None, shown: set[str], first_ns: int
) -> Iterator[Line]:
    longest = sum(call.duration_ns or 0 for call in root.group.calls)
    notable = max(int(longest * SHARE), NOTABLE_NS)
    pending: list[_Node | Line] = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, Line):
            yield node
            continue
        example = _example(node.group, node.parent, shown)
        if example is not None:
            pending.append(replace(node, group=replace(node.group, calls=node.group.calls[1:])))
            node = replace(node, group=example)
        shown.add(node.group.first.function)
        below = node.below(chosen, writer.names)
        text = writer.group(
            _worth_numbering(node.group),
            long_ns=notable if node.depth else 0,
            parent=node.caller,
            indent=_indent(node.depth),
            since=first_ns if node.timed else 0,
        )
        hidden = _hidden(node.group) if chosen is not None and not below else ""
        yield Line(f"{text}{hidden}", len(node.group.calls))
        pending.extend(below)


def _indent(depth: int) -> int:
    return 2 * min(depth, INDENTED)


def _below(group: Group) -> int:
    """Count the calls below those of a group; those that are nested in each other stand apart from theirs."""
    if group.levels or any(call.below is None for call in group.calls):
        return group.size - len(group.calls)
    return sum(call.below.calls for call in group.calls if call.below)


def _hidden(group: Group) -> str:
    """Say how many calls are below a line that shows none of them."""
    calls = _below(group)
    if not calls:
        return ""
    least = "+" if any(call.below and call.below.is_least for call in group.calls) else ""
    return f"    (+{calls:,}{least} {'call' if calls == 1 else 'calls'} below)"


def _rest(
    total: int | None, groups: Sequence[Group], names: Mapping[str, str], chosen: Chosen, depth: int
) -> Iterator[Line]:
    """Say which of the calls beside those shown are left out, and how many with all below them."""
    shown = sum(_whole(group) for group in groups if chosen.has(group))
    left = [group for group in groups if not chosen.has(group)]
    imported = [group for group in left if is_at_import(group)]
    others = [group for group in left if not is_at_import(group)]
    at_import = sum(_whole(group) for group in imported)
    count = max((total or 0) - shown - at_import, sum(group.size for group in others))
    is_small_only = count == sum(len(group.calls) for group in others) and all(map(is_small, others))
    kind = "small call" if is_small_only else "call"
    for size, of, what in ((at_import, imported, "call of imports"), (count, others, kind)):
        if size:
            yield Line(f"{' ' * _indent(depth)}+{size:,} {_many(what, size)}{_named(of, size, names)}")


def _whole(group: Group) -> int:
    """Count the calls of a group and all below them."""
    return len(group.calls) + _below(group)


def _many(what: str, count: int) -> str:
    return what if count == 1 else what.replace("call", "calls")


def _named(groups: Sequence[Group], count: int, names: Mapping[str, str]) -> str:
    """Name the functions that were called most among those left out."""
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group.first.function] += len(group.calls)
    most = counts.most_common(NAMED)
    named = ", ".join(f"{names.get(name, name)}{f' x{times}' if times > 1 else ''}" for name, times in most)
    more = ", …" if len(counts) > NAMED or sum(counts.values()) < count else ""
    return f": {named}{more}" if named else ""


def _example(group: Group, parent: Group | None, shown: set[str]) -> Group | None:
    """Take the first call out of a group of a function that is new to the reader, to be spelled out."""
    first = group.first
    if parent is not None and len(parent.calls) > 1:
        return None
    if len(group.calls) < EXAMPLE or group.children or group.levels or group.alternating or first.raised:
        return None
    if first.function in shown or all(call.args == first.args for call in group.calls):
        return None
    return replace(group, calls=group.calls[:1])


def _worth_numbering(group: Group) -> Group:
    """Keep numbers only where a next command may need them: of many calls, and of those that failed."""
    call = group.first
    if len(group.calls) > 1 or (call.raised is not None and call.number != 1):
        return group
    return replace(group, calls=tuple(changed(call, number=None) for call in group.calls))
