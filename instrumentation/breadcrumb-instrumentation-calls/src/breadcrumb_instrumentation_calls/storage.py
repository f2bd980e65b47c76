"""Reads types and instances from where the interpreter keeps them; no code of theirs runs.

`type.__dict__[...]` and the slots' own descriptors are called directly, so neither a metaclass nor a
property, `__getattr__` or `__getattribute__` is consulted.
"""

from __future__ import annotations

from itertools import islice
from types import FunctionType, GetSetDescriptorType, MappingProxyType, MemberDescriptorType
from typing import Any

_type_dict = type.__dict__["__dict__"].__get__
_type_mro = type.__dict__["__mro__"].__get__
_type_module = type.__dict__["__module__"].__get__
_type_qualname = type.__dict__["__qualname__"].__get__


def class_dict(cls: type) -> MappingProxyType[str, Any]:
    """The class's own namespace."""
    found: MappingProxyType[str, Any] = _type_dict(cls)
    return found


def mro(cls: type) -> tuple[type, ...]:
    """The method resolution order as it was computed."""
    found: tuple[type, ...] = _type_mro(cls)
    return found


def lookup(cls: type, name: str) -> Any:
    """What attribute look-up would find on the class, undescribed; None where there is nothing."""
    for base in mro(cls):
        namespace = class_dict(base)
        if name in namespace:
            return namespace[name]
    return None


def type_name(cls: type) -> str:
    """`module.qualname`; built-ins without their module."""
    module = _type_module(cls)
    qualname: str = _type_qualname(cls)
    if type(module) is not str or module == "builtins":
        return qualname
    return f"{module}.{qualname}"


def python_function(value: object) -> FunctionType | None:
    """The plain function under a class attribute (static and class methods unwrapped)."""
    kind = type(value)
    if kind is staticmethod:
        value = staticmethod.__dict__["__func__"].__get__(value)
    elif kind is classmethod:
        value = classmethod.__dict__["__func__"].__get__(value)
    return value if type(value) is FunctionType else None


def instance_dict(value: object) -> dict[Any, Any] | None:
    """The instance's own `__dict__`, or None."""
    for base in mro(type(value)):
        descriptor = class_dict(base).get("__dict__")
        if descriptor is None:
            continue
        if type(descriptor) is not GetSetDescriptorType:
            return None
        found = descriptor.__get__(value)
        return found if dict in mro(type(found)) else None
    return None


def slots(value: object) -> list[tuple[str, object]]:
    """The filled `__slots__` of an instance, base classes first, by name."""
    found = []
    for base in reversed(mro(type(value))):
        if base is object or not _is_python_class(base):
            continue
        for name, descriptor in class_dict(base).items():
            if type(descriptor) is MemberDescriptorType and not _is_dunder(name):
                try:
                    found.append((name, descriptor.__get__(value)))
                except AttributeError:
                    continue
    return found


def fields(value: object, most: int) -> tuple[list[tuple[object, object]], int]:
    """The first `most` fields of an instance as (name, value), and how many more there are."""
    found: list[tuple[object, object]] = list(slots(value))
    total = len(found)
    namespace = instance_dict(value)
    if namespace is not None:
        found += list(islice(dict.items(namespace), most))
        total += dict.__len__(namespace)
    return found[:most], max(0, total - most)


def _is_python_class(cls: type) -> bool:
    return bool(type.__dict__["__flags__"].__get__(cls) & _HEAP_TYPE)


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


_HEAP_TYPE = 1 << 9
