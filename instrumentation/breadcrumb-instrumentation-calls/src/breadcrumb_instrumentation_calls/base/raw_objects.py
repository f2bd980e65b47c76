"""Reads types and instances from where the interpreter keeps them; no code of theirs runs.

`type.__dict__[...]` and the slots' own descriptors are called directly, so neither a metaclass nor a
property, `__getattr__` or `__getattribute__` is consulted.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from functools import lru_cache, partial
from itertools import islice
from types import FunctionType, GetSetDescriptorType, MappingProxyType, MemberDescriptorType, ModuleType
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base.json_text import shown, spell_surrogates
from breadcrumb_instrumentation_calls.base.originals import sys

if TYPE_CHECKING:
    from collections.abc import Iterator

_type_dict = type.__dict__["__dict__"].__get__
_type_mro = type.__dict__["__mro__"].__get__
_type_module = type.__dict__["__module__"].__get__
_type_qualname = type.__dict__["__qualname__"].__get__
_type_base = type.__dict__["__base__"].__get__
_type_dict_offset = type.__dict__["__dictoffset__"].__get__
_type_size = type.__dict__["__basicsize__"].__get__
_OBJECT_SIZE = _type_size(object)


class _Plain:
    """A class whose `__dict__` the interpreter reads."""


_PLAIN_DICT: Any = _type_dict(_Plain)["__dict__"]
_EXTENDED = (
    BaseException,
    FunctionType,
    staticmethod,
    classmethod,
    OrderedDict,
    io.IOBase.__base__,
)
_HOLDERS = frozenset(map(id, (*_EXTENDED, partial, type(lru_cache(int)))))
"""Built-in types with a `__dict__` getter of their own, which reads the instance and nothing else; `AST` is
one too, where the program has it."""


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


def inherits(cls: type, base: type) -> bool:
    """Whether `base` is among the bases; `in` on the MRO would ask metaclasses for equality."""
    return type.__subclasscheck__(base, cls)


def type_module(cls: type) -> str:
    """The module that a class names; empty where it names none."""
    try:
        module = _type_module(cls)
    except AttributeError:
        return ""
    return shown(module) if type(module) is str else ""


def type_qualname(cls: type) -> str:
    """The qualified name of a class."""
    return plain_text(_type_qualname(cls))


def type_name(cls: type) -> str:
    """`module.qualname`; built-ins without their module."""
    qualname = _type_qualname(cls)
    return _full_name(type_module(cls), qualname if type(qualname) is str else plain_text(qualname))


@lru_cache(1024)
def _full_name(module: str, qualname: str) -> str:
    qualname = shown(qualname)
    return qualname if module in ("", "builtins") else f"{module}.{qualname}"


def function_name(function: FunctionType) -> str:
    """`module.qualname` of a Python function."""
    module = dict.get(function.__globals__, "__name__")
    qualname = plain_text(function.__qualname__)
    return f"{shown(module)}.{shown(qualname)}" if type(module) is str else shown(qualname)


def c_function_name(function: Any) -> str:
    """`round`, `math.sqrt`, `list.append` of a built-in function or a bound C method."""
    owner = function.__self__
    if owner is None or type(owner) is ModuleType:
        module = function.__module__
        is_plain = type(module) is not str or module == "builtins"
        return str(function.__name__) if is_plain else f"{spell_surrogates(module)}.{function.__name__}"
    holder = owner if inherits(type(owner), type) else type(owner)
    return f"{type_name(holder)}.{function.__name__}"


def plain_text(value: str) -> str:
    """A str or an instance of a subclass as an exact str without lone surrogates."""
    return spell_surrogates(str.__getitem__(value, slice(None)))


def python_function(value: object) -> FunctionType | None:
    """The plain function under a class attribute (static and class methods unwrapped)."""
    kind = type(value)
    if kind is staticmethod:
        value = staticmethod.__dict__["__func__"].__get__(value)
    elif kind is classmethod:
        value = classmethod.__dict__["__func__"].__get__(value)
    return value if type(value) is FunctionType else None


def instance_dict(value: object) -> dict[Any, Any] | None:
    """The instance's own `__dict__`, or None; a C type's own getter may run anything, and is left alone."""
    descriptor = dict_descriptor(type(value))
    if descriptor is None or not _reads_storage(descriptor, type(value)):
        return None
    found = descriptor.__get__(value)
    return found if inherits(type(found), dict) else None


def dict_descriptor(cls: type) -> Any:
    """What reads the `__dict__` of the class's instances, or None."""
    for base in mro(cls):
        descriptor: Any = class_dict(base).get("__dict__")
        kind = type(descriptor)
        if (kind is GetSetDescriptorType or kind is MemberDescriptorType) and _belongs(descriptor, cls):
            return descriptor
    return None


def slots(value: object) -> list[tuple[str, object]]:
    """The filled `__slots__` of an instance, base classes first, by name."""
    found = []
    for name, descriptor in slot_descriptors(type(value)):
        try:
            found.append((name, descriptor.__get__(value)))
        except AttributeError:
            continue
    return found


def slot_descriptors(cls: type) -> Iterator[tuple[str, Any]]:
    """The `__slots__` of a class, base classes first, by name."""
    if _type_size(cls) == _OBJECT_SIZE:  # no room for one: to look through the classes takes long
        return
    for base in reversed(mro(cls)):
        if base is object or not _is_python_class(base) or not _adds_room(base):
            continue
        for name, descriptor in _type_dict(base).items():
            if type(descriptor) is not MemberDescriptorType:  # nearly all: no call for these
                continue
            if type(name) is not str or not _belongs(descriptor, cls):
                continue
            if not _is_internal(name) or _holds_fields(cls, name):
                yield name, descriptor


def fields(value: object, most: int) -> tuple[list[tuple[object, object]], int]:
    """The first `most` fields of an instance as (name, value), and how many more there are."""
    found: list[tuple[object, object]] = list(slots(value))
    total = len(found)
    namespace = instance_dict(value)
    if namespace is not None:
        found += list(islice(dict.items(namespace), most))
        total += dict.__len__(namespace)
    return found[:most], max(0, total - most)


def _reads_storage(descriptor: Any, cls: type) -> bool:
    """Whether a descriptor of `__dict__` is the interpreter's own for instances of the class."""
    if type(descriptor) is MemberDescriptorType or _is_holder(descriptor.__objclass__):
        return True
    if descriptor.__doc__ != _PLAIN_DICT.__doc__:
        return False
    base: type | None = cls
    while base is not None and _type_dict_offset(base) >= 0:  # below zero: made by a class statement
        if _type_dict_offset(base) and not _is_python_class(base):
            # the interpreter's own getter asks this one
            asked = dict_descriptor(base)
            return asked is not None and _is_holder(asked.__objclass__)
        base = _type_base(base)
    return True


def _is_holder(cls: type) -> bool:
    return id(cls) in _HOLDERS or (_type_qualname(cls) == "AST" and cls is _node_type())


def _node_type() -> object:
    """`ast.AST`; to import it takes longer than most of ours."""
    module = dict.get(sys.modules, "_ast")
    return vars(module).get("AST") if type(module) is ModuleType else None


def _adds_room(cls: type) -> bool:
    """Whether instances are larger than those of the class below: else it has no slots of its own."""
    return bool(_type_size(cls) != _type_size(_type_base(cls)))


def _is_python_class(cls: type) -> bool:
    return bool(type.__dict__["__flags__"].__get__(cls) & _HEAP_TYPE)


def _is_internal(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _holds_fields(cls: type, name: str) -> bool:
    """Whether a pydantic model's class says that there are fields in a slot named as internal ones are."""
    if name == "__pydantic_private__":
        private = lookup(cls, "__private_attributes__")
        return type(private) is dict and len(private) > 0
    config = lookup(cls, "model_config") if name == "__pydantic_extra__" else None
    return type(config) is dict and dict.get(config, "extra") == "allow"


def _belongs(descriptor: Any, cls: type) -> bool:
    return inherits(cls, descriptor.__objclass__)


_HEAP_TYPE = 1 << 9
