"""What the tracer decides, on stderr where somebody wants to know: the setting `debug`."""

from __future__ import annotations

from breadcrumb_instrumentation_calls.base.originals import os

_said: set[str] | None = None


def begin() -> None:
    """Say from now on what is decided."""
    global _said
    _said = set()


def is_on() -> bool:
    """Whether somebody wants to know: to make the text of a note may cost more than to decide."""
    return _said is not None


def note(text: str) -> None:
    """Say it, once in a process, where somebody wants to know."""
    if _said is None or text in _said:
        return
    _said.add(text)
    line = text.encode("unicode_escape").decode()  # it may hold names of the program's
    try:
        os.write(2, f"breadcrumb debug [{os.getpid()}]: {line}\n".encode())
    except OSError:  # the program has closed it
        return
