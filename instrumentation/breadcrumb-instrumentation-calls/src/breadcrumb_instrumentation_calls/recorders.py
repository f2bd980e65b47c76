"""Chooses what records and what drives it: C where it was built, else pure Python, which does the same."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from breadcrumb_instrumentation_calls.outbox import Outbox, RecordOutbox
from breadcrumb_instrumentation_calls.recorder import Recorder

if sys.version_info >= (3, 12):
    from breadcrumb_instrumentation_calls.monitoring import MonitoringDriver as Driver
else:
    from breadcrumb_instrumentation_calls.profiling import ProfilingDriver as Driver

native: Any
try:
    from breadcrumb_instrumentation_calls import native
except ImportError:  # there was no compiler, or this Python has no sys.monitoring
    native = None

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls._recorder import Thread as NativeThread
    from breadcrumb_instrumentation_calls.calls import ThreadState
    from breadcrumb_instrumentation_calls.failures import Failures
    from breadcrumb_instrumentation_calls.gaps import Gaps
    from breadcrumb_instrumentation_calls.limits import Limits
    from breadcrumb_instrumentation_calls.native import NativeDriver, NativeRecorder
    from breadcrumb_instrumentation_calls.roots import Roots
    from breadcrumb_instrumentation_calls.runtime_context import CallsRuntimeContext
    from breadcrumb_instrumentation_calls.selection import Selection
    from breadcrumb_instrumentation_calls.snapshot import Snapshot

AnyRecorder: TypeAlias = "Recorder | NativeRecorder"
AnyThread: TypeAlias = "ThreadState | NativeThread"

RECORDERS = ("python",) if native is None else ("c", "python")
"""The recorders that this build has, the best first."""
AUTO = "auto"
"""Stands for the best one."""


class RecorderMissingError(RuntimeError):
    """The recorder that was asked for is not part of this build."""


class Parts(NamedTuple):
    """What differs between recorders."""

    recorder: AnyRecorder
    outbox: Outbox
    driver: Driver | NativeDriver


def make(
    name: str,
    snapshot: Snapshot,
    limits: Limits,
    roots: Roots,
    context: CallsRuntimeContext,
    selection: Selection,
    gaps: Gaps | None,
    failures: Failures,
) -> Parts:
    """The parts of the recorder of this name, or of the best one for `AUTO`. Raises RecorderMissingError."""
    chosen = RECORDERS[0] if name == AUTO else name
    if chosen not in RECORDERS:
        others = " or ".join((AUTO, *RECORDERS))
        raise RecorderMissingError(f"there is no {chosen} recorder in this installation; use {others}")
    if chosen == "c":
        outbox = native.NativeOutbox()
        recorder = native.NativeRecorder(snapshot, limits, roots, outbox, context, gaps, failures)
        return Parts(recorder, outbox, native.NativeDriver(recorder, selection, gaps, failures))
    records = RecordOutbox()
    plain = Recorder(snapshot, roots, records)
    return Parts(plain, records, Driver(plain, selection, gaps, failures))
