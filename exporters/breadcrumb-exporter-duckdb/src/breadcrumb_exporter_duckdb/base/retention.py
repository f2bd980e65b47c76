"""How long runs are kept, and how much room they may take. Standard library only: writers need it."""

from __future__ import annotations

from breadcrumb_exporter_duckdb.base.records import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Retention:
    """The limits beyond which the oldest goes; 0 is no limit. Pinned runs and the newest one stay."""

    days: int = 30
    """Age of a run, from its last sign of life."""
    megabytes: int = 2_000
    """Size of the database, and of a spool that nobody reads, in millions of bytes each."""
    runs: int = 500
    """Number of runs that are not pinned."""

    @property
    def size(self) -> int:
        """The room in bytes; 0 is no limit."""
        return self.megabytes * MEGABYTE
