"""Tells asyncio tasks apart, and remembers who created them."""

from __future__ import annotations

import sys
import weakref
from collections import deque
from contextvars import ContextVar, Token
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import FrameType

    from breadcrumb_instrumentation_calls.calls import Parent

_creator: ContextVar[Parent | None] = ContextVar("breadcrumb_creator", default=None)


class Tasks:
    """The numbers of the tasks seen so far; 0 is no task."""

    def __init__(self) -> None:
        self._next = count(1)
        self._numbers: dict[int, tuple[weakref.ref[Any], int]] = {}
        self._tokens: dict[int, Token[Parent | None]] = {}
        self.new: deque[tuple[int, str]] = deque()
        """Number and name of each task not yet handed on."""

    def current(self) -> int:
        """The number of the task that runs on this thread."""
        task = _current_task()
        if task is None:
            return 0
        known = self._numbers.get(id(task))
        if known is not None and known[0]() is task:
            return known[1]
        number = next(self._next)
        key = id(task)
        self._numbers[key] = (weakref.ref(task, lambda _: self._numbers.pop(key, None)), number)
        self.new.append((number, _name(task)))
        return number

    def creator(self) -> Parent | None:
        """The call that created the running task, or the one that this task's context descends from."""
        return _creator.get()

    def creating(self, frame: FrameType, parent: Parent | None) -> None:
        """`create_task` begins: the new task's context will name `parent`."""
        if parent is not None:
            self._tokens[id(frame)] = _creator.set(parent)

    def created(self, frame: FrameType) -> None:
        """`create_task` ends: the creator's own context is as it was."""
        token = self._tokens.pop(id(frame), None)
        if token is not None:
            _creator.reset(token)


def is_task_factory(frame: FrameType) -> bool:
    """Whether a frame is asyncio's own `create_task`, through which every task is made."""
    return frame.f_code.co_name == "create_task" and frame.f_globals.get("__name__") == "asyncio.base_events"


def _current_task() -> Any:
    """asyncio's current task, found without importing asyncio and without calling the program's loop."""
    accelerated = sys.modules.get("_asyncio")
    running_loop = getattr(accelerated, "_get_running_loop", None)
    loop = running_loop() if running_loop is not None else None
    if loop is None:
        return None
    current = getattr(accelerated, "current_task", None)
    if current is not None:
        return current(loop)
    current_tasks = getattr(sys.modules.get("asyncio.tasks"), "_current_tasks", {})
    return current_tasks.get(loop)


def _name(task: Any) -> str:
    plain = getattr(sys.modules.get("_asyncio"), "Task", None)
    if plain is None or plain not in type(task).__mro__:
        return "?"
    name = plain.get_name(task)
    return name if type(name) is str else "?"
