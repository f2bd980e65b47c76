"""How values of built-in types that JSON has no form for are written, and of their subclasses."""

from __future__ import annotations

import builtins
from collections import deque
from itertools import islice
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.json_text import quote, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from breadcrumb_instrumentation_calls.values.interfaces import Writer

DICTS = (dict, getattr(builtins, "frozendict", dict))
"""`frozendict` is a type of its own from 3.15 on."""


def _head(value: object) -> str:
    return f'"@": {quote(raw_objects.type_name(type(value)))}'


def _with_fields(writer: Writer, value: object, base: type, head: str, depth: int) -> str:
    """A subclass has its fields besides; the built-in type itself has none."""
    return "{" + head + "}" if type(value) is base else writer.fields(value, head, depth)


def _sequence(writer: Writer, value: Any, base: Any, depth: int) -> str:
    names = field_names(type(value)) if base is tuple else None
    if names is not None and len(names) == tuple.__len__(value):
        return _namedtuple(writer, value, names, depth)
    most = writer.limits.items
    items = list(islice(base.__iter__(value), most))
    pair = tuple(items) if base in (tuple, list) else ()
    written = writer.array(value, base.__len__(value), items, depth, pair=pair)
    return _with_fields(writer, value, base, f'{_head(value)}, "@items": {written}', depth)


def field_names(cls: type) -> tuple[str, ...] | None:
    """The names of a named tuple's fields; None where the class has none."""
    names = raw_objects.lookup(cls, "_fields")
    if type(names) is not tuple:
        return None
    return names if all(type(name) is str for name in names) else None


def named_tuple_head(cls: type, names: tuple[str, ...], most: int) -> str:
    """What stands before the items of a named tuple."""
    fields = ", ".join(quote(shown(name)) for name in names[:most])
    return f'"@": {quote(raw_objects.type_name(cls))}, "@fields": [{fields}], "@items": '


def _namedtuple(writer: Writer, value: Any, names: tuple[str, ...], depth: int) -> str:
    """Items, each hidden where its field's name is a secret's, and the names of the fields."""

    def item(named: tuple[str, object]) -> str:
        return writer.named(writer.text.name_rule(named[0]), named[1], depth)

    items = writer.array_of(value, len(names), zip(names, tuple.__iter__(value), strict=True), depth, item)
    return writer.fields(value, named_tuple_head(type(value), names, writer.limits.items) + items, depth)


def _pairs(writer: Writer, value: Any, base: type, depth: int) -> str:
    written = writer.pairs(value, base, depth)
    return _with_fields(writer, value, base, f'{_head(value)}, "@pairs": {written}', depth)


def _text_subclass(writer: Writer, value: Any, base: Any, depth: int) -> str:
    plain = base.__getitem__(value, slice(None))
    written = writer.string(plain) if base is str else writer.binary(plain)
    if written.startswith('{"@redacted"'):
        return written
    return writer.fields(value, f'{_head(value)}, "@text": {written}', depth)


def _number_subclass(writer: Writer, value: Any, base: Any, depth: int) -> str:
    if base is float:
        text = f'"@text": "{float.__repr__(value)}"'
    else:
        text = writer.int_members(int.__int__(value))
        if text.startswith('"@redacted"'):
            return "{" + text + "}"
    return writer.fields(value, f"{_head(value)}, {text}", depth)


def _exception(writer: Writer, value: Any, _base: type, depth: int) -> str:
    args = BaseException.__dict__["args"].__get__(value)
    written = writer.array(value, len(args), args, depth)
    return writer.fields(value, f'{_head(value)}, "@id": "{id(value):x}", "@args": {written}', depth)


def _function(_writer: Writer, value: Any, _base: type, _depth: int) -> str:
    return f'{{{_head(value)}, "@name": {quote(_callable_name(value))}}}'


def _callable_name(value: Any) -> str:
    if type(value) is MethodType:
        value = MethodType.__dict__["__func__"].__get__(value)
    if type(value) is FunctionType:
        return raw_objects.function_name(value)
    return raw_objects.c_function_name(value) if type(value) is BuiltinFunctionType else "?"


def _class(_writer: Writer, value: Any, _base: type, _depth: int) -> str:
    return f'{{"@": "type", "@name": {quote(raw_objects.type_name(value))}}}'


def _module(_writer: Writer, value: Any, _base: type, _depth: int) -> str:
    name = dict.get(raw_objects.instance_dict(value) or {}, "__name__")
    return f'{{"@": "module", "@name": {quote(shown(name) if type(name) is str else "?")}}}'


SPECIAL_TYPES: dict[int, Callable[[Writer, Any, Any, int], str]] = {
    **dict.fromkeys(map(id, (list, tuple, set, frozenset, deque)), _sequence),
    **dict.fromkeys(map(id, (str, bytes, bytearray)), _text_subclass),
    **dict.fromkeys(map(id, (int, float)), _number_subclass),
    **dict.fromkeys(map(id, (FunctionType, BuiltinFunctionType, MethodType)), _function),
    **dict.fromkeys(map(id, DICTS), _pairs),
    id(BaseException): _exception,
    id(type): _class,
    id(ModuleType): _module,
}
"""By the identity of the first base class that is listed here."""
