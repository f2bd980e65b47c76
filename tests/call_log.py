"""What the functions of a random call program call to log themselves, and helpers that hand work on.

Imported by the program, so never traced with it. `write` leaves the log as JSON: the calls entered, in order,
with what they said of themselves; the outcome of a call that could not say is read off the traceback of the
exception that left it, by whoever caught it. Suspensions are counted by whoever knows: a generator where it
yields, a coroutine where a `Driven` task has driven it until it waits.
"""

import asyncio
import gc
import json
import sys
import threading
import traceback
from asyncio import TaskGroup, gather, get_running_loop, shield, sleep, timeout, to_thread, wait_for
from collections import Counter
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from functools import partial
from itertools import count
from pathlib import Path
from types import AsyncGeneratorType
from typing import Any

__all__ = [
    "E1",
    "E2",
    "VARIABLE",
    "TaskGroup",
    "all_caught",
    "awaited",
    "caught",
    "copy_context",
    "create_task",
    "delegated",
    "enter",
    "expect",
    "gather",
    "get_running_loop",
    "in_driven_loop",
    "in_eager_loop",
    "in_loop",
    "in_pool",
    "in_threads",
    "keep",
    "left",
    "new",
    "ret",
    "run",
    "settled",
    "shield",
    "sleep",
    "suspends",
    "throwing",
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
_suspensions: Counter[int] = Counter()
_frames: dict[int, tuple[int, Any]] = {}
"""The call whose frame had that identity last, and its code."""
_delegated: set[int] = set()
_thrown_into: set[int] = set()
_broken: list[int] = []
VARIABLE: ContextVar[int] = ContextVar("VARIABLE", default=0)


def new() -> int:
    """The id of a call to be made."""
    return next(_ids)


def enter(me: int, by: int) -> None:
    """A call begins."""
    frame = sys._getframe(1)
    name = frame.f_code.co_name
    task = _task()
    _frames[id(frame)] = (me, frame.f_code)
    _calls[me] = {
        "me": me,
        "by": by,
        "function": name,
        "thread": threading.get_ident(),
        "task": None if task is None else task.get_name(),
        "counted": name[0] == "g" or (task is not None and type(task.get_coro()) is Driven),
    }


def ret(me: int, value: Any) -> Any:
    """A call is about to return."""
    _returned[me] = value
    return value


def suspends(me: int) -> int:
    """A generator is about to yield, and with it those that delegate to it; a throw goes past them."""
    _suspensions[me] += 1
    while me in _delegated and me not in _thrown_into:
        me = _calls[me]["by"]
        _suspensions[me] += 1
    return 1


def delegated(me: int) -> int:
    """The id of a generator that its caller delegates to."""
    _delegated.add(me)
    return me


@contextmanager
def throwing(flow: Any) -> Iterator[None]:
    """An exception is thrown into a generator: those above the innermost do not run until that has ended."""
    into = {_me(each) for each in _chain(flow)}
    _thrown_into.update(into)
    try:
        yield
    finally:
        _thrown_into.difference_update(into)


def expect(me: int, fits: bool) -> None:
    """What the program itself can see is as it should be."""
    if not fits:
        _broken.append(me)


def left(me: int, error: BaseException) -> None:
    """An exception is leaving a call."""
    _outcomes[me] = _name(error)


def caught(error: BaseException | None) -> None:
    """An exception is handled, by the caller or by nobody: it, and those that it took the place of, left
    every frame of their tracebacks that does not run any more."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            me = frame.f_locals.get("me")  # TaskGroup has a local of that name too
            if type(me) is int and not _runs(frame):
                _outcomes.setdefault(me, _name(error))
        for each in getattr(error, "exceptions", ()):  # a group's, which it took the place of too
            caught(each)
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


def create_task(coroutine: Any, **more: Any) -> Any:
    """A task of which somebody handles what it ends with."""
    task = asyncio.create_task(coroutine, **more)
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


class Driven(Coroutine[Any, Any, Any]):
    """A task's coroutine; whenever it waits, every frame down to what it waits for has been suspended."""

    def __init__(self, coroutine: Any) -> None:
        self._coroutine = coroutine

    def send(self, value: Any) -> Any:
        """A step: all of the chain ran."""
        return self._step(self._coroutine.send, value, past=())

    def throw(self, *error: Any) -> Any:
        """An exception goes past whatever waits, into the innermost."""
        return self._step(self._coroutine.throw, *error, past=_chain(self._coroutine))

    def close(self) -> None:
        """Give up."""
        self._coroutine.close()

    def __await__(self) -> Any:
        return (yield from self._coroutine.__await__())

    def _step(self, step: Any, *words: Any, past: Any) -> Any:
        try:
            result = step(*words)
        except BaseException as error:
            caught(error)
            raise
        chain = _chain(self._coroutine)
        same = 0
        while same < min(len(chain), len(past)) and chain[same] is past[same]:
            same += 1
        for each in chain[max(0, same - 1) :]:
            _suspensions[_me(each)] += 1
        return result


def _chain(awaitable: Any) -> list[Any]:
    """A coroutine or generator and what it waits for, down to the innermost that has a frame."""
    found = []
    while awaitable is not None:
        if type(awaitable).__name__ in {"async_generator_asend", "async_generator_athrow"}:
            found.append(awaitable)
            awaitable = next(each for each in gc.get_referents(awaitable) if type(each) is AsyncGeneratorType)
        elif _attribute(awaitable, "frame") is None:
            break
        found.append(awaitable)
        awaitable = _attribute(awaitable, "await", "yieldfrom")
    return found


def _attribute(flow: Any, *names: str) -> Any:
    """`cr_frame`, `gi_frame` or `ag_frame`, say."""
    found = (getattr(flow, f"{kind}_{name}", None) for kind in ("cr", "gi", "ag") for name in names)
    return next((each for each in found if each is not None), None)


def _me(flow: Any) -> int:
    """The call of a suspended generator or coroutine; 0 where it is none of the program's."""
    frame = _attribute(flow, "frame")
    me, code = _frames.get(id(frame), (0, None))
    return me if frame is not None and code is frame.f_code else 0


def in_loop(coroutine: Any, me: int, by: int, factory: Any = None) -> None:
    """Run a coroutine in a loop of its own."""
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _, context: caught(context.get("exception")))
        loop.set_task_factory(factory)
        runner.run(coroutine(me, by))


class _Task(asyncio.Task[Any]):
    """Keeps its name where 3.13.0 names it None after its first, eager step."""

    def set_name(self, value: object) -> None:
        """A name that somebody chose."""
        if value is not None:
            super().set_name(value)


def _driven_task(loop: Any, coroutine: Any, **more: Any) -> Any:
    return _Task(Driven(coroutine), loop=loop, **more)


in_driven_loop = partial(in_loop, factory=_driven_task)
in_eager_loop = in_driven_loop
if sys.version_info >= (3, 12):
    in_eager_loop = partial(in_loop, factory=partial(_driven_task, eager_start=True))


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
    if _broken:
        raise AssertionError(f"the program was changed: {_broken}")
    for flow in _kept:
        while getattr(flow, "gi_frame", None) is not None:
            _calls[flow.gi_frame.f_locals["me"]]["kept"] = True
            flow = flow.gi_yieldfrom
    for me, call in _calls.items():
        if me in _returned:
            call["returned"] = _returned[me]
        elif me in _outcomes:
            call["left"] = _outcomes[me]
        call["suspensions"] = _suspensions[me] if call.pop("counted") else None
    Path(path).write_text(json.dumps(list(_calls.values())))


def _name(error: BaseException | None) -> Any:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _task() -> Any:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


gc.disable()
"""What a collection inside one of the tracer's callbacks ends, ends unseen: the interpreter tells no tool."""
sys.unraisablehook = lambda raised: caught(raised.exc_value)
