"""Whether there is memory to work with: where there is none, some of the interpreter's own code crashes."""

from __future__ import annotations

_SIZES = (64,) * 200


def is_left() -> bool:
    """Whether some small objects can be made."""
    try:
        [*map(bytes, _SIZES)]
    except MemoryError:
        return False
    return True
