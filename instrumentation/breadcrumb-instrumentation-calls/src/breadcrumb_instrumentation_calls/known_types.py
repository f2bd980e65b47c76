"""Short true summaries of well-known library types, by exact type.

A summary reads what the library's own C code or plain storage gives; it never calls into the traced program.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls import storage

if TYPE_CHECKING:
    from collections.abc import Callable

Members = list[tuple[str, object]]
Summary = "Callable[[Any], Members | None]"


def summary(value: object, cls: type) -> Members | None:
    """The members to show for a value of a known type (`@`-keys included), or None."""
    if _is_enum(cls):
        return _enum_member(value)
    known = _found.get(id(cls))
    if known is None:
        known = _find(cls)
    if known is _unknown:
        return None
    return known(value)


def _find(cls: type) -> Callable[[Any], Members | None]:
    """Look the type up by name, and make sure that it is the library's own."""
    module = storage.class_dict(cls).get("__module__")
    name = storage.type_name(cls)
    writer = _BY_NAME.get(name) if type(module) is str or module is None else None
    if writer is None or not _is_the_real_one(cls, name):
        return _unknown
    _found[id(cls)] = writer
    _kept.append(cls)
    return writer


def _is_the_real_one(cls: type, name: str) -> bool:
    module_name, _, attribute = name.rpartition(".")
    module = sys.modules.get(module_name or "builtins")
    for place in (module, sys.modules.get(module_name.partition(".")[0])):
        if type(place) is ModuleType and place.__dict__.get(attribute) is cls:
            return True
    return module_name in _PRIVATE_HOMES


def _is_enum(cls: type) -> bool:
    enum = sys.modules.get("enum")
    return enum is not None and enum.__dict__.get("EnumType") in storage.mro(type(cls))


def _enum_member(value: object) -> Members | None:
    namespace = storage.instance_dict(value)
    if namespace is None or "_name_" not in namespace:
        return None
    return [("name", dict.get(namespace, "_name_")), ("value", dict.get(namespace, "_value_"))]


def _unknown(_: object) -> None:
    """Stands for a type that has no summary."""


def _moment(value: Any) -> Members | None:
    """Dates and times; a time zone of the program's own making is left alone."""
    zone = getattr(value, "tzinfo", None)
    if zone is not None and storage.type_name(type(zone)) not in _KNOWN_ZONES:
        return None
    return [("@text", value.isoformat())]


def _text(value: Any) -> Members:
    return [("@text", str(value))]


def _range(value: range) -> Members:
    return [("start", value.start), ("stop", value.stop), ("step", value.step)]


def _complex(value: complex) -> Members:
    return [("@text", complex.__repr__(value))]


def _pattern(value: Any) -> Members:
    return [("pattern", value.pattern)]


def _array(value: Any) -> Members:
    return [("@shape", list(value.shape)), ("@dtype", str(value.dtype))]


_KNOWN_ZONES = frozenset(("datetime.timezone", "zoneinfo.ZoneInfo"))
_PRIVATE_HOMES = frozenset(("pathlib._local",))

_BY_NAME: dict[str, Callable[[Any], Members | None]] = {
    "datetime.datetime": _moment,
    "datetime.date": _moment,
    "datetime.time": _moment,
    "datetime.timedelta": _text,
    "datetime.timezone": _unknown,
    "decimal.Decimal": _text,
    "fractions.Fraction": _text,
    "uuid.UUID": _text,
    "pathlib.PosixPath": _text,
    "pathlib.PurePosixPath": _text,
    "pathlib.PureWindowsPath": _text,
    "pathlib._local.PosixPath": _text,
    "pathlib._local.PurePosixPath": _text,
    "pathlib._local.PureWindowsPath": _text,
    "ipaddress.IPv4Address": _text,
    "ipaddress.IPv6Address": _text,
    "re.Pattern": _pattern,
    "numpy.ndarray": _array,
    "range": _range,
    "slice": _range,
    "complex": _complex,
}

_found: dict[int, Callable[[Any], Members | None]] = {}
_kept: list[type] = []
