"""Bounds what one trace takes on its way to a backend: a script is one trace, and large ones are refused.

Calls come as they end, inner ones first. The first ones are kept whole, then only those that an exception
left, and always the callers of what was kept, so that what arrives is one tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb_instrumentation_calls.capture import calls

if TYPE_CHECKING:
    from collections.abc import Iterable

    from breadcrumb_instrumentation_calls.capture.calls import Record

SPAN_BYTES = 400
"""What a span takes besides its texts."""
FIRST = 0.8
"""The part of the room for the first calls; the rest is for failures."""
TRACES = 1_000
"""Traces that are remembered; of one that was forgotten the bound begins anew."""


class Chosen(NamedTuple):
    """A call that goes out."""

    record: Record
    left_out: int
    """How many calls below it stayed at home."""


class _Trace:
    """One trace so far."""

    def __init__(self) -> None:
        self.used = 0
        self.callers: set[int] = set()
        """Calls that have not ended, with one below them that was kept."""
        self.left_out: dict[int, int] = {}
        """How many calls stayed at home below each that has not ended."""


class TraceBounds:
    """Chooses the calls of each trace; `most` is its bytes, 0 no bound."""

    def __init__(self, most: int, *, values: bool) -> None:
        self._most = most
        self._values = values
        self._traces: dict[int, _Trace] = {}

    def chosen(self, records: Iterable[Record]) -> list[Chosen]:
        """Those that go out."""
        if not self._most:
            return [Chosen(record, 0) for record in records]
        return [chosen for record in records if (chosen := self._choose(record)) is not None]

    def forget(self) -> None:
        """Begin anew: a forked child has the same bounds for itself."""
        self._traces.clear()

    def _choose(self, record: Record) -> Chosen | None:
        trace = self._trace(record.trace_id)
        size = self._size(record)
        room = self._most if record.outcome == calls.RAISED else self._most * FIRST
        below = trace.left_out.pop(record.span_id, 0)
        is_caller = record.span_id in trace.callers
        if not is_caller and trace.used + size > room:
            trace.left_out[record.parent_id] = trace.left_out.get(record.parent_id, 0) + below + 1
            return None
        trace.used += size
        trace.callers.discard(record.span_id)
        trace.callers.add(record.parent_id)
        return Chosen(record, below)

    def _trace(self, trace_id: int) -> _Trace:
        found = self._traces.get(trace_id)
        if found is None:
            if len(self._traces) >= TRACES:
                del self._traces[next(iter(self._traces))]
            found = self._traces[trace_id] = _Trace()
        return found

    def _size(self, record: Record) -> int:
        texts = (*record.args, record.result, record.exception) if self._values else ()
        return SPAN_BYTES + sum(len(text) for text in texts if text)
