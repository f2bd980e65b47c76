"""Reads buffers of a frame that were made small."""

from __future__ import annotations

from breadcrumb_exporter_duckdb.format.damage import DamageError

_MOST, _MOST_TIMES = 1 << 28, 255
"""So long a block may say that it is, and so many times as long as it takes: no byte stands for more."""


def unpacked(part: bytes | memoryview, size: int) -> bytes:
    """The bytes, `size` of them, of an LZ4 block. Raises DamageError where it is none."""
    if not 0 < size <= min(_MOST, _MOST_TIMES * len(part)):
        raise DamageError("more bytes than a block can hold")
    import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types; only here

    try:
        data: bytes = pa.decompress(part, decompressed_size=size, codec="lz4_raw", asbytes=True)
    except (OSError, pa.ArrowException) as error:
        raise DamageError(str(error)) from None
    return data
