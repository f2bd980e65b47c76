"""Tells asyncio and trio tasks apart."""

from __future__ import annotations

import weakref
from collections import deque
from itertools import count
from typing import Any

from breadcrumb_instrumentation_calls.base.originals import sys


class Tasks:
    """The numbers of the tasks seen so far; 0 is no task."""

    def __init__(self) -> None:
        self.numbers = count(1)
        """Those not yet given; the C recorder takes of them too."""
        self._numbers: dict[int, tuple[weakref.ref[Any], int]] = {}
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
        number = next(self.numbers)
        key = id(task)
        self._numbers[key] = (weakref.ref(task, lambda _: self._numbers.pop(key, None)), number)
        self.new.append((number, _name(task)))
        return number

    def greenlet(self) -> int:
        """A new number for a greenlet, which is told as a task is."""
        number = next(self.numbers)
        self.new.append((number, f"greenlet-{number}"))
        return number


def on_event_loop() -> bool:
    """Whether the loop of asyncio (or uvloop) or trio runs on this thread."""
    trio = sys.modules.get("trio._core._run")
    return _running_loop() is not None or hasattr(getattr(trio, "GLOBAL_RUN_CONTEXT", None), "runner")


def _running_loop() -> Any:
    """asyncio's loop that runs on this thread, found without importing asyncio."""
    running_loop = getattr(sys.modules.get("_asyncio"), "_get_running_loop", None)
    return running_loop() if running_loop is not None else None


def _current_task() -> Any:
    """asyncio's current task, found without calling the program's loop."""
    loop = _running_loop()
    if loop is None:
        return _current_trio_task()
    current = getattr(sys.modules.get("_asyncio"), "current_task", None)
    if current is not None:
        return current(loop)
    current_tasks = getattr(sys.modules.get("asyncio.tasks"), "_current_tasks", {})
    return current_tasks.get(loop)


def _current_trio_task() -> Any:
    trio = sys.modules.get("trio._core._run")
    return getattr(getattr(trio, "GLOBAL_RUN_CONTEXT", None), "task", None)


def _name(task: Any) -> str:
    if type(task) is getattr(sys.modules.get("trio._core._run"), "Task", None):
        return str(task.name)
    plain = getattr(sys.modules.get("_asyncio"), "Task", None)
    if plain is None or plain not in type(task).__mro__:
        return "?"
    name = plain.get_name(task)
    return name if type(name) is str else "?"
