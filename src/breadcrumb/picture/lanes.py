"""Places calls in a picture: a lane for each thread and task, and within it the row below the caller's."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb.questions.facts.calls.call_rows import Call

Lane = tuple[int, str | None, str | None]
"""Process id, thread's name, task's name."""


def placed(calls: Sequence[Call], end_ns: int) -> tuple[list[Lane], list[tuple[int, int]]]:
    """The lanes, and for each call, given in start order, its lane's number and its row in it.

    A call stands below its caller, or further down where something is there already, as where generators
    take turns. `end_ns` is when calls end that have not.
    """
    lanes: dict[Lane, int] = {}
    taken: dict[int, list[int]] = defaultdict(list)
    rows: dict[str, tuple[int, int]] = {}
    places = []
    for call in calls:
        lane = lanes.setdefault((call.pid, call.thread, call.task), len(lanes))
        above = rows.get(call.parent_span_id or "")
        row = above[1] + 1 if above is not None and above[0] == lane else 0
        ends = taken[lane]
        while row < len(ends) and ends[row] > call.start_ns:
            row += 1
        ends += [0] * (row + 1 - len(ends))
        ends[row] = end_ns if call.duration_ns is None else call.start_ns + call.duration_ns
        rows[call.span_id] = lane, row
        places.append((lane, row))
    return list(lanes), places
