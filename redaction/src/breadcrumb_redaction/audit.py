"""Counts what was redacted, by rule and place; it never sees a value."""

from collections import Counter


class Audit:
    """How often each rule fired in each place (`args`, `return`, `exception`, ...)."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str]] = Counter()

    def add(self, rule: str, place: str) -> None:
        """Count one redaction; one in a text that is only compared has no place, and is not counted."""
        if place:
            self._counts[rule, place] += 1

    def rows(self) -> list[tuple[str, str, int]]:
        """(rule, place, count) in order of rule and place."""
        return sorted((rule, place, count) for (rule, place), count in dict(self._counts).items())
