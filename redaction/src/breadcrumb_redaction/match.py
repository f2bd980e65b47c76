"""What a finder reports: where a secret is, and by which rule."""

from __future__ import annotations

from .named_tuple import NamedTuple


class Match(NamedTuple):
    """A secret at text[start:end]."""

    start: int
    end: int
    rule: str


class Found(NamedTuple):
    """A match before it is merged; where several overlap, the lowest rank names the rule."""

    start: int
    end: int
    rule: str
    rank: int


MASK = "\0"
"""Stands where an earlier redaction was."""
SHAPE, NAMED, GUESSED = 0, 1, 2
"""Ranks: by the secret's own form, by a name beside it, by its randomness."""


def merged(found: list[Found]) -> tuple[Match, ...]:
    """The matches in order, those that overlap made one."""
    result: list[Found] = []
    for one in sorted(found):
        last = result[-1] if result else None
        if last is None or one.start >= last.end:
            result.append(one)
        else:
            best = min(last, one, key=lambda each: each.rank)
            result[-1] = Found(last.start, max(last.end, one.end), best.rule, best.rank)
    return tuple(Match(one.start, one.end, one.rule) for one in result)
