"""Buffers of a frame that were made small, as LZ4 blocks: whoever hands the columns over may know how, and how it is
read knows whoever folds."""

from __future__ import annotations

from collections.abc import Callable

Pack = Callable[[bytes | memoryview], bytes | None]
"""An LZ4 block of the bytes, or None where it would hardly be smaller."""
_MOST, _MOST_TIMES = 1 << 28, 255
"""So long a block may say that it is, and so many times as long as it takes: no byte stands for more."""


def unpacked(part: bytes | memoryview, size: int) -> bytes:
    """The bytes, `size` of them, that were made small; ValueError where it is no such block."""
    from pyarrow import decompress  # what writes frames does without

    if not 0 < size <= min(_MOST, _MOST_TIMES * len(part)):
        raise ValueError("more bytes than a block can hold")
    try:
        return decompress(part, decompressed_size=size, codec="lz4_raw", asbytes=True)
    except OSError as error:
        raise ValueError(str(error)) from None
