"""Writes durations for people: two or three digits and a unit."""

from __future__ import annotations

_UNITS = ((60_000_000_000, "min"), (1_000_000_000, "s"), (1_000_000, "ms"))


def duration(ns: int) -> str:
    """Write `ns` nanoseconds as `0.6 ms`, `12 ms`, `3.2 s` or `2.5 min`; below 50 us as `12 us`."""
    if ns < 50_000:
        return f"{ns / 1000:.0f} us" if ns >= 1000 else f"{ns} ns"
    for size, unit in _UNITS:
        if ns >= size or unit == "ms":
            amount = ns / size
            return (
                f"{amount:,.0f} {unit}" if amount >= 10 else f"{amount:.{1 if amount >= 0.1 else 2}f} {unit}"
            )
    raise AssertionError(ns)
