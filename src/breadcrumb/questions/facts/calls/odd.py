"""Which of many calls of a function called something else than most of them did."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb.questions.facts.calls.call_rows import Call

LEAST = 4
"""Calls from which most of them say what is usual."""
USUAL = 0.6
"""The part of them that must have called the same."""


def oddly_made(calls: Sequence[Call]) -> dict[str, Call]:
    """Give, by span id, the calls that called other functions, or those more often, than most did."""
    if len(calls) < LEAST or len({call.function for call in calls}) > 1:
        return {}
    made = Counter(_made(call) for call in calls)
    ((usual, count),) = made.most_common(1)
    if count < USUAL * len(calls):
        return {}
    return {call.span_id: call for call in calls if _made(call) != usual and call.status != "open"}


def _made(call: Call) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(call.calls_made.items()))
