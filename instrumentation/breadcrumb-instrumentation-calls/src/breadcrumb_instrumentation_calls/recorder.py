"""Records calls in pure Python: the stand-in where the C recorder cannot run, and its model.

A driver (`monitoring`, `profiling`) tells it what happens to which frame; it keeps the running calls of each
thread and hands finished ones to `finished`. Frames are known by identity while they run and never kept.
"""

from __future__ import annotations

import _thread
import sys
from collections import deque
from itertools import count
from time import perf_counter_ns, time_ns
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls import calls, exceptions, tasks
from breadcrumb_instrumentation_calls.calls import Call, Parent, Record, Stack, ThreadState
from breadcrumb_instrumentation_calls.code_info import is_comprehension

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

    from breadcrumb_instrumentation_calls.code_info import CodeInfo
    from breadcrumb_instrumentation_calls.exceptions import Seen
    from breadcrumb_instrumentation_calls.outbox import Outbox
    from breadcrumb_instrumentation_calls.roots import Roots
    from breadcrumb_instrumentation_calls.snapshot import Snapshot


class Recorder:
    """Running and finished calls of a process."""

    name = "python"

    def __init__(self, snapshot: Snapshot, roots: Roots, outbox: Outbox) -> None:
        self._snapshot = snapshot
        self._roots = roots
        self._put = outbox.put
        self._stack_numbers = count(1)
        self._thread_numbers = count(1)
        self._local = _thread._local()
        self._suspended: dict[int, Call] = {}
        self.threads: dict[int, ThreadState] = {}
        self.new_threads: deque[ThreadState] = deque()
        """Threads not yet handed on."""
        self.tasks = tasks.Tasks()
        self.epoch_ns = time_ns() - perf_counter_ns()
        """What turns this process's monotonic nanoseconds into nanoseconds since the epoch."""

    # -- what happens to a frame ---------------------------------------------------------------------

    def start(self, frame: FrameType, info: CodeInfo) -> None:
        """A call begins."""
        entered = perf_counter_ns()
        state = self._state()
        if state.muted:
            return
        call = self._place(state, frame, info)
        call.entered_ns = entered
        if call.sampled:
            call.args = self._snapshot.arguments(info, _argument_reader(frame))
        call.start_ns = call.resumed_ns = perf_counter_ns()
        state.running.append(call)

    def finish(self, frame: FrameType, value: object) -> None:
        """A call returns."""
        now = perf_counter_ns()
        state = self._state()
        call = self._pop(state, frame, now)
        if call is None:
            return
        if call.sampled:
            self._finished(call, now, calls.RETURNED, self._snapshot.value(value, "return"), None)
        _charge(state, call)

    def see(self, exception: BaseException, traceback: TracebackType | None) -> Seen:
        """Describe an exception on its way out of a frame; nothing of it is kept."""
        state = self._state()
        state.seen = exceptions.describe(exception, traceback, self._snapshot, state.seen)
        return state.seen

    def leave(self, frame: FrameType, seen: Seen | None) -> None:
        """An exception leaves a call; None where it cannot be known."""
        now = perf_counter_ns()
        state = self._state()
        call = self._pop(state, frame, now)
        if call is None:
            return
        if call.sampled:
            outcome = calls.UNKNOWN if seen is None else calls.RAISED if seen.is_error else calls.LEFT
            self._finished(call, now, outcome, None, None if seen is None else seen.text)
        _charge(state, call)

    def suspend(self, frame: FrameType) -> None:
        """A generator or coroutine yields."""
        now = perf_counter_ns()
        state = self._state()
        call = self._pop(state, frame, now)
        if call is None:
            return
        call.suspensions += 1
        self._suspended[call.frame_id] = call
        _charge(state, call)

    def resume(self, frame: FrameType) -> None:
        """A generator or coroutine goes on (by `next`, `send` or `throw`)."""
        call = self._suspended.get(id(frame))
        if call is None or call.info.code is not frame.f_code:
            return
        del self._suspended[id(frame)]
        self._state().running.append(call)
        call.entered_ns = call.resumed_ns = perf_counter_ns()

    def creating_task(self, frame: FrameType) -> None:
        """asyncio makes a task: whoever asked for it becomes the parent of what the task calls."""
        running = self._state().running
        if running and running[-1].task == self.tasks.current():
            self.tasks.creating(frame, running[-1].as_parent())

    def mute(self) -> None:
        """Record nothing on this thread: it is the tracer's own."""
        state = ThreadState(0, Stack(0))
        state.muted = True
        self._local.state = state

    def is_suspended(self, frame: FrameType) -> bool:
        """Whether a frame's call is known and waits."""
        call = self._suspended.get(id(frame))
        return call is not None and call.info.code is frame.f_code

    # -- for the drain -------------------------------------------------------------------------------

    def open_calls(self) -> list[Call]:
        """Calls that have started and not ended, outermost first within a thread."""
        running = [call for state in list(self.threads.values()) for call in list(state.running)]
        return running + list(self._suspended.values())

    def forked(self) -> None:
        """This process is a child now: what runs began elsewhere, and other threads are gone."""
        state = self._state()
        for call in self.open_calls():
            call.inherited = True
        self.threads = {state.ident: state}
        self.new_threads = deque((state,))

    # -- inside --------------------------------------------------------------------------------------

    def _state(self) -> ThreadState:
        try:
            state: ThreadState = self._local.state
        except AttributeError:
            state = ThreadState(next(self._thread_numbers), self._new_stack())
            self._local.state = state
            self.threads[state.ident] = state
            self.new_threads.append(state)
        return state

    def _new_stack(self) -> Stack:
        return Stack(next(self._stack_numbers))

    def _place(self, state: ThreadState, frame: FrameType, info: CodeInfo) -> Call:
        """Find the parent and the logical stack of a call that begins."""
        self._evict(id(frame))
        top = state.running[-1] if state.running else None
        direct = top is not None and _caller_id(frame) == top.frame_id
        task = top.task if direct and top is not None else self.tasks.current()
        call = Call()
        call.info, call.frame_id, call.thread, call.task = info, id(frame), state.number, task
        if top is not None and (direct or top.task == task):
            self._hang(call, top.as_parent())
            own = info.kind != "function" and not (direct and _awaits(top.info, info))
            call.stack = self._new_stack() if own else top.stack
        else:
            parent = self.tasks.creator() if task else None
            self._hang(call, parent or (top.as_parent() if top is not None else None))
            call.stack = self._new_stack() if task or info.kind != "function" else state.stack
        call.stack.last += 1
        call.ordinal = call.stack.last
        call.ran_ns = call.child_ns = call.suspensions = 0
        call.args = "{}"
        call.inherited = False
        return call

    def _hang(self, call: Call, parent: Parent | None) -> None:
        if parent is None:
            parent = self._roots.parent(call.info)
        call.trace_id, call.parent_id, call.depth, call.sampled = parent
        call.span_id = self._roots.span_id()

    def _evict(self, frame_id: int) -> None:
        """A frame at an address where a call waits: that one was closed in silence."""
        stale = self._suspended.pop(frame_id, None)
        if stale is not None and stale.sampled:
            self._finished(stale, stale.resumed_ns, calls.UNKNOWN, None, None)

    def _pop(self, state: ThreadState, frame: FrameType, now: int) -> Call | None:
        running = state.running
        frame_id = id(frame)
        for back in range(len(running) - 1, -1, -1):
            if running[back].frame_id == frame_id:
                for lost in running[back + 1 :]:
                    if lost.sampled:
                        self._finished(lost, now, calls.UNKNOWN, None, None)
                call = running[back]
                del running[back:]
                call.ran_ns += now - call.resumed_ns
                return call
        return None

    def _finished(
        self, call: Call, now: int, outcome: int, result: str | None, exception: str | None
    ) -> None:
        if call.inherited:
            return
        self._put(
            Record(
                call.trace_id,
                call.span_id,
                call.parent_id,
                call.info.number,
                call.depth,
                call.suspensions,
                call.start_ns + self.epoch_ns,
                now - call.start_ns,
                call.child_ns,
                call.ran_ns,
                call.stack.number,
                call.ordinal,
                call.stack.last,
                call.thread,
                call.task,
                outcome,
                call.args,
                result,
                exception,
            )
        )


def _charge(state: ThreadState, call: Call) -> None:
    """Give the caller the time spent below it, the tracer's own included: its self time is its own."""
    if state.running:
        state.running[-1].child_ns += perf_counter_ns() - call.entered_ns


def _caller_id(frame: FrameType) -> int:
    """The identity of the calling frame; a comprehension belongs to the frame around it."""
    back = frame.f_back
    while back is not None and is_comprehension(back.f_code):
        back = back.f_back
    return id(back)


def _awaits(caller: CodeInfo, callee: CodeInfo) -> bool:
    """Whether a coroutine is driven by a traced awaiter, and so belongs to its logical stack."""
    return callee.kind == "coroutine" and caller.kind in ("coroutine", "async_generator")


def _argument_reader(frame: FrameType) -> Callable[[str], object]:
    """How to read a frame's parameters by name; KeyError where one is already gone."""
    namespace = frame.f_locals
    if sys.version_info[:2] == (3, 12):
        # The frame keeps the dict that f_locals builds, and with it the arguments: read it, then empty it.
        values = namespace.copy()
        namespace.clear()
        return values.__getitem__
    return namespace.__getitem__
