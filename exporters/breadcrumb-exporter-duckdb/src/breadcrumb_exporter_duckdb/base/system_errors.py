"""Tells errors of the system from those that a signal's handler of the program raised while we write."""

from __future__ import annotations


def pass_on(error: BaseException | None) -> None:
    """Raise again an OSError that no system call gave, a handler's TimeoutError say: it is the program's."""
    while error is not None:
        if isinstance(error, OSError) and error.errno is None:
            raise error
        error = error.__cause__
