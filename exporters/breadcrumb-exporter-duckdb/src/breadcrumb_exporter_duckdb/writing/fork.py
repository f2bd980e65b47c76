"""What this package does around a fork, in this order; nothing else here registers with the interpreter.

Before it, processors end their threads. In the child, writers begin files of their own, then processors go
on. What is registered last is done first before a fork, and last in the child: the tracer, which hands on to
processors, is imported after this.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Protocol

from breadcrumb_exporter_duckdb.base.originals import os

if TYPE_CHECKING:
    from collections.abc import MutableSet


class Writer(Protocol):
    """Has a file that only this process writes to."""

    def after_fork_in_child(self) -> None:
        """Leave the parent's file alone."""
        ...


class Processor(Protocol):
    """Has a thread."""

    def before_fork(self) -> None:
        """End the thread."""
        ...

    def after_fork_in_child(self) -> None:
        """Begin anew."""
        ...


writers: MutableSet[Writer] = weakref.WeakSet()
processors: MutableSet[Processor] = weakref.WeakSet()


def _before() -> None:
    for processor in list(processors):
        processor.before_fork()


def _after_in_child() -> None:
    for writer in list(writers):
        writer.after_fork_in_child()
    for processor in list(processors):
        processor.after_fork_in_child()


os.register_at_fork(before=_before, after_in_child=_after_in_child)
