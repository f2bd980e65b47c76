"""Short true summaries of well-known types, by exact type.

A summary reads what the library's own C code or plain storage gives; it never calls into the traced program,
unless the program asked for it with `summarize`.
"""

from __future__ import annotations

import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.originals import sys
from breadcrumb_instrumentation_calls.values import library_types, moments, system_types

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.values.summary_parts import Members, Reader


def summary(value: object, cls: type) -> Members | None:
    """The members to show for a value of a known type (`@`-keys included), or None."""
    known = _found.get(id(cls))
    if known is None:
        if is_enum(cls):
            return _enum_member(value)
        known = _find(cls)
    return known(value)


def may_know(cls: type) -> bool:
    """Whether values of this class may have a summary."""
    if id(cls) in _found or raw_objects.type_name(cls) in _BY_NAME:
        return True
    return not is_enum(cls) and moments.reader_of(cls) is not None


def is_suspendable(cls: type) -> bool:
    """Whether values of this class are generators or coroutines, which nobody wants shown otherwise."""
    is_one = any(cls is each for each in system_types.SUSPENDABLE)  # its metaclass may hash otherwise
    return is_one and _found[id(cls)] is system_types.BUILT_IN[id(cls)]


def add(cls: type, reader: Reader) -> None:
    """Have values of a class summarized by `reader`."""
    _kept.append(cls)
    _found[id(cls)] = reader


def _find(cls: type) -> Reader:
    """Look the type up by name, and make sure that it is the library's own."""
    name = raw_objects.type_name(cls)
    reader = _BY_NAME.get(name)
    if reader is None or not _is_the_real_one(cls, name):
        return moments.reader_of(cls) or _unknown
    add(cls, reader)
    return reader


def _is_the_real_one(cls: type, name: str) -> bool:
    module_name, _, attribute = name.rpartition(".")
    module = sys.modules.get(module_name or "builtins")
    for place in (module, sys.modules.get(module_name.partition(".")[0])):
        if type(place) is ModuleType and place.__dict__.get(attribute) is cls:
            return True
    return module_name in _PRIVATE_HOMES


def is_enum(cls: type) -> bool:
    """Whether the class is an enumeration."""
    enum = sys.modules.get("enum")
    enum_type = enum.__dict__.get("EnumType") if type(enum) is ModuleType else None
    return enum_type is not None and raw_objects.inherits(type(cls), enum_type)


def _enum_member(value: object) -> Members | None:
    namespace = raw_objects.instance_dict(value)
    if namespace is None or "_name_" not in namespace:
        return None
    return [("name", dict.get(namespace, "_name_")), ("value", dict.get(namespace, "_value_"))]


def _unknown(_: object) -> None:
    """Stands for a type that has no summary."""


def _moment(value: Any) -> Members:
    """pandas' own, a `datetime` that knows nanoseconds."""
    return moments.members(value, datetime.datetime, type(value).isoformat)


def _text(value: Any) -> Members:
    return [("@text", str(value))]


def _text_of(*slots: str) -> Reader:
    """As `_text`, for types written in Python: these slots must hold what the library itself puts there."""
    descriptors: dict[type, list[Any]] = {}

    def text(value: Any) -> Members | None:
        cls = type(value)
        if cls not in descriptors:
            descriptors[cls] = [found for name, found in raw_objects.slot_descriptors(cls) if name in slots]
        try:
            held = [descriptor.__get__(value) for descriptor in descriptors[cls]]
        except AttributeError:
            return None
        return _text(value) if len(held) == len(slots) and all(map(_is_exact, held)) else None

    return text


def _is_exact(value: Any) -> bool:
    if type(value) is list:
        return all(type(item) is str for item in value)
    return value is None or type(value) is int or type(value) is str


def _range(value: range) -> Members:
    return [("start", value.start), ("stop", value.stop), ("step", value.step)]


def _complex(value: complex) -> Members:
    return [("@text", complex.__repr__(value))]


def _pattern(value: Any) -> Members:
    return [("pattern", value.pattern)]


_PRIVATE_HOMES = frozenset(("pathlib._local",))
_path = _text_of("_raw_paths") if sys.version_info >= (3, 12) else _text_of("_drv", "_root", "_parts")

_BY_NAME: dict[str, Reader] = {
    "datetime.timezone": _text,
    "pandas.Timestamp": _moment,
    "pandas.Timedelta": _text,
    "pandas._libs.tslibs.timestamps.Timestamp": _moment,
    "pandas._libs.tslibs.timedeltas.Timedelta": _text,
    "decimal.Decimal": _text,
    "fractions.Fraction": _text_of("_numerator", "_denominator"),
    "uuid.UUID": _text_of("int"),
    "pathlib.PosixPath": _path,
    "pathlib.PurePosixPath": _path,
    "pathlib.PureWindowsPath": _path,
    "pathlib._local.PosixPath": _path,
    "pathlib._local.PurePosixPath": _path,
    "pathlib._local.PureWindowsPath": _path,
    "ipaddress.IPv4Address": _text_of("_ip"),
    "ipaddress.IPv6Address": _text_of("_ip", "_scope_id"),
    "re.Pattern": _pattern,
    "range": _range,
    "slice": _range,
    "complex": _complex,
    **library_types.READERS,
    **system_types.READERS,
}

_found: dict[int, Reader] = {**system_types.BUILT_IN, **moments.BUILT_IN}
_kept: list[type] = []
