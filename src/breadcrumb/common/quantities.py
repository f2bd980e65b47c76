"""Quantities that users write: an age, a count, seconds. Each raises ArgumentTypeError with what is wrong."""

from __future__ import annotations

import argparse
import re
from datetime import timedelta

from breadcrumb.common.setting_kinds import MOST_SECONDS

MOST_DIGITS = 100
_AGE = re.compile(r"(?P<count>[0-9]+(\.[0-9]+)?)(?P<unit>s|m|h|d)")
_DURATION = re.compile(r"(?P<count>[0-9]+(\.[0-9]+)?)(?P<unit>us|ms|s)")
_NS = {"us": 10**3, "ms": 10**6, "s": 10**9}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def age(text: str) -> timedelta:
    """Read `30s`, `10m`, `2h` or `1d`."""
    matched = _AGE.fullmatch(text)
    if matched is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no age; write 30s, 10m, 2h or 1d")
    try:
        return timedelta(seconds=float(matched["count"]) * _SECONDS[matched["unit"]])
    except OverflowError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is too long ago") from error


def duration(text: str) -> int:
    """Read `250us`, `10ms` or `1.5s`: nanoseconds."""
    matched = _DURATION.fullmatch(text)
    if matched is None or not 0 < (ns := float(matched["count"]) * _NS[matched["unit"]]) < 2**63:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration; write 250us, 10ms or 1.5s")
    return round(ns)


def share(text: str) -> float:
    """Read a number above 0, up to 1."""
    return _above_0(text, 1, "number above 0 and up to 1")


def count(text: str) -> int:
    """Read a whole number from 1."""
    if not text.isdecimal() or len(text) > MOST_DIGITS or not 0 < int(text) < 2**31:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1")
    return int(text)


def seconds(text: str) -> float:
    """Read a number of seconds above 0."""
    return _above_0(text, MOST_SECONDS, "number of seconds above 0")


def _above_0(text: str, most: float, what: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no {what}")
    return number
