"""Puts the parts of the tracer together for one process, and takes them apart again."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from breadcrumb_redaction import Audit
from opentelemetry.sdk.trace import SpanProcessor

from breadcrumb_instrumentation_calls import exceptions
from breadcrumb_instrumentation_calls.facts import Fact, Facts
from breadcrumb_instrumentation_calls.failures import Failures
from breadcrumb_instrumentation_calls.gaps import Gaps
from breadcrumb_instrumentation_calls.outbox import Outbox
from breadcrumb_instrumentation_calls.pump import Pump
from breadcrumb_instrumentation_calls.recorder import Recorder
from breadcrumb_instrumentation_calls.roots import Roots
from breadcrumb_instrumentation_calls.selection import Selection
from breadcrumb_instrumentation_calls.snapshot import Snapshot
from breadcrumb_instrumentation_calls.spans import SpanBuilder
from breadcrumb_instrumentation_calls.text import TextWriter, spell_surrogates

if sys.version_info >= (3, 12):
    from breadcrumb_instrumentation_calls.monitoring import MonitoringDriver as Driver
else:
    from breadcrumb_instrumentation_calls.profiling import ProfilingDriver as Driver

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_redaction import Redactor
    from opentelemetry.sdk.trace import TracerProvider

    from breadcrumb_instrumentation_calls.limits import Limits
    from breadcrumb_instrumentation_calls.scope import Scope

DEFAULT_FLUSH_S = 30.0


class Tracer:
    """A running tracer: from `start` to `stop` calls of this process are recorded."""

    def __init__(
        self,
        provider: TracerProvider,
        scope: Scope,
        limits: Limits,
        redactor: Redactor,
        *,
        gaps: bool,
        forward_values: bool,
    ) -> None:
        audit = Audit()
        self._redactor = redactor
        self._failures = Failures()
        self._snapshot = Snapshot(limits, TextWriter(redactor, audit))
        self._selection = Selection(scope, redactor.name_rule)
        self._gaps = Gaps(self._selection) if gaps else None
        outbox = Outbox()
        roots = Roots(provider, self._failures.add)
        self._recorder = Recorder(self._snapshot, roots, outbox)
        self._driver = Driver(self._recorder, self._selection, self._gaps, self._failures)
        self._process = self._describe_process(scope)
        self._facts = Facts(
            self._process, self._recorder, self._selection, self._gaps, outbox, audit, self._failures
        )
        spans = SpanBuilder(provider, self._info, self._thread, values=forward_values)
        self._pump = Pump(provider, self._recorder, outbox, self._facts, spans, self._failures)
        self._running = False

    def start(self) -> None:
        """Begin to record. Raises NoToolIdError where other tools hold every id."""
        self._running = True
        self._pump.start()
        _live.append(self)
        self._driver.start()

    def stop(self) -> None:
        """Record no more; hand on what was recorded."""
        if not self._running:
            return
        self._running = False
        self._driver.stop()
        _live.remove(self)
        self._facts.farewell = self._farewell()
        self._pump.stop()

    def flush(self, timeout_s: float = DEFAULT_FLUSH_S) -> bool:
        """Hand on everything finished so far."""
        return self._pump.flush(timeout_s)

    def before_fork(self) -> None:
        """Let the child find every lock free."""
        self._pump.before_fork()

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
        return self._selection.infos[number - 1]

    def _thread(self, number: int) -> tuple[int, str]:
        return self._facts.thread_names.get(number, (0, "?"))

    def _describe_process(self, scope: Scope) -> Fact:
        return {
            "key": "",
            "command": [spell_surrogates(word) for word in self._redactor.command_line(sys.orig_argv)],
            "cwd": spell_surrogates(os.getcwd()),
            "recorder": self._recorder.name,
            "scope": {
                "include": [*(("__main__",) if scope.main else ()), *scope.modules, *scope.include],
                "exclude": list(scope.exclude),
                "roots": list(scope.roots),
                "files": list(scope.files),
            },
        }

    def _farewell(self) -> list[Fact]:
        """The `end` fact's part that the tracer knows: the exception that left the main program."""
        error = sys.__dict__.get("last_exc") or sys.__dict__.get("last_value")
        if not isinstance(error, BaseException) or not exceptions.left_main(error):
            return []
        return [{"key": "", "exception": exceptions.as_object(error, self._snapshot)}]


class Gate(SpanProcessor):
    """Stands first among the provider's processors, so that a flush or shutdown empties the tracer first."""

    is_breadcrumb_gate = True

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Hand on everything finished so far."""
        return self._tracer.flush(timeout_millis / 1000)

    def shutdown(self) -> None:
        """Record no more."""
        self._tracer.stop()


def add_gate(provider: TracerProvider, tracer: Tracer) -> None:
    """Put a Gate before every other processor of the provider."""
    processors: Any = provider._active_span_processor
    with processors._lock:
        processors._span_processors = (Gate(tracer), *processors._span_processors)


_live: list[Tracer] = []


def _for_each(step: Callable[[Tracer], None]) -> Callable[[], None]:
    def run() -> None:
        for tracer in _live:
            step(tracer)

    return run


os.register_at_fork(
    before=_for_each(Tracer.before_fork),
    after_in_parent=_for_each(Tracer.after_fork_in_parent),
    after_in_child=_for_each(Tracer.after_fork_in_child),
)
