"""Keeps the numbers of the program's thread pools, and so their threads' names: the SDK makes pools too."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from breadcrumb.traced import at_fork

if TYPE_CHECKING:
    from collections.abc import Iterator

_pools: Any = ThreadPoolExecutor


@contextmanager
def kept() -> Iterator[None]:
    """Count the pools that are made meanwhile for nothing."""
    following = _next()
    try:
        yield
    finally:
        _go_on_with(following)


def keep_in_children() -> None:
    """Do so in forked children, where the SDK asks its detectors anew; to be called after its set-up."""
    following = 0

    def before() -> None:
        nonlocal following
        following = _next()
        _go_on_with(following)

    at_fork.add(before=before, after_in_child=lambda: _go_on_with(following))


def _next() -> int:
    number: int = _pools._counter()
    return number


def _go_on_with(number: int) -> None:
    _pools._counter = count(number).__next__
