"""Finds the order in which arguments and results of like calls rise together, and the few that break it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

from breadcrumb.render.parts.json_keys import json_key
from breadcrumb.render.parts.values import is_one_way, numbers_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.calls.call_rows import Call

EQUAL = 4
"""Like calls for each one that has another result than all the rest."""

RISING = 6
"""Like calls for each one without which the results would rise or fall; of fewer, chance makes an order."""


def in_order(calls: Sequence[Call]) -> Sequence[Call]:
    """Put like calls so that their ranges read true: by argument, unless their results then go up and down.

    Objects change from call to call: calls that have some stay in the order in which they were made.
    """
    given = calls[0].args
    if len(calls) < 2 or not isinstance(given, dict) or '"@id"' in json_key(given):
        return calls
    ordered = [calls[at] for at in _by_argument(calls)]
    results = numbers_in([call.result for call in ordered])
    return ordered if results is None or is_one_way(results) else calls


def out_of_line(calls: Sequence[Call]) -> set[int]:
    """Find the calls that returned something else than all others, or that break the order of the results."""
    if not all(call.returned for call in calls):
        return set()
    for told in (json_key, _kind):
        texts = [told(call.result) for call in calls]
        ((usual, count),) = Counter(texts).most_common(1)
        if count < len(calls) and EQUAL * (len(calls) - count) <= len(calls):
            return {at for at, text in enumerate(texts) if text != usual}
    numbers = numbers_in([call.result for call in calls])
    if numbers is None:
        return set()
    order = _by_argument(calls)
    ordered = [numbers[at] for at in order]
    kept = max(_longest(ordered), _longest([-number for number in ordered]), key=len)
    others = {at for place, at in enumerate(order) if place not in kept}
    return others if RISING * len(others) <= len(calls) else set()


def _kind(value: Json) -> str:
    """Say what kind of value it is: nothing among texts, a list among objects."""
    if isinstance(value, dict) and "@" in value:
        return str(value["@"])
    return "number" if isinstance(value, int | float) else type(value).__name__


def _by_argument(calls: Sequence[Call]) -> list[int]:
    """Put calls in the order of the first argument that is a number and varies, else in their own."""
    order = list(range(len(calls)))
    arguments = [call.args for call in calls if isinstance(call.args, dict)]
    if len(arguments) != len(calls):
        return order
    for name in arguments[0]:
        numbers = numbers_in([given.get(name) for given in arguments])
        if numbers is not None and len(set(numbers)) > 1:
            return order if is_one_way(numbers) else sorted(order, key=numbers.__getitem__)
    return order


def _longest(numbers: Sequence[float]) -> set[int]:
    """Give the positions of a longest part of the numbers that never falls."""
    lasts: list[float] = []
    ends: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_right(lasts, number)
        before.append(ends[length - 1] if length else -1)
        lasts[length:] = [number, *lasts[length + 1 :]]
        ends[length:] = [at, *ends[length + 1 :]]
    found: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        found.add(at)
        at = before[at]
    return found
