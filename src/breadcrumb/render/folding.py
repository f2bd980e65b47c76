"""Folds a tree of calls: repeated siblings, repeated sequences of siblings and recursion become groups."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from breadcrumb.questions.call_rows import Call

PERIOD = 4
"""The longest sequence of siblings that is recognised as one that repeats."""

RECURSION = 5
"""Calls of one function within each other from which they are folded."""

Shape: TypeAlias = tuple[object, ...]


@dataclass(frozen=True)
class Group:
    """Calls of one function that are written as one line, and what they called, grouped likewise."""

    calls: tuple[Call, ...]
    children: tuple[Group, ...] = ()
    levels: int = 0
    """How deep the calls are nested in each other; 0 where they are siblings."""
    alternating: bool = False
    """Whether the calls took turns with those of the next group."""

    @property
    def first(self) -> Call:
        """The call that started first."""
        return self.calls[0]

    @property
    def size(self) -> int:
        """The number of calls in the group and below."""
        return len(self.calls) + sum(child.size for child in self.children)

    def shape(self) -> Shape:
        """What must be the same for calls to be written as one."""
        call = self.first
        error = call.raised.type if call.raised else None
        arguments = tuple(call.args) if isinstance(call.args, dict) else None
        children = tuple(child.shape() for child in self.children)
        return (
            call.function,
            call.status,
            call.cancelled,
            error,
            arguments,
            call.pid,
            bool(self.levels),
            children,
        )


def forest(calls: Sequence[Call]) -> list[Group]:
    """Build the folded trees of `calls` (in start order); a call whose parent is absent is a root."""
    present = {call.span_id for call in calls}
    below: dict[str, list[Call]] = defaultdict(list)
    roots = []
    for call in calls:
        if call.parent_span_id in present and call.parent_span_id is not None:
            below[call.parent_span_id].append(call)
        else:
            roots.append(call)
    return fold([_folded(root, below) for root in roots])


def _folded(root: Call, below: dict[str, list[Call]]) -> Group:
    """Fold what is below `root`, deepest first and without recursion of ours (theirs may be 100,000 deep)."""
    order = [root]
    for call in order:
        order.extend(below[call.span_id])
    done: dict[str, Group] = {}
    for call in reversed(order):
        children = [done.pop(child.span_id) for child in below[call.span_id]]
        done[call.span_id] = _gather(Group((call,), tuple(fold(children))))
    return done[root.span_id]


def _gather(group: Group) -> Group:
    """Fold recursion: calls of the same function directly below are taken into one group beneath this one."""
    own = [child for child in group.children if child.first.function == group.first.function]
    nested = _nested(own)
    if len(nested) < RECURSION:
        return group
    levels = 1 + max(child.levels + sum(1 for below in child.children if below.levels) for child in own)
    others = [child for child in group.children if child not in own]
    inner = [
        below for child in own for below in child.children if below.first.function != group.first.function
    ]
    calls = tuple(sorted(nested, key=lambda call: call.start_ns))
    gathered = tuple(Group(part, levels=max(levels, 1)) for part in _by_outcome(calls))
    return replace(group, children=(*gathered, *_by_shape([*others, *inner])))


def _nested(groups: Iterable[Group]) -> list[Call]:
    found: list[Call] = []
    for group in groups:
        found.extend(group.calls)
        found.extend(
            _nested(child for child in group.children if child.first.function == group.first.function)
        )
    return found


def _by_outcome(calls: Sequence[Call]) -> list[tuple[Call, ...]]:
    parts: dict[object, list[Call]] = defaultdict(list)
    for call in calls:
        parts[call.status, call.raised.type if call.raised else None].append(call)
    return [tuple(part) for part in parts.values()]


def _by_shape(groups: Sequence[Group]) -> list[Group]:
    parts: dict[Shape, list[Group]] = defaultdict(list)
    for group in groups:
        parts[group.shape()].append(group)
    return [_merge(part) for part in parts.values()]


def fold(groups: Sequence[Group]) -> list[Group]:
    """Join siblings that repeat: `a a a` to one group, `a b a b` to two that alternate."""
    shapes = [group.shape() for group in groups]
    folded: list[Group] = []
    at = 0
    while at < len(groups):
        period, times = _repetition(shapes, at)
        runs = [_merge(groups[at + i : at + period * times : period]) for i in range(period)]
        folded += [replace(run, alternating=times > 1) for run in runs[:-1]] + runs[-1:]
        at += period * times
    return folded


def _repetition(shapes: Sequence[Shape], at: int) -> tuple[int, int]:
    """Find the sequence at `at` whose repetitions cover most: its length and how often it comes."""
    best = (1, 1)
    for period in range(1, PERIOD + 1):
        times = 1
        while shapes[at : at + period] == shapes[at + period * times : at + period * (times + 1)]:
            times += 1
        if times > 1 and period * times > best[0] * best[1]:
            best = (period, times)
    return best


def _merge(groups: Sequence[Group]) -> Group:
    """Join groups of the same shape, their children pairwise."""
    if len(groups) == 1:
        return groups[0]
    columns = zip(*(group.children for group in groups), strict=True)
    return replace(
        groups[0],
        calls=tuple(call for group in groups for call in group.calls),
        children=tuple(_merge(column) for column in columns),
        levels=max(group.levels for group in groups),
    )
