"""Whether there is memory to work with: where there is none, some of the interpreter's own code crashes."""

from __future__ import annotations

from _struct import Struct

_OBJECTS, _SIZE = 200, 64
_make = Struct(f"{_SIZE}s" * _OBJECTS).unpack
"""In a third of the time of a loop: it is asked at the first sight of every function."""
_CONTENT = bytes(_OBJECTS * _SIZE)


def is_left() -> bool:
    """Whether some small objects can be made."""
    try:
        _make(_CONTENT)
    except MemoryError:
        return False
    return True
