"""Of tests with very many cases, a tenth: for those who run often, or the same on another version."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

MANY = 100
"""Cases of one test function."""
OF = 10
"""One of so many is kept."""


def few_of_many(items: list[pytest.Function]) -> list[pytest.Function]:
    """All tests, but of functions with very many cases every tenth only."""
    cases: defaultdict[tuple[str, str], list[pytest.Function]] = defaultdict(list)
    for item in items:
        cases[str(item.path), item.originalname].append(item)
    return [each for found in cases.values() for each in (found[::OF] if len(found) > MANY else found)]
