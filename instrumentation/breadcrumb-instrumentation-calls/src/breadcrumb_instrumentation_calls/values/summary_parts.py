"""What summaries of known types are made of: reads of storage, checked before they are believed."""

from __future__ import annotations

from types import GetSetDescriptorType, MemberDescriptorType
from typing import TYPE_CHECKING, Any, TypeAlias

from breadcrumb_instrumentation_calls.base import raw_objects

if TYPE_CHECKING:
    from collections.abc import Callable

Members: TypeAlias = "list[tuple[str, object]]"
"""Names and values to show; `@` stands before what is said about the value rather than kept in it."""

Reader: TypeAlias = "Callable[[Any], Members | None]"
"""Gives the members of a value of one exact type; None where it does not hold what the library puts there."""


def identity(value: object) -> tuple[str, object]:
    """The member that tells one object from another."""
    return "@id", f"{id(value):x}"


def kept(value: object) -> dict[Any, Any]:
    """The instance's own `__dict__`; empty where there is none."""
    found = raw_objects.instance_dict(value)
    return found if type(found) is dict else {}


def text(value: object) -> str | None:
    """The value, if it is an exact str, or exact bytes of Latin-1."""
    if type(value) is bytes:
        return value.decode("latin-1")
    return value if type(value) is str else None


def length(value: object) -> int | None:
    """The length of exact bytes, or of a list of them."""
    if type(value) is bytes:
        return len(value)
    if type(value) is list and all(type(part) is bytes for part in value):
        return sum(map(len, value))
    return None


def c_member(value: object, name: str) -> Any:
    """What an extension type's own descriptor reads; None where there is none, or nothing to read."""
    for base in raw_objects.mro(type(value)):
        descriptor = raw_objects.class_dict(base).get(name)
        if type(descriptor) is GetSetDescriptorType or type(descriptor) is MemberDescriptorType:
            try:
                return descriptor.__get__(value)
            except (AttributeError, ValueError):
                return None
    return None


def fields(*names: str) -> Reader:
    """Reads these fields, and shows those that there are, without their leading underscores."""

    def read(value: object) -> Members | None:
        held = kept(value)
        found: Members = [(name.lstrip("_"), held[name]) for name in names if name in held]
        return [identity(value), *found] if found else None

    return read
