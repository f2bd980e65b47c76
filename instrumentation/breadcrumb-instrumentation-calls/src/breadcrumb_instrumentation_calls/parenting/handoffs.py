"""Carries the parent across places where Python hands work on: threads, executors, tasks, callbacks.

Nothing is patched. The standard library's own functions that hand work on are watched like traced ones, and
their arguments read: `Thread.start` says who starts a thread, `_WorkItem.run` which submission runs now.
"""

from __future__ import annotations

import weakref
from contextlib import suppress
from contextvars import Context, ContextVar, Token
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.frame_locals import local, namespace_of
from breadcrumb_instrumentation_calls.base.originals import sys, threading
from breadcrumb_instrumentation_calls.capture.calls import Parent
from breadcrumb_instrumentation_calls.capture.uncaught import LOOP, PROCESS, TASK, THREAD

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from breadcrumb_instrumentation_calls.capture.calls import State
    from breadcrumb_instrumentation_calls.capture.uncaught import Uncaught

_STARTER = "breadcrumb_starter"
"""Key in the configuration of a multiprocessing process, which travels with it."""

_NEVER_RETRIEVED = "exception was never retrieved"
"""How asyncio's message about a task ends that failed, and whose result nobody asked for."""


class Bridges:
    """What is to be done when a watched function begins, and when it ends."""

    def __init__(self, innermost: Callable[[Parent | None], Parent | None]) -> None:
        self._innermost = innermost
        """A call, or the span of another instrumentation that is attached in it."""
        self.scheduler: ContextVar[Parent | None] = ContextVar("breadcrumb_scheduler", default=None)
        """Who created the running task, or scheduled the running callback. Contexts live on when tracing has
        ended: what is traced later has a variable of its own."""
        self._handed_on: dict[int, tuple[weakref.ref[Any], Parent]] = {}
        self._tokens: dict[int, Token[Parent | None]] = {}
        self.flush: Callable[[], object] = _nothing
        """Writes what there is."""
        self.uncaught: Uncaught
        """Keeps what nobody handled."""

    def find(self, frame: FrameType) -> Bridge | None:
        """The bridge at a frame's code, if it is a watched function."""
        by_module = _WATCHED.get(frame.f_code.co_qualname)
        if by_module is None:
            return None
        modules, bridge = by_module
        return bridge if frame.f_globals.get("__name__") in modules else None

    def parent_here(self, parent: Parent | None, loop: FrameType | None) -> Parent | None:
        """Who handed on the work that runs now; what the innermost boundary says of it."""
        return _submitter(loop) or parent or self.scheduler.get()

    def starter(self, ident: int) -> Parent | None:
        """Who started the thread of this identity."""
        thread = threading._active.get(ident)  # type: ignore[attr-defined]
        return self._taken(thread) if thread is not None else None

    def start_process(self, frame: FrameType, _state: State, current: Parent | None) -> None:
        """A multiprocessing child is started: its configuration names the starter."""
        parent = self._innermost(current or self.scheduler.get())
        if parent is not None:
            local(frame, "self")._config[_STARTER] = tuple(parent)

    def begin_process(self, frame: FrameType, state: State, _current: Parent | None) -> None:
        """A multiprocessing child begins to work."""
        starter = local(frame, "self")._config.pop(_STARTER, None)
        if starter is not None:
            state.enter(frame, Parent(*starter))

    def pack(self, frame: FrameType, _state: State, _current: Parent | None) -> None:
        """An item for another process is made: it names its submitter, also when it is unpickled."""
        maker = frame.f_back
        submitter = self._taken(local(maker, "work_item")) if maker is not None else None
        if submitter is not None:
            setattr(local(frame, "self"), _STARTER, tuple(submitter))

    def work_off(self, frame: FrameType, state: State, _current: Parent | None) -> None:
        """A process begins to take up items, each submitted by somebody else."""
        state.enter(frame, state.around(), frame)

    def send(self, _frame: FrameType, _state: State, _current: Parent | None) -> None:
        """A pool's worker sends a result, and may be terminated as soon as it has arrived."""
        process = sys.modules.get("multiprocessing.process")
        if getattr(process, "_parent_process", None) is not None:
            self.flush()

    def enter_task(self, call: Parent) -> Parent | None:
        """A task's outermost call: what its context is copied for without our knowing hangs under it.

        Who was named before.
        """
        before = self.scheduler.get()
        self.scheduler.set(call)
        return before

    def leave_task(self, call: Parent, before: Parent | None) -> None:
        """It ends: what else the task calls hangs under who was named before."""
        if self.scheduler.get() is call:
            self.scheduler.set(before)

    # -- the watched functions -----------------------------------------------------------------------

    def schedule(self, frame: FrameType, _state: State, current: Parent | None) -> None:
        """A task or callback is made: the context that it copies names the current call."""
        if current is not None:
            self._tokens[id(frame)] = self.scheduler.set(current)

    def make_task(self, frame: FrameType, state: State, current: Parent | None) -> None:
        """A task is made; where it gets a context instead of a copy, that one names the current call."""
        self.schedule(frame, state, current)
        if current is not None:
            given = namespace_of(frame)
            others: dict[str, Any] = given.get("kwargs", {})  # newer versions of asyncio take it there
            self.name_in(given.get("context", others.get("context")), current)

    def name_in(self, context: object, current: Parent) -> None:
        """Name a call in a context that is no copy of the present one."""
        if type(context) is Context:
            with suppress(RuntimeError):  # it is entered already, and the call is named in it
                context.run(self.scheduler.set, current)

    def scheduled(self, frame: FrameType, _state: State) -> None:
        """The scheduler's own context is as it was."""
        token = self._tokens.pop(id(frame), None)
        if token is not None:
            self.scheduler.reset(token)

    def hand_on(self, frame: FrameType, _state: State, current: Parent | None) -> None:
        """A thread is started or a work item made: remember by whom."""
        owner = local(frame, "self")
        parent = self._innermost(current or self.scheduler.get())
        if parent is not None and owner is not None:
            key = id(owner)
            self._handed_on[key] = (weakref.ref(owner, lambda _: self._handed_on.pop(key, None)), parent)

    def run_work(self, frame: FrameType, state: State, _current: Parent | None) -> None:
        """A worker takes up an item: what it calls hangs under who submitted it."""
        state.enter(frame, self._taken(local(frame, "self")))

    def run_callback(self, frame: FrameType, state: State, _current: Parent | None) -> None:
        """An event loop runs a callback or a task's step: its context says for whom."""
        state.enter(frame, None)

    def left_thread(self, _frame: FrameType, state: State, _current: Parent | None) -> None:
        """An exception left a thread, whose hook is told of it."""
        exception = sys.exception()
        if exception is not None:
            self.uncaught.is_left_to(THREAD, exception, state.name)

    def left_process(self, frame: FrameType, state: State, _current: Parent | None) -> None:
        """A multiprocessing child prints the exception with which it ends."""
        exception, by = sys.exception(), frame.f_back
        if exception is not None and by is not None and self.find(by) is BEGINS_PROCESS:
            self.uncaught.is_left_to(PROCESS, exception, state.name)

    def left_to_loop(self, frame: FrameType, state: State, _current: Parent | None) -> None:
        """An event loop is told what a callback raised, or a task that nobody asked for its result."""
        context = local(frame, "context")
        if type(context) is not dict:
            return
        exception: Any = context.get("exception")
        message = context.get("message")
        if issubclass(type(exception), BaseException):
            is_tasks = type(message) is str and message.endswith(_NEVER_RETRIEVED)
            self.uncaught.is_left_to(TASK if is_tasks else LOOP, exception, state.name)

    def ran(self, frame: FrameType, state: State) -> None:
        """The work is done."""
        state.leave(frame)

    def nothing(self, _frame: FrameType, _state: State) -> None:
        """Nothing is to be done at the end."""

    def _taken(self, owner: object) -> Parent | None:
        found = self._handed_on.get(id(owner))
        return found[1] if found is not None and found[0]() is owner else None


def _submitter(loop: FrameType | None) -> Parent | None:
    """Who submitted the item that a worker's loop has in hand."""
    if loop is None:
        return None
    parent = getattr(local(loop, "call_item"), _STARTER, None)
    return None if parent is None else Parent(*parent)


def _nothing() -> None:
    """There is nothing to write to yet."""


class Bridge:
    """What to do around one watched function."""

    __slots__ = ("enter", "leave")

    def __init__(
        self,
        enter: Callable[[Bridges, FrameType, State, Parent | None], None],
        leave: Callable[[Bridges, FrameType, State], None],
    ) -> None:
        self.enter = enter
        self.leave = leave


SCHEDULES = Bridge(Bridges.schedule, Bridges.scheduled)
MAKES_TASK = Bridge(Bridges.make_task, Bridges.scheduled)
_HANDS_ON = Bridge(Bridges.hand_on, Bridges.nothing)
_RUNS_WORK = Bridge(Bridges.run_work, Bridges.ran)
BEGINS_PROCESS = Bridge(Bridges.begin_process, Bridges.ran)
RUNS_CALLBACK = Bridge(Bridges.run_callback, Bridges.ran)

_WATCHED = {
    "BaseEventLoop.create_task": (("asyncio.base_events",), MAKES_TASK),
    "create_task": (("asyncio.tasks",), SCHEDULES),
    "ensure_future": (("asyncio.tasks",), SCHEDULES),
    "_ensure_future": (("asyncio.tasks",), SCHEDULES),
    "TaskGroup.create_task": (("asyncio.taskgroups",), SCHEDULES),
    "Runner.spawn_impl": (("trio._core._run",), MAKES_TASK),
    "Runner._lazy_init": (("asyncio.runners",), SCHEDULES),
    "Handle.__init__": (("asyncio.events",), SCHEDULES),
    "Handle._run": (("asyncio.events",), RUNS_CALLBACK),
    "Thread.start": (("threading",), _HANDS_ON),
    "BaseProcess.start": (("multiprocessing.process",), Bridge(Bridges.start_process, Bridges.nothing)),
    "BaseProcess._bootstrap": (("multiprocessing.process",), BEGINS_PROCESS),
    "print_exc": (("traceback",), Bridge(Bridges.left_process, Bridges.nothing)),
    "SimpleQueue.put": (("multiprocessing.queues",), Bridge(Bridges.send, Bridges.nothing)),
    "_WorkItem.__init__": (("concurrent.futures.thread", "concurrent.futures.process"), _HANDS_ON),
    "_CallItem.__init__": (("concurrent.futures.process",), Bridge(Bridges.pack, Bridges.nothing)),
    "_process_worker": (("concurrent.futures.process",), Bridge(Bridges.work_off, Bridges.ran)),
    "_make_invoke_excepthook.<locals>.invoke_excepthook": (
        ("threading",),
        Bridge(Bridges.left_thread, Bridges.nothing),
    ),
    "BaseEventLoop.call_exception_handler": (
        ("asyncio.base_events",),
        Bridge(Bridges.left_to_loop, Bridges.nothing),
    ),
    "_WorkItem.run": (("concurrent.futures.thread",), _RUNS_WORK),
}
"""Modules and bridge by qualified name."""
