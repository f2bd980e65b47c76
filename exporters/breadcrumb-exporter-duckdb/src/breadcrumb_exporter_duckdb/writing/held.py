"""Calls that wait in memory for whether they are kept: those of a test until it has passed or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.format.frame import Columns
    from breadcrumb_exporter_duckdb.format.packed import Pack

MOST_BYTES = 64 << 20


class Held:
    """Columns of batches. They are copies: the memory of a batch is used again."""

    def __init__(self) -> None:
        self.batches: list[Columns] = []
        self.pack: Pack | None = None
        self.calls = 0
        self._bytes = 0

    def take(self, columns: Columns, calls: int, pack: Pack | None) -> bool:
        """Hold a batch; False where there is no room for more."""
        copies: Columns = {
            name: (form, length, [None if each is None else bytes(each) for each in buffers])
            for name, (form, length, buffers) in columns.items()
        }
        self.batches.append(copies)
        self.calls += calls
        self.pack = pack
        self._bytes += sum(
            len(each) for _, _, buffers in copies.values() for each in buffers if each is not None
        )
        return self._bytes < MOST_BYTES
