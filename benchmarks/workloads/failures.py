"""Exceptions: raised three levels down, translated, handled, and a `finally` on the way."""

from __future__ import annotations


class BadOrder(Exception):  # noqa: N818 - as applications name them
    """An order that cannot be."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"order {number}: {reason}")
        self.number = number


def parse(text: str) -> int:
    """Read a number; every third text is none."""
    return int(text)


def load(number: int) -> int:
    """Read one order and say which it was if it is bad."""
    try:
        return parse("x" if number % 3 == 0 else str(number))
    except ValueError as error:
        raise BadOrder(number, "not a number") from error


def attempt(number: int, log: list[str]) -> int:
    """Load, and note that it was tried."""
    try:
        return load(number)
    finally:
        log.append("tried")


def handle(number: int) -> int:
    """Load; a bad order counts as nothing."""
    try:
        return attempt(number, [])
    except BadOrder:
        return 0


def main(size: int) -> None:
    """Handle `size` orders."""
    for number in range(size):
        handle(number)
