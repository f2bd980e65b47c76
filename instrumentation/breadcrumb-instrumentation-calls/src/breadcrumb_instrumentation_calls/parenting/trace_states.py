"""What traces brought with them: tracestate, flags beyond "sampled", and which of their spans are remote.

A call keeps its trace id and whether it is sampled. The rest is the same for a whole trace in this process,
mostly there is none of it, and it is noted where a call meets the span that brings it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from opentelemetry.trace import SpanContext, TraceFlags

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.capture.calls import Parent

MOST = 5_000
"""Traces of a generation; the one before is kept as well."""


class TraceStates:
    """The span contexts that brought something, by trace and by span."""

    def __init__(self) -> None:
        self._new: dict[int, SpanContext] = {}
        self._old: dict[int, SpanContext] = {}

    def note(self, span: SpanContext) -> None:
        """Remember what a span of the program's brings, if it is anything."""
        if not (span.is_remote or span.trace_state or span.trace_flags & ~TraceFlags.SAMPLED):
            return
        if len(self._new) >= 2 * MOST:  # no lock: a signal handler of the program may come here too
            self._old, self._new = self._new, {}
        self._new[span.trace_id] = self._new[span.span_id] = span

    def call(self, call: Parent) -> SpanContext:
        """A call as OpenTelemetry names it."""
        return self.context(call.trace_id, call.span_id, call.sampled)

    def context(self, trace_id: int, span_id: int, sampled: bool = True) -> SpanContext:
        """A span of this process, or the one that was noted under its id."""
        found = self._find(span_id)
        if found is not None and found.trace_id == trace_id:
            return found
        return below(self._find(trace_id), trace_id, span_id, sampled=sampled)

    def _find(self, key: int) -> SpanContext | None:
        return self._new.get(key) or self._old.get(key)


def below(
    around: SpanContext | None, trace_id: int, span_id: int, *, sampled: bool, is_remote: bool = False
) -> SpanContext:
    """A span with what its trace brought, as `around` has it."""
    flags = TraceFlags.SAMPLED if sampled else TraceFlags.DEFAULT
    if around is None:
        return SpanContext(trace_id, span_id, is_remote=is_remote, trace_flags=TraceFlags(flags))
    flags |= around.trace_flags & ~TraceFlags.SAMPLED
    return SpanContext(trace_id, span_id, is_remote, TraceFlags(flags), around.trace_state)
