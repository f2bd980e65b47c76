"""What becomes of a call that ended: it is counted and, where it is kept, handed on as a row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base import frame_locals
from breadcrumb_instrumentation_calls.base.frame_locals import NOT_BOUND
from breadcrumb_instrumentation_calls.capture import calls, yields
from breadcrumb_instrumentation_calls.capture.calls import Record
from breadcrumb_instrumentation_calls.capture.lines import LinesMissingError
from breadcrumb_instrumentation_calls.selection.thinning import GOES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from breadcrumb_instrumentation_calls.base.frame_locals import Variable
    from breadcrumb_instrumentation_calls.capture.calls import Call
    from breadcrumb_instrumentation_calls.capture.changes import Changes
    from breadcrumb_instrumentation_calls.capture.exception_locals import ExceptionLocals
    from breadcrumb_instrumentation_calls.capture.lines import LineTracing
    from breadcrumb_instrumentation_calls.recorders.outbox import RecordOutbox


class Finished:
    """The way of finished calls to the outbox. Raises LinesMissingError where lines cannot be read."""

    def __init__(
        self,
        outbox: RecordOutbox,
        lines: LineTracing | None,
        exception_locals: ExceptionLocals | None,
        changes: Changes,
        epoch_ns: int,
    ) -> None:
        self._outbox = outbox
        self._lines = lines
        self._exception_locals = exception_locals
        self._changes = changes
        self._epoch_ns = epoch_ns
        self._read = frame_locals.reader()
        if lines is not None and self._read is None:
            raise LinesMissingError("lines need Python 3.12 or newer, and ctypes on 3.12; leave `lines` out")

    def lost(self, call: Call, now: int, cap_ns: int) -> None:
        """A call ended and nobody saw how."""
        if self.keeps(call, now, cap_ns, calls.UNKNOWN):
            self.put(call, now, calls.UNKNOWN, None, None, None)

    def keeps(self, call: Call, now: int, cap_ns: int, outcome: int, kind: int | None = None) -> int:
        """Count a call that ended, with a return value of this kind; what becomes of it."""
        is_held, call.is_over = call.holds > 0, True
        above, call.above = call.above, None
        if call.inherited or not call.sampled:
            return GOES
        kept = call.info.tally.keeps(
            now,
            now - call.start_ns,
            call.ran_ns - call.child_ns,
            must_stay=is_held or outcome in (calls.RAISED, calls.UNKNOWN),
            kind=kind,
            bare=call.bare,
            cap_ns=cap_ns,
        )
        if above is not None and not kept:
            above.holds -= 1
        return kept

    def put(
        self,
        call: Call,
        now: int,
        outcome: int,
        result: str | None,
        exception: str | None,
        frame: FrameType | None,
    ) -> None:
        """Hand a row on; the frame is None where it is gone."""
        self._outbox.put(
            Record(
                call.trace_id,
                call.span_id,
                call.parent_id,
                call.info.number,
                call.depth,
                call.suspensions,
                call.start_ns + self._epoch_ns,
                now - call.start_ns,
                call.child_ns,
                call.ran_ns,
                call.stack.number,
                call.ordinal,
                call.stack.last,
                call.thread,
                call.task,
                outcome,
                call.called_line,
                call.ended_line,
                call.args,
                result,
                exception,
                self._extra(call, outcome, frame),
            )
        )

    def _extra(self, call: Call, outcome: int, frame: FrameType | None) -> str | None:
        parts = []
        if call.lines is not None and self._lines is not None:
            variables = self._lines.variables_of(call.info.code)
            parts.append(call.lines.end(None if frame is None else self.values(frame, variables))[1:-1])
        elif self._read is not None and frame is not None:
            parts += self._variables(call, outcome, frame)
        members = ", ".join(filter(None, (*parts, yields.member(call))))
        return f"{{{members}}}" if members else None

    def _variables(self, call: Call, outcome: int, frame: FrameType) -> Iterator[str]:
        """What is told of a frame's variables as a call leaves them."""
        told = self._exception_locals
        if told is not None and outcome == calls.RAISED:
            yield told.member(call.info, self.values(frame, told.of(call.info)))
        if not call.bare:
            yield self._changes.members(call.info, call.args, partial(self._value, frame))

    def _value(self, frame: FrameType, name: str) -> object:
        assert self._read is not None
        value = self._read(frame, name)
        if value is NOT_BOUND:
            raise NameError(name)
        return value

    def values(self, frame: FrameType, variables: tuple[Variable, ...]) -> dict[str, object]:
        """Those of a frame's variables that have a value."""
        assert self._read is not None
        found = {each.name: self._read(frame, each.name) for each in variables}
        return {name: value for name, value in found.items() if value is not NOT_BOUND}
