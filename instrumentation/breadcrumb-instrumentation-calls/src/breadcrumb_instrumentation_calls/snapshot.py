"""Writes a bounded, redacted picture of values as JSON text; no code of the traced program runs.

The format is docs/values.md: plain JSON where JSON can say it, else an object whose structural keys start
with `@`. Types are told by identity (`type(v) is str`), contents read through the built-in types' own methods.
"""

from __future__ import annotations

from collections import deque
from itertools import islice
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    MethodType,
    ModuleType,
)
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls import known_types, storage
from breadcrumb_instrumentation_calls.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from breadcrumb_instrumentation_calls.code_info import CodeInfo
    from breadcrumb_instrumentation_calls.limits import Limits
    from breadcrumb_instrumentation_calls.text import TextWriter

_INT64 = range(-(2**63), 2**63)
_LONGEST_DECIMAL = 4096  # bits; a longer one is spelled in hexadecimal, whose cost is linear
_CARD_NUMBERS = range(10**11, 10**19)


class Snapshot:
    """Turns arguments, returns and other values into JSON text within the limits."""

    def __init__(self, limits: Limits, text: TextWriter) -> None:
        self._limits = limits
        self._text = text

    def arguments(self, info: CodeInfo, read: Callable[[str], object]) -> str:
        """One object with every parameter under its own name; `read` gives a parameter's value, or raises KeyError."""
        writer = _Writer(self._limits, self._text, "args")
        parts = []
        for name in info.names:
            try:
                value = read(name)
            except KeyError:
                continue
            parts.append(f"{quote(name)}: {writer.named(info.secrets.get(name), value)}")
        if info.varargs is not None:
            parts.append(f"{quote(info.varargs)}: {writer.named(info.secrets.get(info.varargs), read(info.varargs), plain=list)}")
        if info.varkeywords is not None:
            value = read(info.varkeywords)
            parts.append(f"{quote(info.varkeywords)}: {writer.named(info.secrets.get(info.varkeywords), value)}")
        return "{" + ", ".join(parts) + "}"

    def value(self, value: object, place: str) -> str:
        """One value; `place` is where an audit counts what was redacted."""
        return _Writer(self._limits, self._text, place).value(value, 0)

    def text(self, text: str, place: str) -> str:
        """A string that stays a JSON string, its secrets replaced and its end cut inside the text."""
        return self._text.inline(text, self._limits.string, place)


class _Writer:
    """One snapshot in the making: what room is left, and which containers are open."""

    __slots__ = ("_inside_instance", "_left", "_limits", "_path", "_place", "_text")

    def __init__(self, limits: Limits, text: TextWriter, place: str) -> None:
        self._limits = limits
        self._text = text
        self._place = place
        self._left = limits.total
        self._path: list[int] = []
        self._inside_instance = False

    def named(self, rule: str | None, value: object, plain: type | None = None) -> str:
        """A value under a name; a name that holds secrets hides all but None, booleans and empty text."""
        if rule is not None and not _says_nothing(value):
            return self._text.redacted(rule, self._place)
        if plain is list and type(value) is tuple:
            return self._array(value, tuple.__len__(value), tuple.__iter__(value), 0, value)
        return self.value(value, 0)

    def value(self, value: object, depth: int) -> str:
        cls = type(value)
        writer = _SCALARS.get(id(cls))
        written = writer(self, value) if writer is not None else self._compound(value, cls, depth)
        self._left -= len(written) if writer is not None else 2
        return written

    # -- scalars -------------------------------------------------------------------------------------

    def _int(self, value: int) -> str:
        if value in _INT64:
            if value in _CARD_NUMBERS:
                return self._digits(value)
            return int.__repr__(value)
        return f'{{"@": "int", {_big_int(value)}}}'

    def _digits(self, value: int) -> str:
        text = int.__repr__(value)
        written = self._text.plain(text, self._limits.string, self._place)
        return text if written == quote(text) else written

    def _float(self, value: float) -> str:
        text = float.__repr__(value)
        return text if text[-1] not in "fn" else f'{{"@": "float", "@text": "{text}"}}'

    def _str(self, value: str) -> str:
        return self._text.plain(value, min(self._limits.string, max(self._left, 16)), self._place)

    def _bytes(self, value: bytes | bytearray) -> str:
        kind = type(value).__name__
        length = len(value)
        most = min(self._limits.string, max(self._left, 16))
        head = self._text.bytes_head(bytes(value[: most + self._text.lookahead]), most, length, self._place)
        return head if head.startswith('{"@redacted"') else f'{{"@": "{kind}", "@length": {length}, "@head": {head}}}'

    # -- everything else -----------------------------------------------------------------------------

    def _compound(self, value: object, cls: type, depth: int) -> str:
        if id(value) in self._path:
            return f'{{"@up": {len(self._path) - self._path.index(id(value))}}}'
        known = known_types.summary(value, cls)
        if known is not None:
            return self._summary(cls, known, depth)
        if cls is list:
            return self._array(value, list.__len__(value), list.__iter__(value), depth, value)  # type: ignore[arg-type]
        if cls is dict:
            return self._mapping(value, depth)  # type: ignore[arg-type]
        for base in storage.mro(cls):
            container = _CONTAINERS.get(id(base))
            if container is not None:
                return container(self, value, cls, base, depth)
        return self._instance(value, cls, depth)

    def _summary(self, cls: type, members: Iterable[tuple[str, object]], depth: int) -> str:
        parts = [f'"@": {quote(storage.type_name(cls))}']
        parts += [f"{quote(name)}: {self.value(member, depth + 1)}" for name, member in members]
        return "{" + ", ".join(parts) + "}"

    def _array(self, owner: object, length: int, items: Iterable[object], depth: int, pair: object = None) -> str:
        most = self._limits.items
        if depth >= self._limits.depth or self._left <= 0:
            return f'[{{"@more": {length}}}]' if length else "[]"
        if length == 2 and pair is not None and (secret := self._secret_pair(pair)) is not None:
            return secret
        self._path.append(id(owner))
        parts = []
        try:
            for item in list(islice(items, most)):
                if self._left <= 0:
                    break
                parts.append(self.value(item, depth + 1))
        finally:
            self._path.pop()
        if length > len(parts):
            parts.append(f'{{"@more": {length - len(parts)}}}')
        return "[" + ", ".join(parts) + "]"

    def _secret_pair(self, pair: object) -> str | None:
        """A header or field as (name, value): the value of a secret name is hidden."""
        if type(pair) is tuple:
            name, value = pair
        elif type(pair) is list:
            try:
                name, value = list.__getitem__(pair, slice(0, 2))
            except ValueError:
                return None
        else:
            return None
        rule = self._text.name_rule(name)
        if rule is None or type(value) not in (str, bytes) or not value:
            return None
        return f"[{self.value(name, self._limits.depth)}, {self._text.redacted(rule, self._place)}]"

    def _mapping(self, value: dict[object, object], depth: int) -> str:
        items = list(islice(dict.items(value), self._limits.items))
        if all(type(key) is str and self._text.is_valid_key(key) for key, _ in items):
            return self._object(value, items, dict.__len__(value), depth, "")
        return f'{{"@": "dict", "@pairs": {self._pairs(value, items, depth)}}}'

    def _object(
        self, owner: object, items: list[tuple[object, object]], length: int, depth: int, head: str
    ) -> str:
        """An object of (name, value); `head` holds structural members written before."""
        if length and (depth >= self._limits.depth or self._left <= 0):
            return f'{{{head}{", " if head else ""}"@more": {length}}}'
        parts = [head] if head else []
        keys: set[str] = set()
        self._path.append(id(owner))
        shown = 0
        try:
            for name, member in items:
                if self._left <= 0:
                    break
                shown += 1
                key = self._text.key(name)
                if key in keys:
                    continue
                keys.add(key)
                parts.append(f"{key}: {self._member(name, member, depth)}")
        finally:
            self._path.pop()
        if length > shown:
            parts.append(f'"@more": {length - shown}')
        return "{" + ", ".join(parts) + "}"

    def _member(self, name: object, value: object, depth: int) -> str:
        rule = self._text.name_rule(name)
        if rule is not None and not _says_nothing(value):
            return self._text.redacted(rule, self._place)
        return self.value(value, depth + 1)

    def _pairs(self, owner: dict[object, object], items: list[tuple[object, object]], depth: int) -> str:
        length = dict.__len__(owner)
        if depth >= self._limits.depth or self._left <= 0:
            return f'[{{"@more": {length}}}]' if length else "[]"
        self._path.append(id(owner))
        parts = []
        try:
            for key, value in items:
                if self._left <= 0:
                    break
                parts.append(f"[{self.value(key, depth + 1)}, {self._member(key, value, depth)}]")
        finally:
            self._path.pop()
        if length > len(parts):
            parts.append(f'{{"@more": {length - len(parts)}}}')
        return "[" + ", ".join(parts) + "]"

    def _sequence(self, value: object, cls: type, base: type, depth: int) -> str:
        names = _namedtuple_fields(cls, value) if base is tuple else None
        length = base.__len__(value)  # type: ignore[attr-defined]
        if names is not None:
            return self._namedtuple(value, cls, names, depth)
        items = self._array(value, length, list(islice(base.__iter__(value), self._limits.items)), depth, value)  # type: ignore[attr-defined]
        return self._container(value, cls, base, f'"@items": {items}', depth)

    def _namedtuple(self, value: object, cls: type, names: tuple[str, ...], depth: int) -> str:
        items = [
            self._member(name, item, depth)
            for name, item in list(islice(zip(names, tuple.__iter__(value), strict=False), self._limits.items))  # type: ignore[arg-type]
        ]
        if len(names) > len(items):
            items.append(f'{{"@more": {len(names) - len(items)}}}')
        shown = ", ".join(quote(name) for name in names)
        return f'{{"@": {quote(storage.type_name(cls))}, "@fields": [{shown}], "@items": [{", ".join(items)}]}}'

    def _dict_subclass(self, value: object, cls: type, _: type, depth: int) -> str:
        items = list(islice(dict.items(value), self._limits.items))  # type: ignore[arg-type]
        return self._container(value, cls, dict, f'"@pairs": {self._pairs(value, items, depth)}', depth)  # type: ignore[arg-type]

    def _container(self, value: object, cls: type, base: type, contents: str, depth: int) -> str:
        """A container that JSON has no form for: type and contents, and the fields of a subclass."""
        head = f'"@": {quote(storage.type_name(cls))}, {contents}'
        if cls is base:
            return "{" + head + "}"
        return self._fields(value, head, depth)

    def _text_subclass(self, value: object, cls: type, base: type, depth: int) -> str:
        plain = base.__getitem__(value, slice(None))  # type: ignore[attr-defined]
        written = self._str(plain) if base is str else self._bytes(plain)
        if written.startswith('{"@redacted"'):
            return written
        return self._fields(value, f'"@": {quote(storage.type_name(cls))}, "@text": {written}', depth)

    def _number_subclass(self, value: object, cls: type, base: type, depth: int) -> str:
        if base is int:
            plain = int.__int__(value)  # type: ignore[arg-type]
            text = f'"@text": "{int.__repr__(plain)}"' if plain in _INT64 else _big_int(plain)
        else:
            text = f'"@text": "{base.__repr__(value)}"'
        return self._fields(value, f'"@": {quote(storage.type_name(cls))}, {text}', depth)

    def _exception(self, value: object, cls: type, _: type, depth: int) -> str:
        args = BaseException.__dict__["args"].__get__(value)
        written = self._array(value, tuple.__len__(args), tuple.__iter__(args), depth)
        head = f'"@": {quote(storage.type_name(cls))}, "@id": "{id(value):x}", "@args": {written}'
        return self._fields(value, head, depth)

    def _function(self, value: object, cls: type, _: type, depth: int) -> str:
        return f'{{"@": {quote(cls.__name__)}, "@name": {quote(_callable_name(value))}}}'

    def _class(self, value: object, cls: type, _: type, depth: int) -> str:
        return f'{{"@": "type", "@name": {quote(storage.type_name(value))}}}'  # type: ignore[arg-type]

    def _module(self, value: object, cls: type, _: type, depth: int) -> str:
        name = ModuleType.__dict__["__dict__"].__get__(value).get("__name__")
        return f'{{"@": "module", "@name": {quote(name if type(name) is str else "?")}}}'

    def _instance(self, value: object, cls: type, depth: int) -> str:
        return self._fields(value, f'"@": {quote(storage.type_name(cls))}, "@id": "{id(value):x}"', depth)

    def _fields(self, value: object, head: str, depth: int) -> str:
        if self._inside_instance:
            return "{" + head + "}"
        found, more = storage.fields(value, self._limits.items)
        self._inside_instance = True
        try:
            return self._object(value, found, len(found) + more, depth, head)
        finally:
            self._inside_instance = False


def _says_nothing(value: object) -> bool:
    """Whether a value under a secret's name gives nothing away."""
    return value is None or value is True or value is False or (type(value) in (str, bytes) and not value)


def _big_int(value: int) -> str:
    bits = int.bit_length(value)
    if bits <= _LONGEST_DECIMAL:
        return f'"@text": "{int.__repr__(value)}"'
    shift = bits - 64
    sign = "-" if value < 0 else ""
    return f'"@head": "{sign}0x{(abs(value) >> shift):x}", "@bits": {bits}'


def _namedtuple_fields(cls: type, value: object) -> tuple[str, ...] | None:
    names = storage.lookup(cls, "_fields")
    if type(names) is not tuple or tuple.__len__(names) != tuple.__len__(value):  # type: ignore[arg-type]
        return None
    return names if all(type(name) is str for name in names) else None


def _callable_name(value: object) -> str:
    if type(value) is MethodType:
        value = MethodType.__dict__["__func__"].__get__(value)
    if type(value) is FunctionType:
        module = value.__globals__.get("__name__")
        return f"{module}.{value.__qualname__}" if type(module) is str else value.__qualname__
    if type(value) is BuiltinFunctionType:
        return value.__qualname__
    if type(value) is CodeType:
        return value.co_qualname
    return "?"


_SCALARS: dict[int, Callable[[_Writer, object], str]] = {
    id(type(None)): lambda _writer, _value: "null",
    id(bool): lambda _writer, value: "true" if value is True else "false",
    id(int): _Writer._int,  # type: ignore[dict-item]
    id(float): _Writer._float,  # type: ignore[dict-item]
    id(str): _Writer._str,  # type: ignore[dict-item]
    id(bytes): _Writer._bytes,  # type: ignore[dict-item]
    id(bytearray): _Writer._bytes,  # type: ignore[dict-item]
}

_CONTAINERS: dict[int, Callable[[_Writer, object, type, type, int], str]] = {
    **dict.fromkeys(map(id, (list, tuple, set, frozenset, deque)), _Writer._sequence),
    **dict.fromkeys(map(id, (str, bytes, bytearray)), _Writer._text_subclass),
    **dict.fromkeys(map(id, (int, float)), _Writer._number_subclass),
    **dict.fromkeys(map(id, (FunctionType, BuiltinFunctionType, MethodType)), _Writer._function),
    id(dict): _Writer._dict_subclass,
    id(BaseException): _Writer._exception,
    id(type): _Writer._class,
    id(ModuleType): _Writer._module,
}
