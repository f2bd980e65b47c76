"""What holds in processes of ours alone: those that fold and answer, never the program's."""

from __future__ import annotations

import sys


def without_numpy() -> None:
    """Start without numpy, which pyarrow imports where there is one: it takes longer than pyarrow itself."""
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # there is none, it says
