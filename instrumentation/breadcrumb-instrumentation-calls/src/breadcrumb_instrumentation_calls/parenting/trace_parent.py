"""The parent of a process, as W3C trace context names it in the environment, as far as no SDK is needed."""

from __future__ import annotations

import re

from breadcrumb_instrumentation_calls.base.originals import os
from breadcrumb_instrumentation_calls.capture.calls import Parent

TRACEPARENT = "TRACEPARENT"
"""Environment variable: who started this process, as W3C trace context."""
TRACESTATE = "TRACESTATE"
"""Environment variable: what else came with the trace."""
_SAMPLED = 1


def of_process() -> Parent | None:
    """Who started this process; nobody where the environment does not say it in the plain form."""
    given = os.environ.get(TRACEPARENT)
    found = re.fullmatch("00-([0-9a-f]{32})-([0-9a-f]{16})-0([01])", given) if given else None
    if found is None:
        return None
    trace_id, span_id = int(found[1], 16), int(found[2], 16)
    return Parent(trace_id, span_id, 0, found[3] == "1") if trace_id and span_id else None


def is_plain() -> bool:
    """Whether that is all that the environment says of a trace."""
    return not os.environ.get(TRACESTATE) and (TRACEPARENT not in os.environ or of_process() is not None)


def naming(trace_id: int, span_id: int, flags: int, state: str = "") -> dict[str, str]:
    """The variables that name a span to a child; one that says nothing is empty."""
    return {TRACEPARENT: f"00-{trace_id:032x}-{span_id:016x}-{flags:02x}", TRACESTATE: state}


def naming_call(call: Parent) -> dict[str, str]:
    """The same for a call of whose trace nothing else is known."""
    return naming(call.trace_id, call.span_id, _SAMPLED if call.sampled else 0)
