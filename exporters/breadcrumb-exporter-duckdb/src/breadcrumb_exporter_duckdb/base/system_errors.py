"""Tells errors of the system from those that a signal's handler of the program raised while we write."""

from __future__ import annotations


def pass_on(error: BaseException | None) -> None:
    """Raise an OSError again that no system call gave, as a signal handler may: it is the program's."""
    while error is not None:
        if isinstance(error, OSError) and error.errno is None:
            raise error
        error = error.__cause__
