"""Folds a tree of calls: repeated siblings, repeated sequences of siblings and recursion become groups."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, field, replace

from breadcrumb.questions.facts.calls.span_rows import Span
from breadcrumb.render.parts.odd import EQUAL, out_of_line

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from breadcrumb.questions.facts.calls.call_rows import Call

PERIOD = 4
"""The longest sequence of siblings that is recognised as one that repeats."""

RECURSION = 5
"""Calls of one function within each other from which they are folded."""

DEEP = 100
"""The height of a tree from which it is never folded with another one."""


MOST_ODD = 2
"""Calls that stand out of their like; where more are different, none is odd."""

FEW = 4
"""Like calls at the same time up to which each is written with what it called, so that their order shows."""


@dataclass(frozen=True, eq=False)
class Group:
    """Calls of one function that are written as one line, and what they called, grouped likewise."""

    calls: tuple[Call, ...]
    children: tuple[Group, ...] = ()
    levels: int = 0
    """How deep the calls are nested in each other; 0 where they are siblings."""
    in_turn: bool = False
    """Whether each of the nested calls began after the one that it hangs under had ended."""
    alternating: bool = False
    """Whether the calls took turns with those of the next group."""
    concurrent: bool = False
    """Whether it ran at the same time as a sibling in another task or thread."""
    apart: bool = False
    """Whether it is not folded with its like: their order is the point, or how this one differs."""
    size: int = field(init=False)
    """The number of calls in the group and below."""
    height: int = field(init=False)
    """How deep the tree below is."""
    shape: Hashable = field(init=False)
    """What must be the same for calls to be written as one."""

    def __post_init__(self) -> None:
        """Derive from the children what they derived from theirs: a tree may be deeper than recursion."""
        derived = self.__dict__
        derived["size"] = len(self.calls) + sum([child.size for child in self.children])
        derived["height"] = 1 + max([child.height for child in self.children], default=0)
        derived["shape"] = self._shape()

    def _shape(self) -> Hashable:
        call = self.first
        if self.height > DEEP:
            return call.span_id
        children = tuple([child.shape for child in self.children])
        return hash((named(call), call.alike, call.pid, bool(self.levels), children))

    @property
    def first(self) -> Call:
        """The call that started first."""
        return self.calls[0]

    @property
    def own(self) -> list[Group]:
        """The groups directly below of the same function: recursion."""
        return [child for child in self.children if named(child.first) == named(self.first)]

    @property
    def others(self) -> list[Group]:
        """The groups directly below of other functions."""
        return [child for child in self.children if named(child.first) != named(self.first)]


def named(call: Call) -> tuple[type, str]:
    """Name what was called; a span may be named like a function."""
    return type(call), call.function


def stack(call: Call) -> Hashable:
    """Name the task or thread in which a call ran; of a span nobody knows it, so it has its own."""
    return call.process, call.thread, call.task, call.span_id if isinstance(call, Span) else None


def overlapping(calls: Sequence[Call]) -> set[int]:
    """Find the calls (by position, in start order) that ran at the same time as one of another stack.

    A span is compared with spans only: it may well have run in the task of the call beside it.
    """
    if len({stack(call) for call in calls}) < 2:
        return set()
    found: set[int] = set()
    latest: dict[tuple[type, Hashable], tuple[float, int]] = {}
    for at, call in enumerate(calls):
        here = (type(call), stack(call))
        latest = {key: each for key, each in latest.items() if each[0] > call.start_ns}
        others = [other for key, (_, other) in latest.items() if key[0] is here[0] and key[1] != here[1]]
        found |= {at, *others} if others else set()
        end = float("inf") if call.duration_ns is None else call.start_ns + call.duration_ns
        latest[here] = max(latest.get(here, (end, at)), (end, at))
    return found


def forest(calls: Sequence[Call]) -> list[Group]:
    """Build the folded trees of `calls` (in start order); a call whose parent is absent is a root.

    So is one of spans that are each other's parents, as other programs may send them.
    """
    present = {call.span_id for call in calls}
    heads = _heads(calls)
    below: dict[str, list[Call]] = defaultdict(list)
    roots = []
    for call in calls:
        above = None if call.span_id in heads else call.parent_span_id
        if above is not None and above in present:
            below[above].append(call)
        else:
            roots.append(call)
    return fold([_folded(root, below) for root in roots])


def _heads(calls: Sequence[Call]) -> set[str]:
    """One of each ring of calls that are each other's parents."""
    above = {call.span_id: call.parent_span_id for call in calls}
    settled: set[str | None] = set()
    heads = set()
    for at in above:
        path: dict[str | None, None] = {}
        each: str | None = at
        while each in above and each not in settled and each not in path:
            path[each] = None
            each = above[each]
        if each in path and each is not None:
            heads.add(each)
        settled |= path.keys()
    return heads


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
    nested = _nested(group)
    calls = sorted((call for each in nested for call in each.calls), key=lambda call: call.start_ns)
    if len(calls) < RECURSION:
        return group
    levels = _levels(group) - 1
    in_turn = _in_turn([*group.calls, *calls])
    gathered = [Group(part, levels=levels, in_turn=in_turn) for part in _by_outcome(calls)]
    others = [other for each in (group, *nested) for other in each.others]
    return replace(group, children=(*gathered, *_by_shape(others)))


def _in_turn(calls: Sequence[Call]) -> bool:
    """Tell whether all but the first were scheduled, not called: the one above each had ended by then."""
    above = {call.span_id: call for call in calls}
    return all(
        began_after(call, above[call.parent_span_id]) for call in calls if call.parent_span_id in above
    )


def began_after(call: Call, other: Call) -> bool:
    """Tell whether a call began when another had ended."""
    return other.duration_ns is not None and call.start_ns >= other.start_ns + other.duration_ns


def _nested(group: Group) -> list[Group]:
    return [each for child in group.own for each in (child, *_nested(child))]


def _levels(group: Group) -> int:
    """Count how deep the calls of the group's function are nested, the group's own included."""
    return group.levels or 1 + max((_levels(child) for child in group.own), default=0)


def _by_outcome(calls: Sequence[Call]) -> list[tuple[Call, ...]]:
    parts: dict[object, list[Call]] = defaultdict(list)
    for call in calls:
        parts[call.status, call.raised.type if call.raised else None].append(call)
    return [tuple(part) for part in parts.values()]


def _by_shape(groups: Sequence[Group]) -> list[Group]:
    parts: dict[Hashable, list[Group]] = defaultdict(list)
    for group in groups:
        parts[group.shape].append(group)
    return [_merge(part) for part in parts.values()]


def fold(groups: Sequence[Group]) -> list[Group]:
    """Join siblings that repeat: `a a a` to one group, `a b a b` to two that alternate."""
    if len(groups) < 2:
        return list(groups)
    groups = _odd_apart(_marked(groups))
    shapes = [group if group.apart else group.shape for group in groups]
    folded: list[Group] = []
    at = 0
    while at < len(groups):
        period, times = repetition(shapes, at, PERIOD)
        runs = [_merge(groups[at + i : at + period * times : period]) for i in range(period)]
        folded += [replace(run, alternating=times > 1) for run in runs[:-1]] + runs[-1:]
        at += period * times
    return folded


def _marked(groups: Sequence[Group]) -> Sequence[Group]:
    """Mark the siblings that ran at the same time, and keep a few alike that called something apart."""
    together = overlapping([group.first for group in groups])
    if not together:
        return groups
    alike = Counter(groups[at].shape for at in together)
    return [
        replace(group, concurrent=True, apart=bool(group.children) and 1 < alike[group.shape] <= FEW)
        if at in together
        else group
        for at, group in enumerate(groups)
    ]


def _odd_apart(groups: Sequence[Group]) -> Sequence[Group]:
    """Keep the few apart of which a call, or one below it, has a result out of line with the others'."""
    alike: dict[Hashable, list[int]] = defaultdict(list)
    for at, group in enumerate(groups):
        alike[group.shape].append(at)
    odd = {
        places[found]
        for places in alike.values()
        if len(places) >= EQUAL
        for found in _few(_odd_in([groups[at] for at in places]))
    }
    return [replace(group, apart=True) if at in odd else group for at, group in enumerate(groups)]


def _odd_in(column: Sequence[Group]) -> set[int]:
    """Look at groups of the same shape, and at what is below them, pairwise."""
    is_single = all(len(group.calls) == 1 for group in column)
    found = out_of_line([group.first for group in column]) if is_single else set()
    for children in zip(*(group.children for group in column), strict=True):
        found |= _odd_in(children)
    return found


def _few(found: set[int]) -> set[int]:
    return found if len(found) <= MOST_ODD else set()


def repetition(shapes: Sequence[Hashable], at: int, longest: int) -> tuple[int, int]:
    """Find the sequence at `at` whose repetitions cover most: its length and how often it comes."""
    best = (1, 1)
    for period in range(1, longest + 1):
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
        in_turn=all(group.in_turn for group in groups),
        concurrent=any(group.concurrent for group in groups),
    )
