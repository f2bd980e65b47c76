"""The background thread: takes finished calls and changed facts to where they are kept or sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from breadcrumb_instrumentation_calls.base import memory
from breadcrumb_instrumentation_calls.base.originals import _thread, acquire, os, release, time
from breadcrumb_instrumentation_calls.capture.task_numbers import on_event_loop
from breadcrumb_instrumentation_calls.selection.bare_threads import forget_thread_object

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_instrumentation_calls.base.failures import Failures
    from breadcrumb_instrumentation_calls.delivery.alone import Outlets
    from breadcrumb_instrumentation_calls.delivery.batch import Portion
    from breadcrumb_instrumentation_calls.delivery.facts import Facts
    from breadcrumb_instrumentation_calls.recorders.choose import AnyRecorder
    from breadcrumb_instrumentation_calls.recorders.outbox import Outbox
    from breadcrumb_instrumentation_calls.recorders.rows import Rows
    from breadcrumb_instrumentation_calls.selection.overhead import Overhead

INTERVAL_S = 0.1
"""How long a finished call waits at most before it is handed on, seconds."""
GONE_S = 0.05
"""How long a thread that has ended may stay in the system's list, seconds."""
PATIENCE_S = 5.0
"""How long our own thread may take for what it has in hand, seconds."""
MOMENT_S = 0.002
"""How long an event loop may be held, seconds."""


class Companion(Protocol):
    """A thread of somebody else's that no fork may meet."""

    def start(self) -> None:
        """Start it, where it does not run."""
        ...

    def end(self) -> None:
        """Wait until it is gone."""
        ...


class Pump:
    """Drains the outbox. The thread is a bare one: the program does not see it among its own."""

    def __init__(
        self,
        recorder: AnyRecorder,
        outbox: Outbox,
        facts: Facts,
        outlets: Outlets,
        overhead: Overhead,
        failures: Failures,
    ) -> None:
        self._recorder = recorder
        self._outbox = outbox
        self._facts = facts
        self.outlets = outlets
        """Where calls go; others when the program begins to use OpenTelemetry."""
        self._overhead = overhead
        self._failures = failures
        self._draining = _thread.allocate_lock()
        self._drainer = 0
        """Identity of the thread that drains."""
        self._forking = False
        self._is_newborn = False
        """Whether this process was forked and has recorded nothing: of one that only becomes another
        program, or ends, nothing is to be told."""
        self._generation = 0
        self._ended = _thread.allocate_lock()
        self._thread_id = -1
        self.look: Callable[[], None] = _nothing
        """Notices where the program has taken away what the tracer listens with."""
        self.companion: Companion | None = None
        """A thread that runs beside ours."""

    def start(self) -> None:
        """Say that the process is traced; the thread starts with the first call."""
        self._outbox.awaken = self._awaken
        self._outbox.asleep = True
        for lend in self.outlets.lenders():
            self._outbox.borrow(lend)
        self.drain()

    def stop(self, *, for_good: bool) -> None:
        """Drain what is left, give other processors their time, and end the thread.

        `for_good` is whether the provider ends too.
        """
        deadline = time.monotonic() + self.outlets.farewell_s
        self._end_thread()
        self.drain_all()
        self.outlets.end(deadline, for_good=for_good)
        self.drain_all()

    def leave(self, wait_s: float | None) -> None:
        """Hand on what there is because the process may vanish at once.

        `wait_s` is how long other processors may take; by None they get their time, and what is left after
        it is lost.
        """
        self.flush(self.outlets.farewell_s if wait_s is None else wait_s)
        if wait_s is None:
            self.outlets.give_up()
            self.drain_all()

    def flush(self, timeout_s: float) -> bool:
        """Hand on everything finished so far; whether every processor took it in time."""
        deadline = time.monotonic() + timeout_s
        self.drain_all(PATIENCE_S if timeout_s or not on_event_loop() else MOMENT_S)
        return self.outlets.flush(deadline)

    def drain_all(self, patience_s: float = PATIENCE_S) -> None:
        """Hand on also what is told less often."""
        self._facts.tell_all()
        self.drain(patience_s)

    def drain(self, patience_s: float = PATIENCE_S, *, with_facts: bool = True) -> None:
        """Hand on what has finished and changed until now; another thread that does so may take so long."""
        if self._is_newborn or not memory.is_left() or not self._stand_in_line(patience_s):
            return
        try:
            with self._recorder.muted():
                self.look()
                while self._portion(with_facts=with_facts):
                    pass
        finally:
            self._leave_line()

    def _portion(self, *, with_facts: bool) -> bool:
        """Hand on one batch. Returns whether it held calls: handing on facts may make new facts for ever."""
        began = time.thread_time_ns()
        rows = self._outbox.take()
        facts = self._facts.changed() if with_facts else []
        if rows or facts:
            self._deliver(rows, facts)
        self._overhead.drained(time.thread_time_ns() - began)
        return bool(rows)

    def _stand_in_line(self, patience_s: float = PATIENCE_S) -> bool:
        """Whether this thread may drain now; a signal handler that interrupted a drain may not."""
        if self._drainer == _thread.get_ident() or not acquire(self._draining, True, patience_s):
            return False
        self._drainer = _thread.get_ident()
        return True

    def _leave_line(self) -> None:
        self._drainer = 0
        release(self._draining)

    def before_fork(self) -> None:
        """Stand still: the child finds every lock free and no thread of ours beside the program's.

        The last drain wakes those who forward, so they are sent to rest after it.
        """
        self._end_thread()
        if self.companion is not None:
            self.companion.end()
        self._drain_safely()
        self._forking = self._stand_in_line()
        self.outlets.rest()

    def after_fork_in_parent(self) -> None:
        """Go on; the thread starts with the next call, when Python has already looked for threads."""
        self.outlets.go_on()
        if self._forking:
            self._leave_line()
        self._outbox.asleep = True

    def after_fork_in_child(self) -> None:
        """Begin anew: what waited is the parent's to hand on."""
        self._draining = _thread.allocate_lock()
        self._drainer = 0
        self._outbox.clear()
        self._facts.forget()
        self._overhead.begin()
        self.outlets.forked()
        self._outbox.asleep = True
        self._is_newborn = True

    # -- inside --------------------------------------------------------------------------------------

    def _awaken(self) -> None:
        self._outbox.asleep = False
        if self._is_newborn:
            self._is_newborn = False
            self._drain_safely()
        self.outlets.start()
        self._generation += 1
        ended = self._ended = _thread.allocate_lock()
        acquire(ended)
        try:
            _thread.start_new_thread(self._run, (self._generation, ended))
        except RuntimeError:  # at interpreter shutdown: what is left is drained by `stop`
            release(ended)

    def _end_thread(self) -> None:
        """Wait until the thread is gone, for the operating system too: a fork warns of others."""
        self._generation += 1
        self._outbox.ready.set()
        ended = self._ended  # the next call may start another one meanwhile
        if acquire(ended, True, PATIENCE_S):
            release(ended)
            deadline = time.monotonic() + GONE_S
            while os.access(f"/proc/self/task/{self._thread_id}", os.F_OK) and time.monotonic() < deadline:
                time.sleep(0)

    def _run(self, generation: int, ended: _thread.LockType) -> None:
        self._recorder.mute()
        self._thread_id = _thread.get_native_id()
        try:
            if self.companion is not None:
                self.companion.start()
            while generation == self._generation:
                self._outbox.ready.wait(INTERVAL_S)
                self._outbox.ready.clear()
                self._drain_safely()
                forget_thread_object()
        finally:
            release(ended)

    def _drain_safely(self) -> None:
        try:
            self.drain()
        except Exception as error:  # noqa: BLE001 - the thread must live
            self._failures.add("drain", error)

    def _deliver(self, rows: Rows, facts: list[tuple[str, str]]) -> None:
        outlets = self.outlets
        batch = outlets.batch(rows, facts)
        for name, take in outlets.keepers():
            self._hand_on(name, take, batch)
        if rows:
            outlets.put(rows)

    def _hand_on(self, name: str, take: Callable[[Portion], bool], batch: Portion) -> None:
        taken = False
        try:
            taken = take(batch)
        except Exception as error:  # noqa: BLE001
            self._failures.add("export", error)
        finally:
            if not taken:
                self._lose(name, "the processor refused the batch", len(batch))

    def _lose(self, where: str, reason: str, count: int) -> None:
        if count:
            self._facts.lost[where, reason] = self._facts.lost.get((where, reason), 0) + count


def _nothing() -> None:
    """The tracer has nothing to do before each round yet."""
