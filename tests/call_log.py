"""What the functions of a random call program call to log themselves, and helpers that hand work on.

Imported by the program, so never traced with it. `write` leaves the log as JSON: the calls entered, in order,
with what they said of themselves; the outcome of a call that could not say is read off the traceback of the
exception that left it, by whoever caught it.
"""

import asyncio
import gc
import json
import sys
import threading
import traceback
from asyncio import TaskGroup, gather, get_running_loop, sleep, timeout, to_thread, wait_for
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

__all__ = [
    "E1",
    "E2",
    "TaskGroup",
    "all_caught",
    "awaited",
    "caught",
    "create_task",
    "enter",
    "gather",
    "get_running_loop",
    "in_loop",
    "in_pool",
    "in_threads",
    "keep",
    "left",
    "new",
    "ret",
    "run",
    "settled",
    "sleep",
    "timeout",
    "to_thread",
    "wait_for",
    "write",
]


class E1(Exception):  # noqa: N818 - short, as generated programs are read
    """One error."""


class E2(Exception):  # noqa: N818
    """Another."""


_ids = count(1)
_calls: dict[int, dict[str, Any]] = {}
_outcomes: dict[int, list[Any]] = {}
_returned: dict[int, Any] = {}
_kept: list[Any] = []


def new() -> int:
    """The id of a call to be made."""
    return next(_ids)


def enter(me: int, by: int) -> None:
    """A call begins."""
    _calls[me] = {
        "me": me,
        "by": by,
        "function": sys._getframe(1).f_code.co_name,
        "thread": threading.get_ident(),
        "task": _task_name(),
    }


def ret(me: int, value: Any) -> Any:
    """A call is about to return."""
    _returned[me] = value
    return value


def left(me: int, error: BaseException) -> None:
    """An exception is leaving a call."""
    _outcomes[me] = _name(error)


def caught(error: BaseException | None) -> None:
    """An exception is handled, by the caller or by nobody: it, and those that it took the place of, left
    every frame of their tracebacks that does not run any more."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            caught(each)
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "me" in frame.f_locals and not _runs(frame):
                _outcomes.setdefault(frame.f_locals["me"], _name(error))
        error = error.__context__


def _runs(frame: Any) -> bool:
    return any(frame is above for above, _ in traceback.walk_stack(None))


def all_caught(results: list[Any]) -> None:
    """What `gather` gave."""
    for result in results:
        caught(result if isinstance(result, BaseException) else None)


def keep(flow: Any) -> None:
    """Start a generator and leave it suspended to the program's end."""
    _kept.append(flow)
    next(flow, None)


def create_task(coroutine: Any) -> Any:
    """A task of which somebody handles what it ends with."""
    task = asyncio.create_task(coroutine)
    task.add_done_callback(lambda task: None if task.cancelled() else caught(task.exception()))
    return task


async def settled(task: Any) -> None:
    """Wait for a task, whatever becomes of it."""
    await asyncio.wait([task])


async def awaited(coroutine: Any) -> Any:
    """An awaiter that is not traced."""
    return await coroutine


def in_threads(me: int, *functions: Any) -> None:
    """Run functions in threads side by side."""
    threads = [threading.Thread(target=_quietly, args=(function, new(), me)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_pool(me: int, *functions: Any) -> None:
    """Run functions in two pooled threads."""
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(function, new(), me) for function in functions]:
            caught(future.exception())


def in_loop(coroutine: Any, me: int, by: int) -> None:
    """Run a coroutine in a loop of its own."""
    with asyncio.Runner() as runner:
        runner.get_loop().set_exception_handler(lambda _, context: caught(context.get("exception")))
        runner.run(coroutine(me, by))


def run(*words: Any) -> None:
    """Run a program to its end, and collect what it leaves."""
    _quietly(*words, new(), 0)
    gc.collect()


def _quietly(function: Any, *args: Any) -> None:
    try:
        function(*args)
    except BaseException as error:  # noqa: BLE001 - whatever a program does
        caught(error)


def write(path: str) -> None:
    """Write the log of all programs."""
    for flow in _kept:
        while getattr(flow, "gi_frame", None) is not None:
            _calls[flow.gi_frame.f_locals["me"]]["kept"] = True
            flow = flow.gi_yieldfrom
    for me, call in _calls.items():
        if me in _returned:
            call["returned"] = _returned[me]
        elif me in _outcomes:
            call["left"] = _outcomes[me]
    Path(path).write_text(json.dumps(list(_calls.values())))


def _name(error: BaseException | None) -> Any:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _task_name() -> str | None:
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return None
    return None if task is None else task.get_name()


gc.disable()
"""What a collection inside one of the tracer's callbacks ends, ends unseen: the interpreter tells no tool."""
sys.unraisablehook = lambda raised: caught(raised.exc_value)
