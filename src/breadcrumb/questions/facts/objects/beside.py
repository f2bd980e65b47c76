"""Where the values went that stood beside a value in a list: which functions held them and never held it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass

from breadcrumb.questions.facts.objects.held import Held, search
from breadcrumb.questions.facts.objects.origins import is_telling
from breadcrumb.questions.facts.objects.wanted import exactly, places

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.run.run_facts import Run

LOOKED_AT = 2
"""Values beside one that are followed."""
READ = 100
"""Calls that are read of each."""
_ITEM = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Beside:
    """A value that stood beside another one, and went on where that one did not."""

    value: Json
    held: Held
    """Where both were."""
    functions: tuple[str, ...]


def went_on(reader: Reader, run: Run, held: Sequence[Held]) -> Beside | None:
    """Find a value beside this one that functions held, in their order, of which none held this one."""
    known = {each.call.function for each in held}
    found = []
    for where, value in _beside(held):
        calls = search(reader, run, exactly(value), READ).held
        others = dict.fromkeys(each.call.function for each in calls if each.call.function not in known)
        found += [Beside(value, where, tuple(others))] if others else []
    return max(found, key=lambda each: len(each.functions), default=None)


def _beside(held: Sequence[Held]) -> Iterator[tuple[Held, Json]]:
    """Give the first values that stood in the same list, in the same field of another item."""
    for each in held:
        for path in each.parts:
            at = _ITEM.search(path)
            is_item = at is not None and (at.end() < len(path) or isinstance(each.parts[path], int | float))
            if at is None or not is_item or each.place not in ("args", "return"):
                continue
            like = re.compile(rf"{re.escape(path[: at.start()])}\[\d+\]{re.escape(path[at.end() :])}")
            parts = [part for part in _telling(each) if part[0] != path and like.fullmatch(part[0])]
            yield from ((each, value) for _, value in parts[:LOOKED_AT])
            return


def _telling(held: Held) -> Iterator[tuple[str, Json]]:
    given = held.call.args if isinstance(held.call.args, dict) else {}
    roots = given.items() if held.place == "args" else [("", held.call.result)]
    for name, value in roots:
        yield from ((part.path, part.value) for part in places(value, name, is_telling))
