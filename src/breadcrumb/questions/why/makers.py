"""The calls that made the values of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.questions.facts.exceptions.failure import callers
from breadcrumb.questions.facts.exceptions.frame import Frame
from breadcrumb.questions.facts.objects.origins import EVERYWHERE, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.questions.facts.answer import Row
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.objects.held import Held
    from breadcrumb.questions.facts.run.run_facts import Run


def makers(reader: Reader, run: Run, rows: Sequence[Row]) -> list[Call]:
    """Give the calls that made the values: of what the first to hold it was given, that which gave it."""
    failed = {each.call.span_id for each in rows if isinstance(each, Frame)}
    traced = [each for each in rows if isinstance(each, Origin)]
    telling = [each for each in traced if len(each.held) < EVERYWHERE]
    found = [each.held[0] for each in telling or traced]
    own = [each.call for each in found if each.place != "args"]
    above = [_giver(reader, run, each) for each in found if each.place == "args"]
    given = [call for call in above if call is not None and call.span_id not in failed]
    return [*own, *given, *(each.call for each in found if each.place == "args")]


def _giver(reader: Reader, run: Run, held: Held) -> Call | None:
    """Give the call that gave the value; above one that only added a little to a text, the next one."""
    texts = [value for value in held.parts.values() if isinstance(value, str)]
    above = callers(reader, run, held.call)
    while above and texts and (most := _most_of(above[-1], max(texts, key=len))):
        texts = [most]
        above.pop()
    return above[-1] if above else None


def _most_of(call: Call, text: str) -> str:
    """Give the argument that is the most part of a text, with a little added."""
    args = call.args.values() if isinstance(call.args, dict) else ()
    parts = [each for each in args if isinstance(each, str) and each in text and 2 * len(each) >= len(text)]
    return max(parts, key=len, default="")
