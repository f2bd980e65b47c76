"""Writes an answer as text: its lines, cut to the budget, what is missing, and what to ask next."""

from __future__ import annotations

import itertools
from functools import partial
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import replace

from breadcrumb.common.messages import joined
from breadcrumb.questions.facts.answer import CALLS, CHARACTERS_PER_TOKEN, TREES, Answer, Truncated
from breadcrumb.render.layout.open_stacks import standing_lines
from breadcrumb.render.layout.tree import tree_lines
from breadcrumb.render.layouts import layout_of
from breadcrumb.render.parts.call_lines import MARGIN
from breadcrumb.render.parts.tags import tagged

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from breadcrumb.render.parts.call_lines import Line

BUDGET = 1000
"""Tokens of a text answer: a screenful of some 60 calls; many such answers fit into any model's context."""


NESTED = ("value",)
"""Questions whose lines lie within others, so that all must be written to choose."""
MARK = 10
"""Characters for the end of a line, and what stands there of lines that were left out."""
SAMPLE = 4
"""How many times the budget is written, to reckon how long the whole answer is."""

WHOLE = 1 << 40
"""Characters for which there is always room."""


def text(answer: Answer, budget: int = BUDGET) -> str:
    """Write the answer in about `budget` tokens, with no line break at the end."""
    return page(answer, budget)[0]


def page(answer: Answer, budget: int, start: int | None = None) -> tuple[str, int | None]:
    """Write the answer, or what of all of it begins at the row `start`, and give the row of the next page.

    That is None where there is no more. Of a tree the first page is a choice, and the next one begins at 0.
    """
    characters = budget * CHARACTERS_PER_TOKEN
    with tagged() as tags:
        write = _first if start is None else partial(_rest, start=start)
        written, following = write(answer, characters)
    return tags.told(written, margin=MARGIN, hidden=answer.question == "diff"), following


def _first(answer: Answer, characters: int) -> tuple[str, int | None]:
    is_tree = answer.question in TREES
    reckoned = WHOLE if answer.question in NESTED else characters * SAMPLE
    lines = tree_lines(answer, characters) if is_tree else _sample(answer, reckoned)
    outer = lines if is_tree else _outermost(lines, characters)
    body = lines if is_tree else _fitting(outer, characters)
    shown = sum(line.rows for line in body)
    truncated = answer.cut(shown, _size(answer, lines))
    written = joined([*(line.text for line in body), *_foot(answer, truncated)])
    return written, answer.next_row(shown, None) if outer is lines else 0


def _rest(answer: Answer, characters: int, *, start: int) -> tuple[str, int | None]:
    is_tree = answer.question in TREES
    lines = tree_lines(answer, WHOLE) if is_tree else _sample(answer, WHOLE)
    body = _fitting(_after(lines, start), characters)
    end = start + sum(line.rows for line in body)
    of = "" if answer.total is None else f" of {answer.total}"
    foot = f"{_noun(answer)} {start + 1} to {end}{of}." if body else f"No more {_noun(answer)}."
    return joined([*(line.text for line in body), foot]), answer.next_row(end, start)


def _after(lines: Sequence[Line], start: int) -> Sequence[Line]:
    """The lines without the first ones, which tell of the first `start` rows."""
    passed = 0
    for at, line in enumerate(lines):
        if passed >= start and (line.rows or not start):
            return lines[at:]
        passed += line.rows
    return ()


def _sample(answer: Answer, characters: int) -> list[Line]:
    """Write the lines, but of a long answer only the first ones."""
    lines = []
    for line in layout_of(answer.question)(answer):
        lines.append(line)
        characters -= len(line.text) + 1
        if characters < 0:
            break
    return lines


def _size(answer: Answer, lines: Sequence[Line]) -> int:
    """Reckon how many characters all rows would take, rather too many where not all were written."""
    rows, size = sum(line.rows for line in lines), sum(len(line.text) + 1 for line in lines)
    return size if rows >= len(answer.rows) else size * len(answer.rows) * 3 // (2 * rows or 1)


def _outermost(lines: Sequence[Line], characters: int) -> Sequence[Line]:
    """Leave out the innermost lines, where not all have room, and say behind which others how many are."""
    if sum(len(line.text) + 1 for line in lines) <= characters:
        return lines
    room, kept = characters, {0}
    for at, line in sorted(enumerate(lines), key=lambda each: each[1].level):
        room -= len(line.text) + MARK
        if room < 0 and line.level:
            break
        kept.add(at)
    return list(_with_counts(lines, kept)) if len(kept) < len(lines) else lines


def _with_counts(lines: Sequence[Line], kept: set[int]) -> Iterator[Line]:
    """Give the lines that are kept, each with the number of rows that are left out behind it."""
    places = [*sorted(kept), len(lines)]
    for at, following in itertools.pairwise(places):
        hidden = sum(line.rows for line in lines[at + 1 : following])
        yield replace(lines[at], text=f"{lines[at].text}    (+{hidden} within)") if hidden else lines[at]


def _fitting(lines: Sequence[Line], characters: int) -> Sequence[Line]:
    used = 0
    for count, line in enumerate(lines):
        used += len(line.text) + 1
        if used > characters and count:
            return _without_titles(lines[:count])
    return lines


def _without_titles(lines: Sequence[Line]) -> Sequence[Line]:
    """Leave out what stands last and announces something that has no room."""
    while len(lines) > 1 and not lines[-1].rows and lines[-1].text.endswith(":"):
        lines = lines[:-1]
    return lines


def _foot(answer: Answer, truncated: Truncated | None) -> list[str]:
    closing = [_counted(answer)] if truncated is None else []
    closing += [answer.summary, f"Next: {answer.next[0]}" if answer.next else ""]
    others = [f"   or: {command}" for command in answer.next[1:]]
    cut = [_cut(answer, truncated)] if truncated else []
    stood = standing_lines(answer.stood, answer.names)
    return [*stood, *answer.notes, *cut, *filter(None, [" ".join(filter(None, closing))]), *others]


def _cut(answer: Answer, truncated: Truncated) -> str:
    if truncated.total is None:
        return f"The first {truncated.shown} {_noun(answer)} shown; more: {truncated.command}"
    return f"{truncated.shown} of {truncated.total} {_noun(answer)} shown; all: {truncated.command}"


def _counted(answer: Answer) -> str:
    total = answer.total or 0
    if answer.spans:
        calls = f"kept {CALLS}" if answer.counts else CALLS
        return f"{_number(total - answer.spans, calls)}, {_number(answer.spans, 'spans')}, all shown."
    if total > 1:
        return f"{total} {_noun(answer)}, all shown."
    return f"{_number(total, _noun(answer))}."


def _noun(answer: Answer) -> str:
    is_part = answer.counts and answer.noun.startswith(CALLS)
    return f"kept {answer.noun}" if is_part else answer.noun


def _number(count: int, noun: str) -> str:
    """Count a noun in the plural, which may go on: `differences in what was recorded`."""
    things, within, where = noun.partition(" in ")
    return f"{count or 'No'} {things.removesuffix('s') if count == 1 else things}{within}{where}"
