"""Drives the recorder on Python 3.11: a profile function for calls, a trace function for exceptions.

A profile function cannot tell a return from a raise by its argument; the instruction that the frame stopped
at can.
"""

from __future__ import annotations

import opcode
import weakref
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.log import warn
from breadcrumb_instrumentation_calls.base.originals import os, sys, threading
from breadcrumb_instrumentation_calls.base.raw_objects import type_name
from breadcrumb_instrumentation_calls.capture.calls import LEFT, RAISED, RETURNED
from breadcrumb_instrumentation_calls.capture.exceptions import unidentified
from breadcrumb_instrumentation_calls.capture.handler_table import targets
from breadcrumb_instrumentation_calls.capture.uncaught import is_main_program

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType, FrameType

    from breadcrumb_instrumentation_calls.base.failures import Failures
    from breadcrumb_instrumentation_calls.capture.exceptions import Seen
    from breadcrumb_instrumentation_calls.capture.gaps import Gaps
    from breadcrumb_instrumentation_calls.capture.handled import Handled
    from breadcrumb_instrumentation_calls.capture.modules import Modules
    from breadcrumb_instrumentation_calls.capture.uncaught import Fact, Uncaught
    from breadcrumb_instrumentation_calls.recorders.python import Recorder
    from breadcrumb_instrumentation_calls.selection.selection import Selection

_RETURN = opcode.opmap["RETURN_VALUE"]
_YIELD = opcode.opmap["YIELD_VALUE"]
_RESUME = opcode.opmap["RESUME"]
_AT_START = 0
"""The argument of RESUME where a frame begins."""
_NOT_STARTED = opcode.opmap["RETURN_GENERATOR"]
"""Where a generator stands until its first `next`; an exception thrown in there starts nothing."""
_ENDS_ITERATION = (opcode.opmap["SEND"], opcode.opmap["FOR_ITER"])
"""Instructions that take a StopIteration for the end; it goes no further."""
_SPLITS = opcode.opmap.get("PREP_RERAISE_STAR", -1)
"""With which `except*` makes the group that it raises of what it did not take, untold."""
_BEFORE = -1
"""Stands for the instruction of what a frame met before it was suspended."""
_MOST_REMEMBERED = 50_000


class ProfilingDriver:
    """A profile function and a trace function for every thread started from now on."""

    hears_handlers = True
    """Whether it knows to which handlers exceptions come: by where it was met and the code's table."""

    def __init__(
        self, recorder: Recorder, selection: Selection, gaps: Gaps | None, failures: Failures
    ) -> None:
        self._recorder = recorder
        self._selection = selection
        self._gaps = gaps
        self._failures = failures
        self._ignored: dict[int, weakref.ref[CodeType]] = {}
        self._instructions: dict[int, bytes] = {}
        self._seen: dict[int, dict[int, Seen]] = {}
        """The exceptions that a frame met, by the instruction where, the last one last."""
        self._in_c: set[int] = set()
        self._handled: Handled
        """Keeps what came to handlers."""
        self.modules: Modules
        """Keeps what bodies of modules did."""
        self.uncaught: Uncaught
        """Keeps what nobody handled."""
        self._ending: Fact | None = None
        """The exception that the main program's outermost frame met last, described."""
        self._stopped = False
        self._listener = self._profile
        """The one object that `sys.getprofile` gives back while nobody else took our place."""

    def keep_handled(self, handled: Handled) -> None:
        """Tell there what comes to handlers; what these raise again is seen at a frame's end."""
        handled.hears_reraises = False
        self._handled = handled

    def keep_modules(self, modules: Modules) -> None:
        """Tell there of the bodies of modules."""
        self.modules = modules

    def start(self) -> None:
        """Listen on this thread and those to come; where another tool owns one of both, the rest goes on."""
        if sys.getprofile() is None:
            threading.setprofile(self._listener)
            sys.setprofile(self._listener)
        if sys.gettrace() is None:
            threading.settrace(self._trace)
            sys.settrace(self._trace)

    def meet(self, frames: Iterable[FrameType]) -> None:
        """Functions that run already need no step: a profile function hears of every frame."""

    def look(self) -> None:
        """Whoever takes our place is told of by the trace function."""

    def rescope(self) -> None:
        """Ask the selection anew about every function."""
        self._ignored.clear()

    def stop(self) -> None:
        """Listen no more."""
        self._stopped = True
        if sys.getprofile() is self._listener:
            sys.setprofile(None)
            threading.setprofile(None)
        if sys.gettrace() == self._trace:
            sys.settrace(None)
            threading.settrace(None)

    def _taken(self, other: object) -> None:
        """Say once that calls are missing: there is one profile function, and another tool has it."""
        who = type_name(type(other))
        key = "profile function", f"taken by {who}"
        if key not in self._failures.counts:
            self._failures.counts[key] += 1
            warn(
                __name__,
                "breadcrumb: process %d: %s took the profile function, of which Python 3.11 has one: calls "
                "are not recorded meanwhile (3.12 and newer record beside it)",
                os.getpid(),
                who,
            )

    # -- trace function: exceptions only -------------------------------------------------------------

    def _trace(self, frame: FrameType, _event: str, _argument: object) -> Any:
        if self._stopped:
            return None
        try:
            listener = sys.getprofile()
            if listener is None:  # an exception out of it, a signal's say, removes it
                sys.setprofile(self._listener)
            elif listener is not self._listener:
                self._taken(listener)
            if is_main_program(frame):
                frame.f_trace_lines = False
                return self._trace_main
            if self._selected(frame) is None and not self._selection.is_module(frame.f_code):
                return None
            frame.f_trace_lines = False
        except Exception as error:  # noqa: BLE001 - nothing of ours may reach the program
            self._failures.caught("start of a call", error)
        return self._trace_exceptions

    def _trace_exceptions(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "exception":
            try:
                self._meet(frame, argument)
            except Exception as error:  # noqa: BLE001
                self._failures.caught("exception of a call", error)
        return self._trace_exceptions

    def _trace_main(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "exception":
            try:
                self._meet(frame, argument)
                self._ending = self.uncaught.ending_of(_as_exception(argument), argument[2])
            except Exception as error:  # noqa: BLE001
                self._failures.caught("exception of the main program", error)
        return self._trace_main

    def _meet(self, frame: FrameType, argument: Any) -> None:
        if argument[0] is StopIteration and self._instruction(frame) in _ENDS_ITERATION:
            return
        met = self._seen.setdefault(id(frame), {})
        met.pop(frame.f_lasti, None)
        exception = _as_exception(argument)
        met[frame.f_lasti] = self._recorder.see(exception, argument[2])
        for offset in targets(frame.f_code, frame.f_lasti):
            self._handled.came(frame, offset, exception, self._recorder.span_of(frame), argument[2])

    # -- profile function ----------------------------------------------------------------------------

    def _profile(self, frame: FrameType, event: str, argument: object) -> None:
        if self._stopped:  # `stop` reaches only its own thread
            return
        try:
            if self._recorder.is_muted():
                return
            if event == "call":
                self._called(frame)
            elif event == "return":
                self._returned(frame, argument)
            elif event == "c_call":
                self._called_c(frame, argument)
            else:
                self._in_c.discard(id(frame))
        except Exception as error:  # noqa: BLE001
            self._failures.caught(event, error)

    def _called(self, frame: FrameType) -> None:
        info = self._selected(frame)
        if info is None or (info.number in self._selection.left and not self._recorder.is_suspended(frame)):
            if self._selection.is_module(frame.f_code):
                self._seen.pop(id(frame), None)
                self.modules.begins(frame)
            bridge = self._recorder.bridges.find(frame)
            if bridge is not None:
                self._recorder.enter_bridge(frame, bridge)
            self._count_gap(frame)
        elif self._recorder.is_suspended(frame) and not self._begins(frame):
            self._recorder.resume(frame)
        elif self._instruction(frame) != _NOT_STARTED:
            self._seen.pop(id(frame), None)
            self._recorder.start(frame, info)

    def _returned(self, frame: FrameType, value: object) -> None:
        if frame.f_back is None and is_main_program(frame) and self._instruction(frame) != _RETURN:
            self.uncaught.ends_with(self._ending)
        if self._selection.is_module(frame.f_code):
            self._module_ended(frame)
        if self._selection.known(frame.f_code) is None:
            bridge = self._recorder.bridges.find(frame)
            if bridge is not None:
                self._recorder.leave_bridge(frame, bridge)
            return
        instruction = self._instruction(frame)
        met = self._seen.pop(id(frame), {})
        if met and instruction == _RETURN:
            self._handled.over(frame, None)
        if instruction == _RETURN:
            self._recorder.finish(frame, value)
        elif instruction == _YIELD and (value is not None or frame.f_lasti not in met):
            self._recorder.suspend(frame, value)
            if met:  # a `finally` that waits re-raises it later
                self._seen[id(frame)] = {_BEFORE: next(reversed(met.values()))}
        else:  # also where an exception was thrown in at a yield, and left from there
            leaving = _leaving(met, frame.f_lasti)
            self._handled.over(frame, None if leaving is None else leaving.exception_id)
            if leaving is not None and leaving.is_group and frame.f_lasti not in met:
                leaving = unidentified(leaving) if _SPLITS in self._code(frame)[::2] else leaving
            self._recorder.leave(frame, leaving)

    def _module_ended(self, frame: FrameType) -> None:
        met = self._seen.pop(id(frame), {})
        seen = None if self._instruction(frame) == _RETURN else _leaving(met, frame.f_lasti)
        self._handled.over(frame, None if seen is None else seen.exception_id)
        outcome = RETURNED if seen is None else RAISED if seen.is_error else LEFT
        self.modules.ended(frame, frame.f_lineno, outcome, None if seen is None else seen.text)

    def _begins(self, frame: FrameType) -> bool:
        """Whether a generator begins: it may stand at the address of one that was dropped unseen."""
        return self._instruction(frame) == _RESUME and self._code(frame)[frame.f_lasti + 1] == _AT_START

    def _instruction(self, frame: FrameType) -> int:
        return self._code(frame)[frame.f_lasti] if frame.f_lasti >= 0 else -1

    def _code(self, frame: FrameType) -> bytes:
        code = frame.f_code
        instructions = self._instructions.get(id(code))
        if instructions is None:
            instructions = self._instructions[id(code)] = code.co_code
        return instructions

    def _selected(self, frame: FrameType) -> Any:
        code = frame.f_code
        info = self._selection.known(code)
        if info is not None or id(code) in self._ignored:
            return info
        info = self._selection.select(frame)
        if info is None:
            if len(self._ignored) >= _MOST_REMEMBERED:
                self._ignored.clear()
            key = id(code)
            self._ignored[key] = weakref.ref(code, lambda _: self._ignored.pop(key, None))
        return info

    # -- gaps ----------------------------------------------------------------------------------------

    def _called_c(self, frame: FrameType, function: object) -> None:
        if self._gaps is not None and self._selection.watches(frame.f_code):
            self._in_c.add(id(frame))
            self._gaps.called(frame, frame.f_lasti, function)

    def _count_gap(self, frame: FrameType) -> None:
        caller = frame.f_back
        if (
            self._gaps is None
            or caller is None
            or id(caller) in self._in_c
            or not self._selection.watches(caller.f_code)
        ):
            return
        if not self._selection.is_body(frame.f_code):
            self._gaps.entered(caller, frame)


def _leaving(met: dict[int, Seen], instruction: int) -> Seen | None:
    """Which exception leaves a frame: a re-raise stands where it was met, else it is the last one."""
    last = next(reversed(met.values()), None)
    return met.get(instruction, last)


def _as_exception(argument: Any) -> BaseException:
    """The exception of a trace event, made where the interpreter has not made it yet."""
    kind, value, traceback = argument
    made: BaseException = value
    if type(value) is not kind:
        arguments = value if type(value) is tuple else () if value is None else (value,)
        made = kind(*arguments).with_traceback(traceback)
    return made
