"""Generators: a pipeline of four, and `yield from`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def numbers(start: int, count: int) -> Iterator[int]:
    """Count."""
    for number in range(start, start + count):  # noqa: UP028 - it is to be a frame that yields
        yield number


def records(source: Iterator[int]) -> Iterator[dict[str, int]]:
    """Make a record of each number."""
    for number in source:
        yield {"key": number, "half": number // 2}


def chosen(source: Iterator[dict[str, int]]) -> Iterator[dict[str, int]]:
    """Let every second one through."""
    for record in source:
        if record["key"] % 2 == 0:
            yield record


def both(start: int, count: int) -> Iterator[dict[str, int]]:
    """Two pipelines, one after the other."""
    yield from chosen(records(numbers(start, count)))
    yield from chosen(records(numbers(-start, count)))


COUNT = 10


def total(start: int) -> int:
    """Drain one pipeline."""
    result = 0
    for record in both(start, COUNT):
        result += record["half"]
    return result


def main(size: int) -> None:
    """Drain `size` pipelines."""
    for start in range(size):
        total(start)
