"""Puts the parts of the tracer together for one process, and takes them apart again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_redaction import Audit

from breadcrumb_instrumentation_calls.base import debug, fork
from breadcrumb_instrumentation_calls.base.failures import Failures
from breadcrumb_instrumentation_calls.base.json_text import TextWriter, redact_names_with
from breadcrumb_instrumentation_calls.base.originals import sys, time
from breadcrumb_instrumentation_calls.capture import exceptions
from breadcrumb_instrumentation_calls.capture.exception_locals import ExceptionLocals
from breadcrumb_instrumentation_calls.capture.gaps import Gaps
from breadcrumb_instrumentation_calls.capture.handled import Handled
from breadcrumb_instrumentation_calls.capture.modules import Modules
from breadcrumb_instrumentation_calls.capture.uncaught import Uncaught
from breadcrumb_instrumentation_calls.delivery.alone import Alone
from breadcrumb_instrumentation_calls.delivery.facts import OPEN_AFTER_NS, Fact, Facts
from breadcrumb_instrumentation_calls.delivery.process_fact import process_fact, scope_fact
from breadcrumb_instrumentation_calls.delivery.pump import Pump
from breadcrumb_instrumentation_calls.parenting import trace_parent
from breadcrumb_instrumentation_calls.parenting.processes import Processes
from breadcrumb_instrumentation_calls.parenting.roots import Roots
from breadcrumb_instrumentation_calls.recorders import choose
from breadcrumb_instrumentation_calls.selection.overhead import Overhead
from breadcrumb_instrumentation_calls.selection.selection import Selection
from breadcrumb_instrumentation_calls.selection.thinning import Thinning
from breadcrumb_instrumentation_calls.values import summarize
from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from types import FrameType

    from breadcrumb_redaction import Redactor
    from opentelemetry.sdk.trace import TracerProvider

    from breadcrumb_instrumentation_calls.base.limits import Limits
    from breadcrumb_instrumentation_calls.capture.lines import LineTracing
    from breadcrumb_instrumentation_calls.delivery.alone import Keeper
    from breadcrumb_instrumentation_calls.delivery.pump import Companion
    from breadcrumb_instrumentation_calls.delivery.telemetry import Telemetry
    from breadcrumb_instrumentation_calls.selection.scope import Scope

DEFAULT_FLUSH_S = 30.0


class Tracer:
    """A running tracer: from `start` to `stop` calls of this process are recorded.

    `provider` is OpenTelemetry's; None while the program does not use it: then `keeper` gets the calls, until
    `meet` is given one. `recorder` is one of recorders.RECORDERS or AUTO; `gaps` is whether calls that leave
    traced code are counted; `exception_locals` is whether the locals of frames that an exception left are
    kept; `forward_values` is whether processors other than the spool see arguments and returns;
    `trace_bytes` is what one trace may take on its way to them, 0 without a bound;
    `thinning` is which calls of hot and of sampled functions are kept, and what recording may cost;
    `attached` is whether the program ran already.
    Raises LinesMissingError where the scope asks for lines that cannot be recorded.
    """

    def __init__(
        self,
        provider: TracerProvider | None,
        scope: Scope,
        limits: Limits,
        redactor: Redactor,
        *,
        keeper: Keeper | None = None,
        recorder: str = choose.AUTO,
        gaps: bool = True,
        forward_values: bool = False,
        trace_bytes: int = 0,
        exception_locals: bool = True,
        thinning: Thinning = Thinning(),  # noqa: B008 - frozen
        attached: bool = False,
    ) -> None:
        audit = Audit()
        redactor.load()
        self._redactor = redactor
        redact_names_with(redactor)
        self._failures = Failures()
        self._snapshot = Snapshot(limits, TextWriter(redactor, audit))
        self._selection = Selection(scope, self._snapshot.writer, thinning)
        self._gaps = Gaps(self._selection) if gaps else None
        self._uncaught = Uncaught(self._selection, self._snapshot)
        self._handled = Handled(self._selection, self._snapshot)
        lines = self._line_tracing(scope, limits)
        roots = Roots(self._failures.add)
        self._recorder, outbox, self._driver = choose.make(
            recorder,
            self._snapshot,
            limits,
            roots,
            self._selection,
            self._gaps,
            self._failures,
            lines,
            ExceptionLocals(self._snapshot) if exception_locals else None,
        )
        self._modules = Modules(self._selection, self._snapshot, self._recorder, lines)
        process = process_fact(
            redactor,
            scope,
            thinning,
            recorder=self._recorder.name,
            hears_handlers=self._driver.hears_handlers,
            attached=attached,
        )
        self._facts = Facts(
            process,
            self._recorder,
            self._selection,
            self._gaps,
            self._uncaught,
            self._handled,
            self._modules,
            outbox,
            audit,
            self._failures,
        )
        self._pump = Pump(
            self._recorder,
            outbox,
            self._facts,
            Alone(keeper),
            Overhead(thinning.overhead, self._recorder),
            self._failures,
        )
        self._pump.look = self._driver.look
        self._recorder.bridges.flush = self._pump.drain
        self._recorder.bridges.uncaught = self._driver.uncaught = self._uncaught
        self._driver.keep_handled(self._handled)
        self._driver.keep_modules(self._modules)
        self._roots = roots
        self._processes = Processes(
            self._starter, self._flush_at_once, self._failures.add, self._recorder.muted
        )
        self._telemetry: Telemetry | None = None
        self._forward_values, self._trace_bytes = forward_values, trace_bytes
        self._attached = attached
        self._running = False
        if provider is not None:
            self.meet(provider)

    def _line_tracing(self, scope: Scope, limits: Limits) -> LineTracing | None:
        if not scope.lines:
            return None
        from breadcrumb_instrumentation_calls.capture.lines import LineTracing

        return LineTracing(self._snapshot, Snapshot(limits, TextWriter(self._redactor, Audit())))

    def meet(self, provider: TracerProvider) -> None:
        """Hand calls on to the processors of that provider from now on, and show them as its spans."""
        from breadcrumb_instrumentation_calls.delivery.telemetry import Telemetry

        telemetry = Telemetry(
            provider,
            self._recorder,
            self._failures,
            self._info,
            self._thread,
            self._redactor.text,
            values=self._forward_values,
            trace_bytes=self._trace_bytes,
        )
        self._roots.meet(provider, telemetry.context, telemetry.enrichment)
        self._recorder.read_roots()
        self._facts.deliveries = telemetry.outlets.facts
        self._pump.outlets = telemetry.outlets
        self._telemetry = telemetry
        if self._running:
            telemetry.install(self)

    def start(self) -> None:
        """Begin to record. Raises NoToolIdError where other tools hold every id."""
        self._running = True
        debug.note(f"recorder: {self._recorder.name}; {choose.hint() or 'the best one here'}")
        debug.note(f"scope: {self._facts.process['scope']}")
        summarize.report_to(self._failures.add)
        with self._recorder.muted():  # else what the program includes of the standard library shows our calls
            self._driver.start()
            if self._attached:
                self._driver.meet(_open_frames())
            self._pump.start()
            self._processes.install()
            if self._telemetry is not None:
                self._telemetry.install(self)
            fork.tracers.append(self)

    def stop(self, *, for_good: bool = False) -> None:
        """Record no more; hand on what was recorded. `for_good` is whether the provider ends too."""
        if not self._running:
            return
        self._running = False
        self._driver.stop()
        self._processes.remove()
        if self._telemetry is not None:
            self._telemetry.remove()
        fork.tracers.remove(self)
        self._uncaught.look_at_last()
        self._facts.open_after_ns = 0
        self._pump.stop(for_good=for_good)
        redact_names_with(self._redactor)  # what proves them is the recorder's
        self._redactor.prove_with(None)

    def mute(self) -> None:
        """Record nothing on this thread from now on: it is not the program's."""
        self._recorder.mute()

    def muted(self) -> AbstractContextManager[None]:
        """Record nothing on this thread for a while: what it does is not the program's."""
        return self._recorder.muted()

    def accompany(self, companion: Companion) -> None:
        """End a thread of the caller's before each fork, and start it with the next call after that."""
        self._pump.companion = companion

    def now_ns(self) -> int:
        """The time by the clock of the calls, nanoseconds since the epoch."""
        return self._recorder.epoch_ns + time.perf_counter_ns()

    def tell(self, kind: str, fact: Fact) -> None:
        """Keep a fact of this process beside its calls; the last of its kind and `key` wins."""
        self._facts.given.append((kind, fact))

    def describe(self, exception: BaseException) -> Fact:
        """Tell of an exception that somebody caught: what it is, and where it was raised."""
        return self._uncaught.described(exception, exceptions.traceback_of(exception))

    def hand_on(self) -> None:
        """Hand on everything finished so far, and wait for no processor but those that take batches."""
        self._pump.drain_all()

    def hand_on_calls(self) -> None:
        """Hand on the calls that have ended; what is to be told besides them has its time."""
        self._pump.drain(with_facts=False)

    def flush(self, timeout_s: float = DEFAULT_FLUSH_S) -> bool:
        """Hand on everything finished so far."""
        return self._pump.flush(timeout_s)

    def set_scope(
        self,
        *,
        include: tuple[str, ...] | None = None,
        only: tuple[str, ...] | None = None,
        exclude: tuple[str, ...] | None = None,
    ) -> None:
        """Trace by other patterns from the next call of each function on; None leaves them as they are."""
        scope = self._selection.scope
        scope = scope._replace(
            include=scope.include if include is None else include,
            only=scope.only if only is None else only,
            exclude=scope.exclude if exclude is None else exclude,
        )
        self._selection.rescope(scope)
        if self._gaps is not None:
            self._gaps.forget_callees()
        self._facts.process = {**self._facts.process, "scope": scope_fact(scope)}
        if self._running:
            self._driver.rescope()

    def _starter(self) -> dict[str, str] | None:
        """Who starts a process that is being started, as variables."""
        parent = self._roots.innermost(self._recorder.innermost())
        if parent is None:
            return None
        telemetry = self._telemetry
        return trace_parent.naming_call(parent) if telemetry is None else telemetry.naming(parent)

    def _flush_at_once(self, wait_s: float | None = None, how: str | None = None) -> None:
        """Hand on what there is because the process is about to vanish; whatever goes wrong, it vanishes.

        Pump.leave says what `wait_s` is. `how` is told as its end, until it turns out that it goes on.
        """
        self._facts.open_after_ns = 0
        if how is not None:
            self._facts.farewell = [{"key": "", "how": how, "end_ns": time.time_ns()}]
        try:
            with self.muted():
                self._pump.leave(wait_s)
                if self._telemetry is not None:
                    self._telemetry.flush_keepers()
        except Exception as error:  # noqa: BLE001
            self._failures.add("last flush", error)
        finally:
            self._facts.open_after_ns = OPEN_AFTER_NS
            if how is not None:
                self._facts.farewell = [{"key": "", "how": None, "end_ns": None}]

    def before_fork(self) -> None:
        """Let the child find every lock free, and tell of every open call: until the next one, nobody may."""
        self._recorder.forking()
        self._facts.open_after_ns = 0
        self._pump.before_fork()
        self._facts.open_after_ns = OPEN_AFTER_NS

    def after_fork_in_parent(self) -> None:
        """Go on."""
        self._pump.after_fork_in_parent()

    def after_fork_in_child(self) -> None:
        """Record as a process of its own."""
        self._recorder.forked()
        if self._gaps is not None:
            self._gaps.forget()
        self._pump.after_fork_in_child()

    def _info(self, number: int) -> Any:
        return self._selection.numbered(number)

    def _thread(self, number: int) -> tuple[int, str]:
        return self._facts.thread_names.get(number, (0, "?"))


def _open_frames() -> Iterator[FrameType]:
    """Every frame of every thread."""
    for innermost in sys._current_frames().values():
        frame: FrameType | None = innermost
        while frame is not None:
            yield frame
            frame = frame.f_back


def is_tracing() -> bool:
    """Whether a tracer runs in this process."""
    return bool(fork.tracers)
