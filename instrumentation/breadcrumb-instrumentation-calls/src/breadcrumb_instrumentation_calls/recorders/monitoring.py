"""Drives the recorder from PEP 669 (`sys.monitoring`), Python 3.12 and newer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base import memory
from breadcrumb_instrumentation_calls.base.originals import sys
from breadcrumb_instrumentation_calls.capture.exceptions import traceback_of
from breadcrumb_instrumentation_calls.capture.uncaught import is_main_program
from breadcrumb_instrumentation_calls.parenting.handoffs import Bridge
from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import CodeType, FrameType

    from breadcrumb_instrumentation_calls.base.failures import Failures
    from breadcrumb_instrumentation_calls.capture.gaps import Gaps
    from breadcrumb_instrumentation_calls.capture.handled import Handled
    from breadcrumb_instrumentation_calls.capture.modules import Modules
    from breadcrumb_instrumentation_calls.capture.uncaught import Uncaught
    from breadcrumb_instrumentation_calls.selection.selection import Selection

TOOL_NAME = "breadcrumb"
TOOL_IDS = (4, 3, 5)
"""Ids to try; 0 to 2 belong to debuggers, coverage and profilers."""
_EXITS_ARE_LOCAL = sys.version_info >= (3, 15)
"""Whether exceptions that leave, or are thrown into, a function can be listened to in this function alone."""

_STARTS_A_PROFILER = frozenset(("setprofile", "_setprofileallthreads", "set_events", "set_local_events"))
"""Where we listen to a call of one of these, the profiler that it starts hears of its return."""


class NoToolIdError(RuntimeError):
    """Every tool id that the tracer may take is taken."""


class MonitoringDriver:
    """Callbacks of one tool id. A callback returns DISABLE where an event is not wanted again."""

    hears_handlers = True
    """Whether it is told of each handler to which an exception comes."""

    def __init__(self, recorder: Any, selection: Selection, gaps: Gaps | None, failures: Failures) -> None:
        self._recorder = recorder
        self._selection = selection
        self._gaps = gaps
        self._failures = failures
        self._monitoring: Any = getattr(sys, "monitoring")  # noqa: B009 - unknown to 3.11
        self._tool = -1
        self._listens = False
        exits: int = self._monitoring.events.PY_UNWIND | self._monitoring.events.PY_THROW
        exits |= self._monitoring.events.EXCEPTION_HANDLED
        self._local_exits = exits if _EXITS_ARE_LOCAL else 0
        self._handles = int(self._monitoring.events.EXCEPTION_HANDLED) & self._local_exits
        self._events = int(self._monitoring.events.PY_START | exits - self._local_exits)
        self._bridges: dict[int, Bridge] = {}
        self._heard: dict[int, CodeInfo] = {}
        """Functions whose calls are heard to their end; of others that are known they may not be yet."""
        self.handled: Handled
        """Keeps what handlers in scope handled."""
        self.modules: Modules
        """Keeps what bodies of modules did."""
        self.uncaught: Uncaught
        """Keeps what nobody handled."""
        self._main: CodeType | None = None
        """The code of the main program's outermost frame."""
        self._kept: list[CodeType] = []
        """Watched code, kept alive so that its id stays its own."""

    def keep_handled(self, handled: Handled) -> None:
        """Tell there what handlers in scope handle."""
        self.handled = handled

    def keep_modules(self, modules: Modules) -> None:
        """Tell there of the bodies of modules."""
        self.modules = modules

    def start(self) -> None:
        """Take a tool id and listen. Raises NoToolIdError."""
        self._tool = self._take_tool_id()
        for event, callback in self._callbacks().items():
            self._monitoring.register_callback(self._tool, event, callback)
        self._monitoring.set_events(self._tool, self._events)
        self._listens = True
        self._monitoring.restart_events()  # what the id's holder before us disabled, a tracer too, still is

    def rescope(self) -> None:
        """Ask the selection anew about every function; other tools see events again that they let go."""
        self._monitoring.restart_events()

    def stop(self) -> None:
        """Listen no more and give the id back."""
        self.look()
        self._let_go()

    def look(self) -> None:
        """Stop where the program took away what we listen with, and have it told."""
        if not self._listens:
            return
        holder = self._monitoring.get_tool(self._tool)
        if holder != TOOL_NAME:
            self._failures.stop(f"the program freed sys.monitoring's tool id {self._tool}")
            self._let_go()
        elif self._monitoring.get_events(self._tool) != self._events:
            self._failures.stop(f"the program set other events of sys.monitoring's tool id {self._tool}")
            self._let_go()

    def _let_go(self) -> None:
        """Leave the id as if nobody had had it; what is another tool's by now stays."""
        if not self._listens:
            return
        self._listens = False
        if self._monitoring.get_tool(self._tool) is None:  # freed, which leaves events and callbacks
            self._monitoring.use_tool_id(self._tool, TOOL_NAME)
        is_ours = self._monitoring.get_tool(self._tool) == TOOL_NAME
        if is_ours:
            self._monitoring.set_events(self._tool, 0)
            for code in (*self._selection.watched, *self._kept):
                self._monitoring.set_local_events(self._tool, code, 0)
        self._take_callbacks()
        if is_ours:
            self._monitoring.free_tool_id(self._tool)

    def _take_callbacks(self) -> None:
        for event, callback in self._callbacks().items():
            found = self._monitoring.register_callback(self._tool, event, None)
            if found is not None and found != callback:
                self._monitoring.register_callback(self._tool, event, found)
            if found != callback:
                self._failures.stop("the program put other callbacks in the place of ours")

    def _callbacks(self) -> dict[int, Callable[..., object]]:
        events = self._monitoring.events
        return {
            events.PY_START: self._on_start,
            events.PY_RETURN: self._on_return,
            events.PY_YIELD: self._on_yield,
            events.PY_RESUME: self._on_resume,
            events.PY_UNWIND: self._on_unwind,
            events.PY_THROW: self._on_throw,
            events.EXCEPTION_HANDLED: self._on_handled,
            events.CALL: self._on_call,
            events.LINE: self._on_line,
        }

    def _take_tool_id(self) -> int:
        for tool in TOOL_IDS:
            if self._monitoring.get_tool(tool) is None:
                self._monitoring.use_tool_id(tool, TOOL_NAME)
                return tool
        raise NoToolIdError(f"sys.monitoring tool ids {TOOL_IDS} are all taken by other tools")

    # -- callbacks -----------------------------------------------------------------------------------

    def _on_start(self, code: CodeType, _offset: int) -> object:
        try:
            frame = sys._getframe(1)
            found = self._heard.get(id(code)) or self.first_sight(code, frame)
            if type(found) is CodeInfo:
                if found.number in self._selection.left:
                    return self._monitoring.DISABLE
                self._recorder.start(frame, found)
            elif type(found) is Bridge:
                self._recorder.enter_bridge(frame, found)
            else:
                return found
        except Exception as error:  # noqa: BLE001 - nothing of ours may reach the program
            self._failures.caught("start of a call", error)
        return None

    def first_sight(self, code: CodeType, frame: FrameType) -> object:
        """What a frame's code is, a call's or a bridge, and listen to it; else the event's answer."""
        if not memory.is_left():
            self._failures.starved += 1
            return None
        if is_main_program(frame):
            self._main = code
            self._kept.append(code)
        found = self._bridge(code, frame) or self._decide(code, frame)
        if self._selection.is_module(code) and self._listens:
            self.modules.begins(frame)
            return None
        return found

    def is_main(self, code: CodeType) -> bool:
        """Whether this is the code of the main program's outermost frame."""
        return code is self._main

    def ended(self, exception: BaseException) -> None:
        """An exception ends the main program."""
        self.uncaught.ends_program(exception)

    def meet(self, frames: Iterable[FrameType]) -> None:
        """Listen to functions that run already: these calls are not known, what they call is counted."""
        for frame in frames:
            if not self._selection.watches(frame.f_code):
                self._decide(frame.f_code, frame)

    def _decide(self, code: CodeType, frame: FrameType) -> object:
        """The call that a frame's code is, and listen to it; else the event's answer."""
        info = self._selection.select(frame)
        if info is not None:
            events = self._monitoring.events
            lines = events.LINE if info.has_lines else 0
            ends = events.PY_RETURN | events.PY_YIELD | events.PY_RESUME | self._local_exits
            self._watch(code, ends | lines | self._calls(code))
            self._heard[id(code)] = info
            return info if self._listens else self._monitoring.DISABLE
        if self._selection.is_body(code):
            ends = self._module_events(frame) if self._selection.is_module(code) else self._ends(code)
            self._watch(code, self._calls(code) | ends | self._handles)
        elif code is self._main:
            self._watch(code, self._ends(code))
        elif self._gaps is not None and self._gaps.untold(frame):
            return None
        return self._monitoring.DISABLE

    def _bridge(self, code: CodeType, frame: FrameType) -> Bridge | None:
        bridge = self._bridges.get(id(code))
        if bridge is None:
            bridge = self._recorder.bridges.find(frame)
            if bridge is not None:
                self._bridges[id(code)] = bridge
                self._kept.append(code)
                self._watch(code, self._monitoring.events.PY_RETURN | self._local_exits)
        return bridge

    def _calls(self, code: CodeType) -> int:
        """The event by which what a code object calls is counted."""
        if self._gaps is None or not _STARTS_A_PROFILER.isdisjoint(code.co_names):
            return 0
        return int(self._monitoring.events.CALL)

    def _ends(self, code: CodeType) -> int:
        """The event by which it is known what ends the main program."""
        return int(self._monitoring.events.PY_UNWIND) & self._local_exits if code is self._main else 0

    def _module_events(self, frame: FrameType) -> int:
        """The events by which the end, and the lines, of a module's body are known."""
        events = self._monitoring.events
        lines = events.LINE if self._selection.has_lines(frame) else 0
        return int(events.PY_RETURN | lines | (events.PY_UNWIND & self._local_exits))

    def _watch(self, code: CodeType, events: int) -> None:
        self.look()  # else this fails, or meddles with another tool
        if self._listens:
            self._monitoring.set_local_events(self._tool, code, events)

    def _on_return(self, code: CodeType, _offset: int, value: object) -> None:
        try:
            frame = sys._getframe(1)
            bridge = self._bridges.get(id(code))
            if bridge is not None:
                self._recorder.leave_bridge(frame, bridge)
            elif self._selection.is_module(code):
                self.modules.ends(frame, None)
            else:
                self._recorder.finish(frame, value)
        except Exception as error:  # noqa: BLE001
            self._failures.caught("return of a call", error)

    def _on_yield(self, _code: CodeType, _offset: int, value: object) -> None:
        try:
            self._recorder.suspend(sys._getframe(1), value)
        except Exception as error:  # noqa: BLE001
            self._failures.caught("suspension of a call", error)

    def _on_resume(self, _code: CodeType, _offset: int) -> None:
        try:
            self._recorder.resume(sys._getframe(1))
        except Exception as error:  # noqa: BLE001
            self._failures.caught("resumption of a call", error)

    def _on_throw(self, code: CodeType, _offset: int, _exception: BaseException) -> None:
        try:
            if self._selection.known(code) is not None:
                self._recorder.resume(sys._getframe(1))
        except Exception as error:  # noqa: BLE001
            self._failures.caught("resumption of a call", error)

    def _on_unwind(self, code: CodeType, _offset: int, exception: BaseException) -> None:
        try:
            if code is self._main:
                self.ended(exception)
            if self._selection.watches(code) and not self._recorder.is_muted():
                self.handled.goes_on(sys._getframe(1), exception)
            bridge = self._bridges.get(id(code))
            if bridge is not None:
                self._recorder.leave_bridge(sys._getframe(1), bridge)
            elif self._selection.is_module(code):
                self.modules.ends(sys._getframe(1), exception)
            elif self._selection.known(code) is not None:
                frame, traceback = sys._getframe(1), traceback_of(exception)
                is_here = traceback is not None and traceback.tb_frame is frame
                line = traceback.tb_lineno or 0 if traceback is not None and is_here else 0
                self._recorder.leave(frame, self._recorder.see(exception, traceback), line)
        except Exception as error:  # noqa: BLE001
            self._failures.caught("exception of a call", error)

    def _on_handled(self, code: CodeType, offset: int, exception: BaseException) -> None:
        try:
            if self._selection.watches(code) and not self._recorder.is_muted():
                frame = sys._getframe(1)
                self.handled.came(frame, offset, exception, self._recorder.span_of(frame))
        except Exception as error:  # noqa: BLE001
            self._failures.caught("exception that is handled", error)

    def _on_line(self, code: CodeType, line: int) -> None:
        try:
            told = self.modules if self._selection.is_module(code) else self._recorder
            told.line(sys._getframe(1), line)
        except Exception as error:  # noqa: BLE001
            self._failures.caught("line of a call", error)

    def _on_call(self, _code: CodeType, offset: int, function: object, _first: object) -> object:
        try:
            if self._recorder.is_muted():
                return None
            if self._gaps is not None and self._gaps.called(sys._getframe(1), offset, function):
                return None
        except Exception as error:  # noqa: BLE001
            self._failures.caught("count of a call site", error)
        return self._monitoring.DISABLE
