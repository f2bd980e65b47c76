"""black formats files of the release of Pygments that is pinned."""

from __future__ import annotations

from itertools import cycle, islice
from pathlib import Path

import black
import pygments

NAMES = ("token", "filter")


def main(size: int) -> None:
    """Format `size` files."""
    folder = Path(pygments.__file__).parent
    for name in islice(cycle(NAMES), size):
        black.format_str((folder / f"{name}.py").read_text(encoding="utf-8"), mode=black.Mode())
