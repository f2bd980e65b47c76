"""Writes an answer as text: its lines, cut to the budget, what is missing, and what to ask next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb.questions.answer import CHARACTERS_PER_TOKEN, Answer, Truncated
from breadcrumb.render.layouts import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from breadcrumb.render.call_lines import Line

BUDGET = 1000
"""Tokens of a text answer: a screenful of some 60 calls; many such answers fit into any model's context."""


def text(answer: Answer, budget: int = BUDGET) -> str:
    """Write the answer in about `budget` tokens, with no line break at the end."""
    lines = list(LAYOUTS[answer.question](answer))
    body = _fitting(lines, budget * CHARACTERS_PER_TOKEN)
    shown = sum(line.rows for line in body)
    truncated = answer.cut(shown, sum(len(line.text) + 1 for line in lines))
    return "\n".join([*(line.text for line in body), *_foot(answer, shown, truncated)])


def _fitting(lines: Sequence[Line], characters: int) -> Sequence[Line]:
    used = 0
    for count, line in enumerate(lines):
        used += len(line.text) + 1
        if used > characters and count:
            return lines[:count]
    return lines


def _foot(answer: Answer, shown: int, truncated: Truncated | None) -> list[str]:
    cut = [f"{shown} of {answer.total} {answer.noun} shown; all: {truncated.command}"] if truncated else []
    closing = [_counted(answer)] if truncated is None else []
    closing += [answer.summary, f"Next: {answer.next[0]}" if answer.next else ""]
    others = [f"   or: {command}" for command in answer.next[1:]]
    return [*answer.notes, *cut, *filter(None, [" ".join(filter(None, closing))]), *others]


def _counted(answer: Answer) -> str:
    if answer.total > 1:
        return f"{answer.total} {answer.noun}, all shown."
    return f"1 {answer.noun.removesuffix('s')}." if answer.total else f"No {answer.noun}."
