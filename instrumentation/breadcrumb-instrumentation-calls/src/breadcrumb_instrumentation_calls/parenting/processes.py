"""Carries the trace into child processes, and writes what there is before a process vanishes.

Small patches, each of one function and undone by `remove`: `_posixsubprocess.fork_exec`, `os.posix_spawn`
(a child's environment gets TRACEPARENT and TRACESTATE, W3C trace context), `os._exit` and
`signal.raise_signal` (atexit does not run there; uvicorn ends itself so), `os.execv`, `os.execve` and
`os.kill` (a process may kill itself).
wrapt would hide patches better, but it imports asyncio; an audit hook costs each `id()` of a program 0.3 us.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.patches import Patches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

_ENVIRONMENT = 5
"""Position of the environment among the arguments of `fork_exec`."""
_SPAWN_ENVIRONMENT = 2
"""Position of the environment among the arguments of `posix_spawn`."""
_RUN_ID = "BREADCRUMB_RUN_ID"
"""A child that does not get this is not of our run: its environment is left as it is."""


class Processes:
    """The patches of one tracer."""

    def __init__(
        self,
        parent: Callable[[], Mapping[str, str] | None],
        flush: Callable[..., None],
        failed: Callable[[str, Exception], None],
        muted: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._muted = muted
        self._parent = parent
        """The variables that name to a child who starts it now; None where nobody does."""
        self._flush = flush
        self._failed = failed
        self._patches = Patches()

    def install(self) -> None:
        """Patch."""
        import _posixsubprocess

        self._patches.wrap(_posixsubprocess, "fork_exec", self._with_parent(_ENVIRONMENT, _as_list))
        if "subprocess" in sys.modules:
            subprocess: Any = sys.modules["subprocess"]
            self._patches.wrap(subprocess, "_fork_exec", self._with_parent(_ENVIRONMENT, _as_list))
        self._patches.wrap(os, "posix_spawn", self._with_parent(_SPAWN_ENVIRONMENT, _as_mapping))
        self._patches.announce(os, "_exit", lambda: self._flush(how="exit"))
        self._patches.wrap(signal, "raise_signal", self._flushed_if_deadly)
        for name in ("execv", "execve"):
            self._patches.announce(os, name, lambda: self._flush(how="exec"))
        # mostly it is another process that ends: no waiting
        self._patches.announce(os, "kill", lambda: self._flush(0))

    def remove(self) -> None:
        """Undo every patch that is still in its place."""
        self._patches.undo()

    def _flushed_if_deadly(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        if args and _is_deadly(args[0]):
            self._flush()
        return args

    def _with_parent(
        self, position: int, convert: Callable[[Any, Mapping[str, str]], Any]
    ) -> Callable[[tuple[Any, ...]], tuple[Any, ...]]:
        """Names the parent in the environment at a position; leaves the arguments alone where that fails."""

        def change(args: tuple[Any, ...]) -> tuple[Any, ...]:
            try:
                parent = self._parent()
                if parent is None or len(args) <= position:
                    return args
                with self._muted():
                    changed = convert(args[position], parent)
                return (*args[:position], changed, *args[position + 1 :])
            except Exception as error:  # noqa: BLE001 - the program's child starts in any case
                self._failed("start of a child process", error)
                return args

        return change


def _as_list(environment: Any, given: Mapping[str, str]) -> Any:
    """A list of `NAME=value` (None for our own environment) with what is given set anew."""
    entries = environment
    if entries is None:
        entries = [name + b"=" + content for name, content in os.environb.items()]
    if not any(entry.startswith(f"{_RUN_ID}=".encode()) for entry in entries):
        return environment
    names = tuple(f"{name}=".encode() for name in given)
    others = [entry for entry in entries if not entry.startswith(names)]
    return others + [f"{name}={value}".encode() for name, value in given.items() if value]


def _as_mapping(environment: Any, given: Mapping[str, str]) -> Any:
    """The same for a mapping."""
    entries = os.environ if environment is None else environment
    if _RUN_ID not in entries:
        return environment
    others = {name: value for name, value in entries.items() if name not in given}
    return {**others, **{name: value for name, value in given.items() if value}}


def _is_deadly(number: Any) -> bool:
    """Whether a signal does what it does by default; 0 is none at all."""
    try:
        return bool(number) and signal.getsignal(number) is signal.SIG_DFL
    except (TypeError, ValueError):
        return False
