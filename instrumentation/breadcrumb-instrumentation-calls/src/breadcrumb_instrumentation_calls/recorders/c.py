"""The Python side of the C recorder: what it asks for where speed does not matter."""

from __future__ import annotations

from collections import deque
from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.json_text import prove_names_with
from breadcrumb_instrumentation_calls.base.members import as_json
from breadcrumb_instrumentation_calls.base.originals import _thread, os, sys
from breadcrumb_instrumentation_calls.base.signals import leave_signals_to_the_program
from breadcrumb_instrumentation_calls.capture import calls, exceptions, greenlets, handler_table, task_numbers
from breadcrumb_instrumentation_calls.capture.calls import OpenCall, Parent, Record, thread_fact, thread_name
from breadcrumb_instrumentation_calls.native import _recorder
from breadcrumb_instrumentation_calls.parenting import handoffs
from breadcrumb_instrumentation_calls.recorders.monitoring import MonitoringDriver
from breadcrumb_instrumentation_calls.recorders.outbox import Outbox
from breadcrumb_instrumentation_calls.selection.bare_threads import is_the_programs
from breadcrumb_instrumentation_calls.selection.code_info import UNRECORDED, CodeInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType

    from breadcrumb_instrumentation_calls.base.failures import Failures
    from breadcrumb_instrumentation_calls.base.frame_locals import Variable
    from breadcrumb_instrumentation_calls.base.limits import Limits
    from breadcrumb_instrumentation_calls.capture.exception_locals import ExceptionLocals
    from breadcrumb_instrumentation_calls.capture.gaps import Gaps
    from breadcrumb_instrumentation_calls.capture.greenlets import Lineage
    from breadcrumb_instrumentation_calls.capture.handled import Handled, Site
    from breadcrumb_instrumentation_calls.capture.lines import Lines, LineTracing
    from breadcrumb_instrumentation_calls.capture.modules import Modules
    from breadcrumb_instrumentation_calls.parenting.handoffs import Bridge
    from breadcrumb_instrumentation_calls.parenting.roots import Roots
    from breadcrumb_instrumentation_calls.recorders.outbox import Lend
    from breadcrumb_instrumentation_calls.recorders.rows import Column
    from breadcrumb_instrumentation_calls.selection.selection import Selection
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

_KINDS = {"function": 0, "coroutine": 1, "generator": 2, "async_generator": 3}
_BODY, _MODULE, _BRIDGE = 4, 5, 6
_BRIDGES = {handoffs.RUNS_CALLBACK: 1, handoffs.SCHEDULES: 2, handoffs.MAKES_TASK: 3}
"""Bridges that C crosses by itself."""
_MAIN_PROGRAM = 4
"""Stands in their place where what leaves the code ends the main program."""
_SEED = 16
_NOTHING_ATTACHED: ContextVar[object] = ContextVar("breadcrumb_nothing_attached")
"""Stands for the variable of OpenTelemetry's context while the program does not use it."""
_CHARACTER = 4
"""Bytes of a character in UTF-8, at most."""

Told = tuple[bytes, int, int, bool]
"""Trace id (big-endian), parent id, depth, whether it is sampled."""


class NativeRows:
    """A chunk of finished calls."""

    pack = staticmethod(_recorder.pack)

    def __init__(self, chunk: _recorder.Chunk | None) -> None:
        self._chunk = chunk

    def __len__(self) -> int:
        return 0 if self._chunk is None else len(self._chunk)

    def __getitem__(self, index: int, /) -> Record:
        if self._chunk is None:
            raise IndexError("no such row")
        return Record(*self._chunk[index])

    def __iter__(self) -> Iterator[Record]:
        return (self[index] for index in range(len(self)))

    def columns(self) -> dict[str, Column]:
        """The columns of the batch contract; those of texts that no call has are left out."""
        if self._chunk is None:
            return {}
        return self._chunk.columns()


class NativeOutbox(Outbox):
    """The recorder's chunks."""

    recorder: NativeRecorder

    @property
    def dropped(self) -> int:  # type: ignore[override]  # counted in C
        """Rows given up because the spool did not keep up."""
        return self.recorder.dropped

    @property
    def asleep(self) -> bool:
        """Whether the pump's thread waits to be started by the next call."""
        return self.recorder.asleep

    @asleep.setter
    def asleep(self, value: bool) -> None:
        self.recorder.asleep = value

    def waiting(self) -> int:
        """Rows in full chunks."""
        return self.recorder.waiting

    def take(self) -> NativeRows:
        """The oldest chunk."""
        rows = NativeRows(self.recorder.take())
        self._taken()
        return rows

    def borrow(self, lend: Lend) -> None:
        """Keep records in memory that outlives the process."""
        self.recorder.lend = lend
        self.recorder.borrows = True
        self.recorder.borrow()

    def clear(self) -> None:
        """Forget everything."""
        self.recorder.clear()
        self._cleared()


class NativeRecorder(_recorder.Recorder):
    """Running and finished calls of a process; events come in as calls of its `on_*` methods."""

    name = "c"

    def __init__(
        self,
        snapshot: Snapshot,
        limits: Limits,
        roots: Roots,
        outbox: NativeOutbox,
        gaps: Gaps | None,
        failures: Failures,
        lines: LineTracing | None,
        exception_locals: ExceptionLocals | None,
    ) -> None:
        monitoring: Any = getattr(sys, "monitoring")  # noqa: B009 - unknown to 3.11
        values = _recorder.Values(snapshot)
        snapshot.writer.prove_with(values.is_clear, values.may_mean)
        prove_names_with(values.is_clear)
        own_bridges = handoffs.Bridges(roots.innermost)
        super().__init__(
            values=values,
            gaps=gaps,
            scheduler=own_bridges.scheduler,
            parent_type=Parent,
            threads={},
            disable=monitoring.DISABLE,
            unrecorded=UNRECORDED,
            text_room=max(1 << 19, 2 * _CHARACTER * limits.total),
            seed=os.urandom(_SEED),
        )
        outbox.recorder = self
        if gaps is not None:
            gaps.count_type = _recorder.Count
        self._snapshot = snapshot
        self._roots = roots
        self.read_roots()
        self._outbox = outbox
        self._failures = failures
        self._line_tracing = lines
        if lines is not None:
            lines.write_with(_recorder.Values)
        self._exception_locals = exception_locals
        self._thread_numbers = count(1)
        self._local = _thread._local()
        self._own_threads: dict[int, _recorder.Thread] = {}
        """States of the tracer's threads: C knows them until the thread is gone, its locals go before."""
        self.new_threads: deque[_recorder.Thread] = deque()
        """Threads not yet handed on."""
        self.tasks = task_numbers.Tasks()
        self.bridges = own_bridges
        self.lend: Lend = _nobody_lends
        """Gives files for rows that are to survive the process."""
        self.first_sight: Callable[[CodeType, FrameType], Any]
        """The driver's: decides about a code object."""
        self.known: Callable[[CodeType], CodeInfo | None]
        """What was decided about it."""
        self.is_main: Callable[[CodeType], bool]
        """The driver's: whether a code object is the main program's outermost."""
        self.ended: Callable[[BaseException], None]
        """The driver's: what leaves it."""
        self.is_body: Callable[[CodeType], bool]
        """Whether a code object is a body in scope."""
        self.is_module: Callable[[CodeType], bool]
        """Whether it is a module's."""
        self.modules: Modules
        """Keeps what bodies of modules did."""
        self.handled: Handled
        """Keeps what handlers in scope handled."""

    def read_roots(self) -> None:
        """Tell C where it may hang calls by itself, as the roots have it now."""
        roots, context = self._roots, self._roots.context
        self.hang_by(
            context=_NOTHING_ATTACHED if context is None else context.variable,
            mark=None if context is None else context.mark,
            provider=roots.provider,
            sampler=roots.takes_every_trace,
            starter=roots.of_process,
            own_ids=roots.has_own_ids,
        )

    # -- for the drain -------------------------------------------------------------------------------

    def open_calls(self) -> list[OpenCall]:
        """Calls that have started and not ended, outermost first within a thread."""
        return [OpenCall(*fields) for fields in super().open_calls()]

    def newly_open(self, age_ns: int) -> list[OpenCall]:
        """Those that have run for `age_ns` nanoseconds and were not told of before; they are kept."""
        return [OpenCall(*fields) for fields in super().newly_open(age_ns)]

    def thinned(self, infos: list[CodeInfo]) -> list[CodeInfo]:
        """Those of the functions of which not every call was kept whole, with their counts."""
        self.settle()
        return [info for info in infos if info.tally.thinned or info.tally.bare]

    def forked(self) -> None:
        """This process is a child now: what runs began elsewhere, and other threads are gone."""
        state = self._thread()
        self.inherit(os.urandom(_SEED) if self._roots.has_own_ids else None)
        self.forget_sites()
        self.threads.clear()
        self.threads[state.ident] = state
        self.new_threads = deque((state,))

    def here(self) -> _recorder.Thread:
        """What is known of this thread."""
        return self._thread()

    def mute(self) -> None:
        """Record nothing on this thread, and take no signal here: it is the tracer's own."""
        self._mute_thread()
        self.forget_thread()
        leave_signals_to_the_program()

    def muted(self) -> calls.Muted:
        """Record nothing on this thread for a while: it does the tracer's work."""
        return calls.Muted(self._thread())

    # -- what C asks ---------------------------------------------------------------------------------

    def _thread(self) -> _recorder.Thread:
        try:
            state: _recorder.Thread = self._local.state
        except AttributeError:
            if not is_the_programs():
                return self._mute_thread()
            state = self.make_thread(next(self._thread_numbers))
            state.name = thread_name(state.ident, state.number)
            state.starter = self.bridges.starter(state.ident)
            self._local.state = state
            self.threads[state.ident] = state
            self.new_threads.append(state)
            self._note("thread", thread_fact(state))
        return state

    def _mute_thread(self) -> _recorder.Thread:
        state = self.make_thread(0)
        state.muted = True
        self._local.state = self._own_threads[state.ident] = state
        return state

    def _note(self, kind: str, fact: dict[str, object]) -> None:
        """Leave word of what rows refer to, in case that the process ends before the next batch."""
        self.note(as_json([kind, fact]))

    def _lend(self, layout: dict[str, Any]) -> tuple[int, int] | None:
        return self.lend(layout["size"], as_json(layout))

    def _first_sight(self, code: CodeType, frame: FrameType) -> Any:
        found = self.first_sight(code, frame)
        if type(found) is CodeInfo:
            self._note("code", found.fact)
            return _KINDS[found.kind], 0, found
        if type(found) is handoffs.Bridge:
            return _BRIDGE, _BRIDGES.get(found, 0), found
        kind = _MODULE if self.is_module(code) else _BODY
        if self.is_main(code):
            return kind, _MAIN_PROGRAM, None
        return (kind, 0, None) if self.is_body(code) else found

    def _meet(self, code: CodeType) -> Any:
        """What the code of a frame is that calls something and was not seen to begin; None for a body."""
        info = self.known(code)
        if info is None:
            return None
        self._note("code", info.fact)
        return _KINDS[info.kind], 0, info

    def _hang(self, parent: Parent | None, info: CodeInfo) -> Told:
        trace_id, span_id, depth, sampled = self._roots.parent(parent, info)
        return trace_id.to_bytes(16, "big"), span_id, depth, sampled

    def _handed_on(
        self,
        state: _recorder.Thread,
        parent: Parent | None,
        loop: FrameType | None,
        nearest: Parent | None,
        _info: None,
    ) -> Parent | None:
        return self.bridges.parent_here(parent, loop) or nearest or self._roots.starter(state.starter)

    def _root(
        self,
        state: _recorder.Thread,
        parent: Parent | None,
        loop: FrameType | None,
        nearest: Parent | None,
        info: CodeInfo,
    ) -> Told:
        return self._hang(self._handed_on(state, parent, loop, nearest, None), info)

    def _span_id(self) -> int:
        return self._roots.span_id()

    def _task(self) -> int:
        return self.tasks.current()

    def _lineage(self, greenlet: object) -> Lineage:
        return greenlets.lineage(greenlet)

    def _greenlet_task(self) -> int:
        return self.tasks.greenlet()

    def _enter_bridge(
        self, bridge: Bridge, frame: FrameType, state: _recorder.Thread, current: Parent | None
    ) -> None:
        bridge.enter(self.bridges, frame, state, current)

    def _name_in(self, context: object, current: Parent) -> None:
        self.bridges.name_in(context, current)

    def _leave_bridge(self, bridge: Bridge, frame: FrameType, state: _recorder.Thread) -> None:
        bridge.leave(self.bridges, frame, state)

    def _ended(self, exception: BaseException) -> None:
        self.ended(exception)

    def _module_begins(self, frame: FrameType, _exception: None) -> None:
        self.modules.begins(frame)

    def _module_ends(self, frame: FrameType, exception: BaseException | None) -> None:
        self.modules.ends(frame, exception)

    def _module_line(self, frame: FrameType, line: int) -> None:
        self.modules.line(frame, line)

    def _describe(self, exception: BaseException) -> str:
        return exceptions.description(exception, exceptions.traceback_of(exception), self._snapshot)

    def _handler_kind(self, code: CodeType, offset: int) -> int:
        return handler_table.kind(code, offset)

    def _star_that_raises(self, frame: FrameType) -> int:
        return self.handled.star_that_raises(frame)

    def _handled_site(
        self, frame: FrameType, offset: int, exception: BaseException, left: int, takes_all: int
    ) -> Site | None:
        return self.handled.site(frame, offset, exception, left=bool(left), takes_all=bool(takes_all))

    def _handled_sample(self, site: Site, exception: BaseException, span_id: int) -> None:
        self.handled.sample(site, exception, span_id)

    def _handled_left(self, site: Site, exception_id: int, by: BaseException | None) -> None:
        self.handled.left(site, exception_id, by)

    def _is_error(self, exception: BaseException) -> bool:
        return exceptions.is_error(exception)

    def _place(self, frame: FrameType) -> tuple[tuple[str, str], bool]:
        return exceptions.place(frame)

    def _locals(self, info: CodeInfo) -> tuple[Variable, ...] | None:
        return None if self._exception_locals is None else self._exception_locals.of(info)

    def _lines(self, info: CodeInfo) -> Lines:
        assert self._line_tracing is not None
        return self._line_tracing.begin(info)

    def _awaken(self) -> None:
        self._outbox.awaken()

    def _rotated(self) -> bool:
        self._outbox.ready.set()
        return self._outbox.has_room()

    def _failed(self, place: str, error: Exception) -> bool:
        """Count an error; whether it is the program's own, and goes on."""
        try:
            self._failures.caught(place, error)
        except Exception as raised:
            if raised is not error:
                raise
            return True
        return False


class NativeDriver(MonitoringDriver):
    """Has the recorder's own functions called for each event; decides itself only at first sight."""

    def __init__(
        self, recorder: NativeRecorder, selection: Selection, gaps: Gaps | None, failures: Failures
    ) -> None:
        super().__init__(recorder, selection, gaps, failures)
        recorder.first_sight = self.first_sight
        recorder.known = selection.known
        recorder.is_main = self.is_main
        recorder.ended = self.ended
        recorder.is_body = selection.is_body
        recorder.is_module = selection.is_module
        for event in ("start", "return", "yield", "resume", "throw", "unwind", "handled", "call", "line"):
            setattr(self, f"_on_{event}", getattr(recorder, f"on_{event}"))

    def keep_handled(self, handled: Handled) -> None:
        """Tell there what handlers in scope handle, which C counts."""
        handled.endings_type = _recorder.Endings
        self._recorder.handled = handled

    def keep_modules(self, modules: Modules) -> None:
        """Tell there of the bodies of modules."""
        super().keep_modules(modules)
        self._recorder.modules = modules

    def rescope(self) -> None:
        """Ask the selection anew about every function."""
        self._recorder.leave_out(self._selection.left)
        self._recorder.forget_sites()
        super().rescope()


def _nobody_lends(_size: int, _layout: str) -> None:
    """There is no file."""
