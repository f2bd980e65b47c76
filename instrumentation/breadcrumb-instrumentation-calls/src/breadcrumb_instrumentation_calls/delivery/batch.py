"""The batch: finished calls as Arrow columns for the spool, as ReadableSpans for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan

    from breadcrumb_instrumentation_calls.delivery.spans import SpanBuilder
    from breadcrumb_instrumentation_calls.recorders.rows import Column, Rows


class Portion:
    """Calls that finished, and facts that changed, since the portion before."""

    def __init__(self, rows: Rows, facts: list[tuple[str, str]]) -> None:
        self.rows = rows
        """The calls as Records."""
        self.pack = rows.pack
        self._facts = facts

    def columns(self) -> dict[str, Column]:
        """Every column of the batch contract that a call has."""
        return self.rows.columns()

    def facts(self) -> list[tuple[str, str]]:
        """(kind, JSON object) rows; the last one of a key wins."""
        return self._facts

    def __len__(self) -> int:
        return len(self.rows)


class Batch(Portion, Sequence["ReadableSpan"]):
    """The same as spans, each made when it is asked for."""

    def __init__(self, rows: Rows, facts: list[tuple[str, str]], spans: SpanBuilder) -> None:
        super().__init__(rows, facts)
        self._spans = spans

    @overload
    def __getitem__(self, index: int) -> ReadableSpan: ...
    @overload
    def __getitem__(self, index: slice) -> list[ReadableSpan]: ...
    def __getitem__(self, index: int | slice) -> ReadableSpan | list[ReadableSpan]:
        if isinstance(index, slice):
            return [self._spans.build(self.rows[at]) for at in range(*index.indices(len(self)))]
        return self._spans.build(self.rows[index])
