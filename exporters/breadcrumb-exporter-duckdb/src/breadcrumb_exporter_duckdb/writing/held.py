"""Holds calls in memory until it is known whether to keep them, as those of a test until it has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.format.frame import Columns, Pack

MOST_BYTES = 64 << 20


class Rows(Protocol):
    """Calls that have ended."""

    @property
    def pack(self) -> Pack | None:
        """What makes their columns small, where that is known."""
        ...

    def __len__(self) -> int: ...
    def columns(self) -> Columns:
        """Rows as Arrow buffers."""
        ...


class Held:
    """Columns of batches. They are copies: the memory of a batch is used again."""

    def __init__(self, opened: set[int]) -> None:
        self._opened = opened
        """Ids of calls that were told of while they ran."""
        self.ended: list[int] = []
        """Those of them that have ended and are not kept."""
        self.batches: list[Columns] = []
        self.reason = ""
        """Why nothing of it is kept; empty where that is not known."""
        self.gone = 0
        """Calls that are not kept."""
        self.pack: Pack | None = None
        self._calls = 0
        self._bytes = 0

    def take(self, batch: Rows) -> bool:
        """Hold a batch; False where there is no room for more."""
        if self.reason:
            self.gone += len(batch)
            if self._opened:
                self._end(batch.columns())
            return True
        copies: Columns = {
            name: (form, length, [None if each is None else bytes(each) for each in buffers])
            for name, (form, length, buffers) in batch.columns().items()
        }
        self.batches.append(copies)
        self._calls += len(batch)
        self.pack = batch.pack
        self._bytes += sum(
            len(each) for _, _, buffers in copies.values() for each in buffers if each is not None
        )
        return self._bytes < MOST_BYTES

    def let_go(self, reason: str) -> None:
        """Keep nothing of what was taken, nor of what will be."""
        self.reason = reason
        self.gone += self._calls
        if self._opened:
            for columns in self.batches:
                self._end(columns)
        self.batches.clear()

    def _end(self, columns: Columns) -> None:
        _, _, (_, ids) = columns["span_id"]
        found = self._opened.intersection(memoryview(ids or b"").cast("B").cast("Q"))
        self._opened -= found
        self.ended += found
