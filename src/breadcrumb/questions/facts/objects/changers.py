"""Which function most likely changed what an exception's message names, and which argument told it so."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.questions.facts.calls.siblings import unlike
from breadcrumb.questions.facts.objects.held import search
from breadcrumb.questions.facts.objects.origins import Changes
from breadcrumb.questions.facts.objects.wanted import exactly

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.objects.following import State
    from breadcrumb.questions.facts.run.run_facts import Run

MOST = 3
"""Functions that are looked at."""
CALLS = 50
"""Calls of one that are looked at."""
_PLAIN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
"""A place that a condition can name."""


def changer(reader: Reader, run: Run, rows: Sequence[object]) -> tuple[str, str] | None:
    """Give the function, and the condition that chooses those of its calls that were about the value."""
    states = [(state, each.words) for each in rows if isinstance(each, Changes) for state in _named(each)]
    words = dict.fromkeys(word for _, words in states for word in words)
    weights = _weights([state for state, _ in states])
    found = (
        (function, f"{path} == {json.dumps(word, ensure_ascii=False)}")
        for function in sorted(weights, key=weights.__getitem__, reverse=True)[:MOST]
        for word in words
        for path in _paths(reader, run, function, word)
    )
    return next(found, None)


def _named(changes: Changes) -> Iterator[State]:
    """Give the states in which a part changed that the message names."""
    for state in changes.states[1:]:
        paths = [path for path, *_ in unlike("", state.previous or {}, state.value)]
        if any(word in path for word in changes.words for path in paths):
            yield state


def _weights(states: Sequence[State]) -> dict[str, float]:
    """Weigh the functions that had the object itself: of the fewer a change may be, the more each counts."""
    weights: dict[str, float] = defaultdict(float)
    for state in states:
        had = [each.sighting for each in state.since if _PLAIN.fullmatch(each.sighting.name)]
        for function in {each.call.function for each in had if "." not in each.name}:
            weights[function] += 1 / len(had)
    return weights


def _paths(reader: Reader, run: Run, function: str, word: str) -> Iterator[str]:
    within = sql("function = {function}", function=function)
    for held in search(reader, run, exactly(word), CALLS, within).held:
        if held.place == "args":
            yield from (path for path in held.parts if _PLAIN.fullmatch(path))
