"""Chooses which groups of a tree are written where there is no room for all: breadth before depth.

First come the outermost calls and what they called, small ones apart; then what is left of the room goes to
what failed, took the time, differs from its like, changed what it was given, or came last.
"""

from __future__ import annotations

import heapq
import re
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, field

from breadcrumb.questions.facts.calls.span_rows import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.render.parts.folding import Group

FEW_LEVELS = 2
"""Levels that come before all deeper ones."""

AGAIN, MOST_AGAIN = 1.5, 20.0
"""What a line is worth less for each sibling before it that was of the same function, and at most."""

AT_IMPORT = -20.0
"""What a line is worth that tells what an import did: less than any that the program then did."""

_SMALL = re.compile(
    r"(?:.*\.)?(?:<genexpr>|<lambda>|__(?:hash|eq|ne|lt|le|gt|ge|len|iter|bool|contains|repr|str|getattr|getitem|"
    r"instancecheck|init_subclass|set_name|new)__)"
)
_SETTER = re.compile(
    r"(?:.*\.)?_*(?:set|add|append|update|insert|replace|remove|delete|pop|push|put|write|save|store)(?![a-z])"
)


@dataclass
class Chosen:
    """The groups that are written."""

    groups: set[int] = field(default_factory=set)

    def has(self, group: Group) -> bool:
        """Tell whether a group is written."""
        return id(group) in self.groups


@dataclass(frozen=True)
class _Standing:
    """Where a group stands that may be chosen."""

    group: Group
    depth: int
    last: bool
    """Whether it and all above it are the last of their siblings."""
    whole_ns: int
    """The time of the outermost call above."""


def choose(trees: Sequence[Group], width: Callable[[Group, int], int], room: int) -> Chosen:
    """Choose groups until their lines, of which `width` tells how long each is, fill the room."""
    chosen, turn = Chosen(), count()
    failing = _failing(trees)
    heap: list[tuple[float, int, _Standing]] = []

    def offer(groups: Sequence[Group], depth: int, *, last: bool, whole_ns: int) -> None:
        shown: Counter[tuple[str, bool]] = Counter()
        for group in groups:
            standing = _Standing(group, depth, last and group is groups[-1], whole_ns or _time(group))
            kind = (group.first.function, id(group) in failing)
            worth = _worth(standing, failing) - (0 if group.apart else min(AGAIN * shown[kind], MOST_AGAIN))
            shown[kind] += 1
            heapq.heappush(heap, (-worth, next(turn), standing))

    offer(trees, 0, last=True, whole_ns=0)
    while heap and room > 0:
        _, _, standing = heapq.heappop(heap)
        room -= width(standing.group, standing.depth) + 1
        if room < 0 and chosen.groups:
            break
        chosen.groups.add(id(standing.group))
        offer(standing.group.children, standing.depth + 1, last=standing.last, whole_ns=standing.whole_ns)
    return chosen


def _worth(standing: _Standing, failing: set[int]) -> float:
    """Reckon how much a line tells: the outer the more, unless there is a reason to look further in."""
    group = standing.group
    if is_at_import(group) and id(group) not in failing:
        return AT_IMPORT
    worth = 10.0 / (1 + standing.depth)
    if standing.depth < FEW_LEVELS:
        worth += 20
    if id(group) in failing:
        worth += 15
    if standing.last:
        worth += 8
    if group.apart:
        worth += 4
    if changes(group):
        worth += 3
    worth += 8 * min(_time(group) / max(standing.whole_ns, 1), 1)
    return worth - 30 if is_small(group) and not standing.last and id(group) not in failing else worth


def is_at_import(group: Group) -> bool:
    """Tell whether all calls were made by modules that were imported."""
    return all(call.at_import for call in group.calls)


def is_small(group: Group) -> bool:
    """Tell whether calls say little: operators, generator expressions, readers, repeated None."""
    call = group.first
    if isinstance(call, Span) or call.raised is not None or call.status == "open" or changes(group):
        return False
    if _SMALL.fullmatch(call.function):
        return True
    if group.children or (call.below is not None and call.below.calls):
        return False
    if len(group.calls) > 1 and call.returned and all(each.result is None for each in group.calls):
        return True
    return call.result is not None and isinstance(call.args, dict) and list(call.args) == ["self"]


def changes(group: Group) -> bool:
    """Tell whether calls changed what they were given, as far as their name or what they left says so."""
    return any(call.args_after for call in group.calls) or bool(_SETTER.match(group.first.function))


def _time(group: Group) -> int:
    return sum(call.duration_ns or 0 for call in group.calls)


def _failing(trees: Sequence[Group]) -> set[int]:
    """Find the groups that failed or below which one did."""
    order = list(trees)
    for group in order:
        order.extend(group.children)
    found: set[int] = set()
    for group in reversed(order):
        if _failed(group.calls) or any(id(child) in found for child in group.children):
            found.add(id(group))
    return found


def _failed(calls: Iterable[Call]) -> bool:
    return any((call.raised is not None and not call.cancelled) or call.status == "error" for call in calls)
