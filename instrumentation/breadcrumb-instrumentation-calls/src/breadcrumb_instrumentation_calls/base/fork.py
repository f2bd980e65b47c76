"""What this package does around a fork, in this order; nothing else here registers with the interpreter.

In the child, ids are drawn anew before a tracer draws one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from breadcrumb_instrumentation_calls.base.originals import os

if TYPE_CHECKING:
    from _random import Random


class Traced(Protocol):
    """A tracer that runs."""

    def before_fork(self) -> None:
        """Leave every lock free."""
        ...

    def after_fork_in_parent(self) -> None:
        """Go on."""
        ...

    def after_fork_in_child(self) -> None:
        """Record as a process of its own."""
        ...


random: list[Random] = []
"""Generators of which the child must not repeat the parent's numbers."""
tracers: list[Traced] = []
"""Those that run."""


def _before() -> None:
    for tracer in tracers:
        tracer.before_fork()


def _after_in_parent() -> None:
    for tracer in tracers:
        tracer.after_fork_in_parent()


def _after_in_child() -> None:
    for each in random:
        each.seed()
    for tracer in tracers:
        tracer.after_fork_in_child()


os.register_at_fork(before=_before, after_in_parent=_after_in_parent, after_in_child=_after_in_child)
