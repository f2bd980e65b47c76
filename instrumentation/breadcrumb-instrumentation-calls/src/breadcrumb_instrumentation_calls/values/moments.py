"""Dates and times as text, subclasses too: a test that stops the clock puts one into the whole program.

Only what the standard library writes in C is called. A time zone of somebody else's making is not asked: the
text then has no offset, and the zone stands beside it.
"""

from __future__ import annotations

import datetime
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.originals import sys

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_instrumentation_calls.values.summary_parts import Members, Reader

_size = type.__dict__["__basicsize__"].__get__


def reader_of(cls: type) -> Reader | None:
    """The reader of a subclass that a class statement made.

    Subclasses written in C that keep more than their base does (a library's "not a time") are left alone.
    """
    for base in raw_objects.mro(cls):
        reader = BUILT_IN.get(id(base))
        if reader is not None and _size(cls) == _size(base) + _added(cls, base):
            return reader
    return None


def members(value: Any, base: type, text: Callable[[Any], str]) -> Members:
    """The text that `text` gives, where the zone may be asked for its offset."""
    zone = raw_objects.class_dict(base).get("tzinfo")
    held = zone.__get__(value) if zone is not None else None
    if held is None or type(held) is datetime.timezone or _is_zone_info(held):
        return [("@text", text(value))]
    return [("@text", _without_zone(value, base)), ("tzinfo", held)]


def _added(cls: type, base: type) -> int:
    """Bytes that `__dict__` and weak references take in an instance (3.11 alone keeps both there)."""
    return sum(
        8
        for name in ("__dictoffset__", "__weakrefoffset__")
        if type.__dict__[name].__get__(cls) > 0 == type.__dict__[name].__get__(base)
    )


def _members(value: Any, base: type, text: Callable[[Any], str]) -> Members | None:
    if raw_objects.fields(value, 1)[0]:  # of a subclass, which tell more
        return None
    return members(value, base, text)


def _is_zone_info(zone: object) -> bool:
    module = sys.modules.get("zoneinfo")
    return type(module) is ModuleType and module.__dict__.get("ZoneInfo") is type(zone)


def _without_zone(value: Any, base: type) -> str:
    if base is datetime.time:
        read = raw_objects.class_dict(base)
        parts = (read[name].__get__(value) for name in ("hour", "minute", "second", "microsecond"))
        return datetime.time(*parts).isoformat()
    moment = datetime.datetime
    return moment.combine(moment.date(value), moment.time(value)).isoformat()


_TEXTS: dict[type, Callable[[Any], str]] = {
    datetime.datetime: datetime.datetime.isoformat,
    datetime.date: datetime.date.isoformat,
    datetime.time: datetime.time.isoformat,
    datetime.timedelta: datetime.timedelta.__str__,
}
BUILT_IN: dict[int, Reader] = {
    id(base): partial(_members, base=base, text=text) for base, text in _TEXTS.items()
}
"""By identity: a metaclass of the program may hash otherwise."""
