"""Bodies of modules in scope: when each ran, what left it, which lines it ran.

A body is told as a fact and is no span: what it calls begins traces of its own, with or without it.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

from breadcrumb_instrumentation_calls.base.ids import Ids
from breadcrumb_instrumentation_calls.base.originals import json, time
from breadcrumb_instrumentation_calls.capture import calls, exceptions

if TYPE_CHECKING:
    from types import FrameType

    from breadcrumb_instrumentation_calls.capture.lines import Lines, LineTracing
    from breadcrumb_instrumentation_calls.capture.task_numbers import Tasks
    from breadcrumb_instrumentation_calls.selection.selection import Selection
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

Fact = dict[str, object]

MOST = 10_000
"""Bodies of a process that are told of; of more only the number is."""

_ids = Ids()


class Here(Protocol):
    """A thread as the recorder knows it."""

    muted: bool
    number: int


class Recorder(Protocol):
    """What tells where and when a body runs."""

    tasks: Tasks
    epoch_ns: int

    def here(self) -> Here: ...


class Body:
    """One run of a module's body."""

    def __init__(self, fact: Fact, start_ns: int, lines: Lines | None) -> None:
        self.fact = fact
        self.start_ns = start_ns
        """By the monotonic clock."""
        self.lines = lines


class Modules:
    """The bodies that run, by the identity of their frames, and what there is to tell of them."""

    def __init__(
        self,
        selection: Selection,
        snapshot: Snapshot,
        recorder: Recorder,
        lines: LineTracing | None,
    ) -> None:
        self._selection = selection
        self._snapshot = snapshot
        self._recorder = recorder
        self._lines = lines
        self._running: dict[int, Body] = {}
        self._news: deque[Body] = deque()
        self._count = 0
        self.unseen = 0
        """Bodies that are not told of."""

    def begins(self, frame: FrameType) -> None:
        """A body in scope begins."""
        here = self._recorder.here()
        if here.muted:
            return
        self._count += 1
        if self._count > MOST:
            self.unseen += 1
            return
        start_ns = time.perf_counter_ns()
        (file, function), _ = exceptions.place(frame)
        name: str = json.loads(function)
        span_id = _ids.generate_span_id()
        fact: Fact = {
            "key": f"{span_id:016x}",
            "trace_id": f"{_ids.generate_trace_id():032x}",
            "function": name,
            "module": name.rpartition(".<")[0],
            "file": json.loads(file),
            "line": 1,
            "thread": here.number,
            "task": self._recorder.tasks.current(),
            "start_ns": start_ns + self._recorder.epoch_ns,
        }
        traces_lines = self._lines is not None and self._selection.has_lines(frame)
        lines = self._lines.begin_module(frame.f_code) if self._lines and traces_lines else None
        body = self._running[id(frame)] = Body(fact, start_ns, lines)
        self._news.append(body)

    def line(self, frame: FrameType, line: int) -> None:
        """A body comes to a line."""
        body = self._running.get(id(frame))
        if body is not None and body.lines is not None:
            body.lines.line(frame.f_globals, line, time.perf_counter_ns() - body.start_ns)

    def ends(self, frame: FrameType, exception: BaseException | None) -> None:
        """A body ends, where an exception leaves it by that."""
        traceback = None if exception is None else exceptions.traceback_of(exception)
        line = frame.f_lineno if traceback is None else traceback.tb_lineno
        if exception is None:
            self.ended(frame, line, calls.RETURNED, None)
        else:
            outcome = calls.RAISED if exceptions.is_error(exception) else calls.LEFT
            text = exceptions.description(exception, traceback, self._snapshot)
            self.ended(frame, line, outcome, text)

    def ended(self, frame: FrameType, line: int | None, outcome: int, exception: str | None) -> None:
        """A body ended at a line; the exception is described."""
        body = self._running.pop(id(frame), None)
        if body is None:
            return
        ended: Fact = {
            "duration_ns": time.perf_counter_ns() - body.start_ns,
            "outcome": outcome,
            "ended_line": line,
        }
        if exception is not None:
            ended["exception"] = json.loads(exception)
        if body.lines is not None:
            ended["extra"] = json.loads(body.lines.end(frame.f_globals))
        body.fact = {**body.fact, **ended}
        self._news.append(body)

    def changed(self) -> list[Fact]:
        """The `module` facts of bodies that began or ended since the last time."""
        news = dict.fromkeys(self._news.popleft() for _ in range(len(self._news)))
        return [body.fact for body in news]

    def forget(self) -> None:
        """The process is a new one: what runs began in the one that forked it, which tells its end."""
        self._running.clear()
        self._news.clear()
        self._count = self.unseen = 0
