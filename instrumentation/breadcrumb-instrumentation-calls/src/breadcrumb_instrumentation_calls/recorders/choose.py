"""Chooses what records and what drives it: C where it was built, else pure Python, which does the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.base.originals import sys

c: Any
_why_not: ImportError | None = None
try:
    from breadcrumb_instrumentation_calls.recorders import c
except ImportError as error:  # there was no compiler, or this Python has no sys.monitoring
    c, _why_not = None, error

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.base.failures import Failures
    from breadcrumb_instrumentation_calls.base.limits import Limits
    from breadcrumb_instrumentation_calls.capture.calls import ThreadState
    from breadcrumb_instrumentation_calls.capture.exception_locals import ExceptionLocals
    from breadcrumb_instrumentation_calls.capture.gaps import Gaps
    from breadcrumb_instrumentation_calls.capture.lines import LineTracing
    from breadcrumb_instrumentation_calls.native import _recorder
    from breadcrumb_instrumentation_calls.parenting.roots import Roots
    from breadcrumb_instrumentation_calls.recorders.c import NativeDriver, NativeRecorder
    from breadcrumb_instrumentation_calls.recorders.monitoring import MonitoringDriver
    from breadcrumb_instrumentation_calls.recorders.outbox import Outbox
    from breadcrumb_instrumentation_calls.recorders.profiling import ProfilingDriver
    from breadcrumb_instrumentation_calls.recorders.python import Recorder
    from breadcrumb_instrumentation_calls.selection.selection import Selection
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

AnyRecorder: TypeAlias = "Recorder | NativeRecorder"
AnyThread: TypeAlias = "ThreadState | _recorder.Thread"

RECORDERS = ("python",) if c is None else ("c", "python")
"""The recorders that this build has, the best first."""
_C = "breadcrumb_instrumentation_calls.native"
AUTO = "auto"
"""Stands for the best one."""


def hint() -> str | None:
    """Why the slower recorder is the best one here, where it need not be."""
    if c is not None or not hasattr(sys, "monitoring"):
        return None
    if "t" in sys.abiflags:
        return "no C recorder for a free-threaded Python"
    if _why_not is None or _why_not.name == _C:  # it is not there at all
        return "no C build here: install a C compiler, then this package again"
    return f"the C build does not load: {_why_not}"


class RecorderMissingError(RuntimeError):
    """The recorder that was asked for is not part of this build."""


class Parts(NamedTuple):
    """What differs between recorders."""

    recorder: AnyRecorder
    outbox: Outbox
    driver: MonitoringDriver | ProfilingDriver | NativeDriver


def make(
    name: str,
    snapshot: Snapshot,
    limits: Limits,
    roots: Roots,
    selection: Selection,
    gaps: Gaps | None,
    failures: Failures,
    lines: LineTracing | None,
    exception_locals: ExceptionLocals | None,
) -> Parts:
    """The parts of the recorder of this name, or of the best one for `AUTO`. Raises RecorderMissingError."""
    chosen = RECORDERS[0] if name == AUTO else name
    if chosen not in RECORDERS:
        others = " or ".join((AUTO, *RECORDERS))
        why = f" ({hint()})" if chosen == "c" and hint() else ""
        raise RecorderMissingError(f"there is no {chosen} recorder in this installation{why}; use {others}")
    if chosen == "c":
        outbox = c.NativeOutbox()
        recorder = c.NativeRecorder(snapshot, limits, roots, outbox, gaps, failures, lines, exception_locals)
        return Parts(recorder, outbox, c.NativeDriver(recorder, selection, gaps, failures))
    from breadcrumb_instrumentation_calls.recorders.outbox import RecordOutbox
    from breadcrumb_instrumentation_calls.recorders.python import Recorder

    records = RecordOutbox()
    plain = Recorder(snapshot, roots, records, lines, exception_locals)
    return Parts(plain, records, _driver(plain, selection, gaps, failures))


def _driver(
    recorder: Recorder, selection: Selection, gaps: Gaps | None, failures: Failures
) -> MonitoringDriver | ProfilingDriver:
    """What calls the Python recorder: PEP 669 where there is it, else the profile function."""
    if sys.version_info >= (3, 12):
        from breadcrumb_instrumentation_calls.recorders.monitoring import MonitoringDriver

        return MonitoringDriver(recorder, selection, gaps, failures)
    from breadcrumb_instrumentation_calls.recorders.profiling import ProfilingDriver

    return ProfilingDriver(recorder, selection, gaps, failures)
