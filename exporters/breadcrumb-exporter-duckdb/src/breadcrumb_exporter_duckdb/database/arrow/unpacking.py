"""Reads buffers of a frame that were made small."""

from __future__ import annotations

_MOST, _MOST_TIMES = 1 << 28, 255
"""So long a block may say that it is, and so many times as long as it takes: no byte stands for more."""


def unpacked(part: bytes | memoryview, size: int) -> bytes:
    """The bytes, `size` of them, of an LZ4 block; ValueError where it is none."""
    if not 0 < size <= min(_MOST, _MOST_TIMES * len(part)):
        raise ValueError("more bytes than a block can hold")
    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types; only here

    try:
        data: bytes = pa.decompress(part, decompressed_size=size, codec="lz4_raw", asbytes=True)
    except OSError as error:
        raise ValueError(str(error)) from None
    return data
