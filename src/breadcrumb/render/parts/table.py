"""Sets rows of cells under each other; the last column is not padded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDEST = 60
"""Characters to which a cell is padded at most; a longer one moves its own row only."""


def table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Write each row as a line with its columns aligned, two spaces between them."""
    if not rows:
        return []
    widths = [min(max(len(row[column]) for row in rows), WIDEST) for column in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
