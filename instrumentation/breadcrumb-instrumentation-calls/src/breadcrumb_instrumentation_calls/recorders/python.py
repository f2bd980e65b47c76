"""Records calls in pure Python: the stand-in where the C recorder cannot run, and its model.

A driver (`monitoring`, `profiling`) tells it what happens to which frame; it keeps the running calls of each
thread and puts finished ones into the outbox. Frames are known by identity while they run and never kept.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base import frame_locals
from breadcrumb_instrumentation_calls.base.originals import _thread, sys, time
from breadcrumb_instrumentation_calls.base.signals import leave_signals_to_the_program
from breadcrumb_instrumentation_calls.capture import calls, exceptions, task_numbers
from breadcrumb_instrumentation_calls.capture.calls import (
    Boundary,
    Call,
    OpenCall,
    Parent,
    Stack,
    Strand,
    ThreadState,
)
from breadcrumb_instrumentation_calls.capture.changes import Changes
from breadcrumb_instrumentation_calls.capture.greenlets import Greenlets
from breadcrumb_instrumentation_calls.capture.yields import Yields
from breadcrumb_instrumentation_calls.parenting.handoffs import Bridges
from breadcrumb_instrumentation_calls.recorders.python_finish import Finished
from breadcrumb_instrumentation_calls.selection.bare_threads import is_the_programs
from breadcrumb_instrumentation_calls.selection.code_info import UNRECORDED, is_comprehension
from breadcrumb_instrumentation_calls.selection.thinning import UNBOUNDED, WHOLE, kind_of

if TYPE_CHECKING:
    from types import FrameType, TracebackType

    from breadcrumb_instrumentation_calls.capture.exception_locals import ExceptionLocals
    from breadcrumb_instrumentation_calls.capture.exceptions import Seen
    from breadcrumb_instrumentation_calls.capture.lines import LineTracing
    from breadcrumb_instrumentation_calls.parenting.handoffs import Bridge
    from breadcrumb_instrumentation_calls.parenting.roots import Roots
    from breadcrumb_instrumentation_calls.recorders.outbox import RecordOutbox
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot


class Recorder:
    """Running and finished calls of a process."""

    name = "python"
    starved = 0
    """How often there was no memory to record with, where the driver does not count it."""

    def __init__(
        self,
        snapshot: Snapshot,
        roots: Roots,
        outbox: RecordOutbox,
        lines: LineTracing | None,
        exception_locals: ExceptionLocals | None,
    ) -> None:
        self._snapshot = snapshot
        self._lines = lines
        self._roots = roots
        self._outbox = outbox
        self._stack_numbers = count(1)
        self._thread_numbers = count(1)
        self._local = _thread._local()
        self._suspended: dict[int, Call] = {}
        self.threads: dict[int, ThreadState] = {}
        self.new_threads: deque[ThreadState] = deque()
        """Threads not yet handed on."""
        self.tasks = task_numbers.Tasks()
        self.bridges = Bridges(roots.innermost)
        self.epoch_ns = time.time_ns() - time.perf_counter_ns()
        """What turns this process's monotonic nanoseconds into nanoseconds since the epoch."""
        changes = Changes(snapshot)
        self._yields = Yields(snapshot, changes)
        self._finished = Finished(outbox, lines, exception_locals, changes, self.epoch_ns)
        self.used_ns = 0
        """What recording took on the program's threads."""
        self.cap_ns = UNBOUNDED
        """What recording the calls of one function may have taken."""
        self._get_var = frame_locals.get_var()
        self._greenlets = Greenlets(self._lose_all)

    def read_roots(self) -> None:
        """Nothing is remembered of what the roots have."""

    # -- what happens to a frame ---------------------------------------------------------------------

    def start(self, frame: FrameType, info: CodeInfo) -> None:
        """A call begins."""
        began, entered = time.thread_time_ns(), time.perf_counter_ns()
        state = self._state()
        if state.muted:
            return
        if self._outbox.asleep:
            self._outbox.awaken()
        call = self._place(state, frame, info, entered)
        call.entered_ns = entered
        if call.sampled:
            get_var = self._get_var
            read = partial(get_var, frame) if get_var else frame_locals.namespace_of(frame).__getitem__
            call.bare = info.tally.begins(self.cap_ns)
            call.args = info.bare_arguments if call.bare else self._snapshot.arguments(info, read)
        call.start_ns = call.resumed_ns = time.perf_counter_ns()
        state.now.run(call)
        self._spend(call, began)

    def line(self, frame: FrameType, line: int) -> None:
        """A call of a chosen function comes to a line."""
        now = time.perf_counter_ns()
        state = self._state()
        self._follow(state, frame, now)
        frame_id = id(frame)
        call = next((each for each in reversed(state.running) if each.frame_id == frame_id), None)
        if type(call) is not Call or not call.sampled or call.inherited or self._lines is None:
            return
        if call.lines is None:
            call.lines = self._lines.begin(call.info)
        values = self._finished.values(frame, self._lines.variables_of(call.info.code))
        call.lines.line(values, line, now - call.start_ns)

    def finish(self, frame: FrameType, value: object) -> None:
        """A call returns."""
        began, now = time.thread_time_ns(), time.perf_counter_ns()
        state = self._state()
        call = self._pop(state, frame, now)
        if call is None:
            return
        fate = self._finished.keeps(call, now, self.cap_ns, calls.RETURNED, kind_of(value))
        if fate:
            call.ended_line = _line(frame)
            text = self._snapshot.returned(call.info, value) if fate == WHOLE else UNRECORDED
            self._finished.put(call, now, calls.RETURNED, text, None, frame)
        self._ended(state, call, began)

    def see(self, exception: BaseException, traceback: TracebackType | None) -> Seen:
        """Describe an exception on its way out of a frame; nothing of it is kept."""
        state = self._state()
        state.seen = exceptions.describe(exception, traceback, self._snapshot, state.seen)
        return state.seen

    def leave(self, frame: FrameType, seen: Seen | None, line: int = 0) -> None:
        """An exception leaves a call, at a line; None, or 0, where it cannot be known."""
        began, now = time.thread_time_ns(), time.perf_counter_ns()
        state = self._state()
        call = self._pop(state, frame, now)
        if call is None:
            return
        outcome = calls.UNKNOWN if seen is None else calls.RAISED if seen.is_error else calls.LEFT
        if self._finished.keeps(call, now, self.cap_ns, outcome):
            call.ended_line = line or _line(frame)
            self._finished.put(call, now, outcome, None, None if seen is None else seen.text, frame)
        self._ended(state, call, began)

    def span_of(self, frame: FrameType) -> int:
        """The span id of a frame's call, where that runs innermost and is recorded; else 0."""
        running = self._state().running
        top = running[-1] if running else None
        return top.span_id if type(top) is Call and top.frame_id == id(frame) and top.sampled else 0

    def suspend(self, frame: FrameType, value: object) -> None:
        """A generator or coroutine yields."""
        now = time.perf_counter_ns()
        state = self._state()
        call = self._pop(state, frame, now)
        if call is None:
            return
        call.suspensions += 1
        self._suspended[call.frame_id] = call
        self._yields.note(call, value)
        _charge(state, call)

    def resume(self, frame: FrameType) -> None:
        """A generator or coroutine goes on (by `next`, `send` or `throw`)."""
        call = self._waiting(frame)
        if call is None:
            return
        state = self._state()
        self._greenlets.follow(state, frame, time.perf_counter_ns())
        del self._suspended[call.frame_id]
        state.now.run(call)
        call.entered_ns = call.resumed_ns = time.perf_counter_ns()

    def enter_bridge(self, frame: FrameType, bridge: Bridge) -> None:
        """A function that hands work on, or takes it up, begins."""
        state = self._state()
        if not state.muted:
            self._greenlets.follow(state, frame, time.perf_counter_ns())
            top = self._running(state)
            current = top.as_parent() if type(top) is Call else None
            bridge.enter(self.bridges, frame, state, current)

    def leave_bridge(self, frame: FrameType, bridge: Bridge) -> None:
        """Such a function ends, one way or the other."""
        state = self._state()
        self._follow(state, frame, time.perf_counter_ns())
        bridge.leave(self.bridges, frame, state)

    def here(self) -> ThreadState:
        """What is known of this thread."""
        return self._state()

    def mute(self) -> None:
        """Record nothing on this thread, and take no signal here: it is the tracer's own."""
        self._mute_thread()
        leave_signals_to_the_program()

    def is_muted(self) -> bool:
        """Whether this thread does the tracer's work now."""
        return self._state().muted

    def muted(self) -> calls.Muted:
        """Record nothing on this thread for a while: it does the tracer's work."""
        return calls.Muted(self._state())

    def is_suspended(self, frame: FrameType) -> bool:
        """Whether a frame's call is known and waits."""
        return self._waiting(frame) is not None

    # -- for the drain -------------------------------------------------------------------------------

    def open_calls(self) -> list[OpenCall]:
        """Calls that have started and not ended, outermost first within a thread."""
        return [call.as_open() for call in self._open() if call.sampled and not call.inherited]

    def newly_open(self, age_ns: int) -> list[OpenCall]:
        """Those that have run for `age_ns` nanoseconds and were not told of before; they are kept.

        Age 0 is the process's end. Else a call of a sampled function is told of only if something hangs
        below it.
        """
        started = time.perf_counter_ns() - age_ns
        old = [call for call in self._open() if call.start_ns <= started and not call.told]
        new = [call for call in old if call.sampled and not call.inherited]
        return [call.as_open() for call in new if self._hold(call, is_last=age_ns == 0)]

    def _open(self) -> list[Call]:
        strands = [strand for state in list(self.threads.values()) for strand in state.all()]
        running = [entry for strand in strands for entry in list(strand.running)]
        return [entry for entry in running if type(entry) is Call] + list(self._suspended.values())

    def _hold(self, call: Call, *, is_last: bool) -> bool:
        """Keep a running call; whether it still runs and may be told of."""
        if call.is_over or not (is_last or call.holds or not call.info.tally.is_sampled):
            return False
        call.holds += 1
        call.told = True
        return not call.is_over

    def thinned(self, infos: list[CodeInfo]) -> list[CodeInfo]:
        """Those of the functions of which not every call was kept whole, with their counts."""
        return [info for info in infos if info.tally.thinned or info.tally.bare]

    def forking(self) -> None:
        """Keep what runs: a child's calls may come to hang below it."""
        for call in self._open():
            call.holds += 1

    def forked(self) -> None:
        """This process is a child now: what runs began elsewhere, and other threads are gone."""
        state = self._state()
        for call in self._open():
            call.inherited = True
        self.threads = {state.ident: state}
        self.new_threads = deque((state,))

    # -- inside --------------------------------------------------------------------------------------

    def _state(self) -> ThreadState:
        try:
            state: ThreadState = self._local.state
        except AttributeError:
            if not is_the_programs():
                return self._mute_thread()
            state = ThreadState(next(self._thread_numbers), self._new_stack())
            state.starter = self.bridges.starter(state.ident)
            self._local.state = state
            self.threads[state.ident] = state
            self.new_threads.append(state)
        return state

    def _mute_thread(self) -> ThreadState:
        state = self._local.state = ThreadState(0, Stack(0))
        state.muted = True
        return state

    def _new_stack(self) -> Stack:
        return Stack(next(self._stack_numbers))

    def _place(self, state: ThreadState, frame: FrameType, info: CodeInfo, now: int) -> Call:
        """Find the parent and the logical stack of a call that begins."""
        self._evict(id(frame))
        caller = _caller(frame)
        self._follow(state, caller, now)
        self._catch_up(state, caller)
        top = state.running[-1] if state.running else None
        above = top if type(top) is Call else None
        direct = above is not None and id(caller) == above.frame_id
        task = above.task if above is not None and direct else self._task(state.now)
        call = Call()
        call.above, call.holds, call.context, call.lines = None, 0, None, None
        call.first_yield = call.last_yield = None
        call.is_over = call.inherited = call.told = call.bare = False
        call.info, call.frame_id, call.thread, call.task = info, id(frame), state.number, task
        if above is not None and (direct or above.task == task):
            self._hang(call, above.place_below())
            call.hang_below(above)
            own = info.kind != "function" and not (direct and _awaits(above.info, info))
            call.stack = self._new_stack() if own else above.stack
        else:
            self._hang(call, self._handed_on(state, top))
            if task and info.kind == "coroutine":
                named = call.as_parent()
                call.context = named, self.bridges.enter_task(named)
            is_base = state.now is state.base and top is None and not task and info.kind == "function"
            call.stack = state.stack if is_base else self._new_stack()
        call.stack.last += 1
        call.ordinal = call.stack.last
        call.ran_ns = call.child_ns = call.suspensions = call.yields = call.called_line = call.ended_line = 0
        if above is not None and direct and call.parent_id == above.span_id:  # else a span came between
            call.called_line = _line(caller)
        call.args = ()
        return call

    def innermost(self) -> Parent | None:
        """The innermost open call as the caller's thread, task and context see it."""
        state = self._state()
        if state.muted:
            return None
        self._greenlets.follow(state, sys._getframe(), time.perf_counter_ns())
        top = self._running(state)
        return top.as_parent() if type(top) is Call else self._handed_on(state, top)

    def began(self, span_id: int) -> int | None:
        """When a call began, if it is the innermost of this thread; else None."""
        call = self._state().now.innermost()
        return call.start_ns if call is not None and call.span_id == span_id else None

    def _running(self, state: ThreadState) -> Call | Boundary | None:
        """What runs innermost: where a task runs, the function that runs its event loop does not.

        Not every loop tells where the steps of its tasks begin.
        """
        top = state.running[-1] if state.running else None
        if type(top) is Call and not top.task and top.info.kind == "function" and self.tasks.current():
            return None
        return top

    def _handed_on(self, state: ThreadState, top: Call | Boundary | None) -> Parent | None:
        """Who handed on the work that runs now, where no call of this thread asked for it."""
        boundary = top if type(top) is Boundary else Boundary(0, None)
        handed_on = self.bridges.parent_here(boundary.parent, boundary.loop)
        return handed_on or _nearest(state) or self._roots.starter(state.starter)

    def _ended(self, state: ThreadState, call: Call, began: int) -> None:
        _charge(state, call)
        if call.context is not None:
            self.bridges.leave_task(*call.context)
        self._spend(call, began)

    def _spend(self, call: Call, began: int) -> None:
        """Add up what CPU time it took to record an event of a call."""
        took = time.thread_time_ns() - began
        call.info.tally.cost_ns += took
        self.used_ns += took

    def _hang(self, call: Call, parent: Parent | None) -> None:
        call.trace_id, call.parent_id, call.depth, call.sampled = self._roots.parent(parent, call.info)
        call.span_id = self._roots.span_id()

    def _waiting(self, frame: FrameType) -> Call | None:
        """The suspended call of a frame; a frame of other code at its address is another one."""
        call = self._suspended.get(id(frame))
        return call if call is not None and call.info.code is frame.f_code else None

    def _evict(self, frame_id: int) -> None:
        """A frame at an address where a call waits: that one was closed in silence."""
        stale = self._suspended.pop(frame_id, None)
        if stale is not None:
            self._finished.lost(stale, stale.resumed_ns, self.cap_ns)

    def _pop(self, state: ThreadState, frame: FrameType, now: int) -> Call | None:
        """Take a call that ends or waits off the running ones; those above it ended unseen."""
        self._follow(state, frame, now)
        running = state.running
        frame_id = id(frame)
        for back in range(len(running) - 1, -1, -1):
            call = running[back]
            if call.frame_id == frame_id and type(call) is Call:
                self._lose(state.now, now, back + 1)
                del running[back:]
                state.now.add_run(call, now)
                return call
        return self._resumed_in_silence(state, frame, now)

    def _lose(self, strand: Strand, now: int, depth: int = 0) -> None:
        """Calls above a depth ended unseen."""
        for lost in strand.running[depth:]:
            if type(lost) is Call:
                strand.add_run(lost, now)
                self._finished.lost(lost, now, self.cap_ns)

    def _lose_all(self, strand: Strand, now: int) -> None:
        """A greenlet is gone; where it was not left, nobody saw how its calls ended."""
        strand.away_ns += now - strand.left_ns if strand.left_ns else 0
        self._lose(strand, now)
        strand.running.clear()

    def _follow(self, state: ThreadState, frame: FrameType | None, now: int) -> None:
        """See that the running greenlet's calls are at hand, at a frame that may be the innermost call's."""
        if not state.running or state.running[-1].frame_id != id(frame):
            self._greenlets.follow(state, frame, now)

    def _task(self, strand: Strand) -> int:
        """The task that runs, or the greenlet, by number."""
        task = self.tasks.current()
        if task or not strand.is_greenlet:
            return task
        strand.task = strand.task or self.tasks.greenlet()
        return strand.task

    def _resumed_in_silence(self, state: ThreadState, frame: FrameType, now: int) -> Call | None:
        """A waiting call that ends or waits again though nothing told that it went on.

        So it is on 3.11 when an exception thrown into an awaited coroutine is handled there.
        """
        call = self._waiting(frame)
        if call is not None:
            del self._suspended[call.frame_id]
            call.entered_ns = call.resumed_ns = now
            call.away_ns, call.turns = state.now.away_ns, state.now.turns
        return call

    def _catch_up(self, state: ThreadState, frame: FrameType | None) -> None:
        """Put callers that went on in silence back among the running calls, outermost first."""
        if frame is None or not self._suspended:
            return
        call = self._waiting(frame)
        if call is not None:
            self._catch_up(state, frame.f_back)
            self.resume(frame)


def _charge(state: ThreadState, call: Call) -> None:
    """Give the caller the time spent below it, the tracer's own included: its self time is its own."""
    below = state.now.innermost()
    if below is not None:
        below.child_ns += state.now.ran(call, call.entered_ns, time.perf_counter_ns())


def _nearest(state: ThreadState) -> Parent | None:
    """The innermost call that runs on the thread, beyond any boundary."""
    call = state.now.innermost()
    return None if call is None else call.as_parent()


def _caller(frame: FrameType) -> FrameType | None:
    """The calling frame; a comprehension belongs to the frame around it."""
    back = frame.f_back
    while back is not None and is_comprehension(back.f_code):
        back = back.f_back
    return back


def _line(frame: FrameType | None) -> int:
    return 0 if frame is None else frame.f_lineno or 0


def _awaits(caller: CodeInfo, callee: CodeInfo) -> bool:
    """Whether a coroutine is driven by a traced awaiter, and so belongs to its logical stack."""
    return callee.kind == "coroutine" and caller.kind in ("coroutine", "async_generator")
