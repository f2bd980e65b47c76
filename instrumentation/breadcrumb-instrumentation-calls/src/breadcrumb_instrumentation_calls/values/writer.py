"""Writes one value after another as JSON text.

The format is docs/values.md: plain JSON where JSON can say it, else an object whose structural keys start
with `@`. Types are told by identity, contents read through the built-in types' own methods: neither
`__repr__`, a property, `__getattr__`, `__eq__` nor `__hash__` of the traced program is called.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from breadcrumb_redaction import is_command

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.json_text import VALUE_KEYS, hides, is_valid, quote
from breadcrumb_instrumentation_calls.values import registry
from breadcrumb_instrumentation_calls.values.builtin_types import SPECIAL_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from breadcrumb_instrumentation_calls.base.json_text import TextWriter
    from breadcrumb_instrumentation_calls.base.limits import Limits

_LEAST_STRING = 16
"""Characters of a string that are kept even when the total is used up."""
_SPELLED_BITS = 2000
"""Longer ints are told by their head: spelling them takes the square of their length or is forbidden."""


class ValueWriter:
    """One snapshot in the making: what room is left, and which containers are open."""

    __slots__ = ("_inside_instance", "_left", "_path", "_place", "_tells_apart", "limits", "text")

    def __init__(
        self,
        limits: Limits,
        text: TextWriter,
        place: str,
        left: int | None = None,
        path: list[int] | None = None,
        inside_instance: bool = False,
    ) -> None:
        self.limits = limits
        self.text = text
        self._place = place
        self._left = limits.total if left is None else left
        self._path = [] if path is None else path
        self._inside_instance = inside_instance
        self._tells_apart = False

    def value(self, value: object, depth: int) -> str:
        """Any value; `depth` counts the containers around it."""
        write = _SCALARS.get(id(type(value)))
        before = self._left - 2
        written = write(self, value) if write is not None else self._compound(value, type(value), depth)
        self._left = before - len(written)
        return written

    def named(self, rule: str | None, value: object, depth: int = -1) -> str:
        """A value under a name; a name that holds secrets hides all but None, booleans and empty text."""
        if hides(rule, value):
            return self.text.redacted(str(rule), self._place)
        self._tells_apart = rule is self.text.tells_apart and type(value) is str
        written = self.value(value, depth + 1)
        self._tells_apart = False
        return written

    def varargs(self, rule: str | None, value: Any) -> str:
        """The tuple of `*args`, as an array."""
        if value and hides(rule, value):
            return self.text.redacted(str(rule), self._place)
        return self._words(value, len(value), value, 0)

    # -- scalars -------------------------------------------------------------------------------------

    def integer(self, value: int) -> str:
        """An int; one that looks like a card number is searched as text."""
        if -(2**63) <= value < 2**63:
            text = int.__repr__(value)
            return self._digits(text, text) if 12 <= len(text) <= 19 else text
        return f'{{"@": "int", {big_int(value)}}}'

    def int_members(self, value: int) -> str:
        """The members that spell an int of a subclass."""
        if not -(2**63) <= value < 2**63:
            return big_int(value)
        text = int.__repr__(value)
        written = self._digits(text, quote(text))
        return written[1:-1] if written.startswith("{") else f'"@text": {written}'

    def _digits(self, text: str, harmless: str) -> str:
        written = self.text.plain(text, len(text), self._place)
        return harmless if written == quote(text) else written

    def floating(self, value: float) -> str:
        """A float; infinities and NaN are text."""
        text = float.__repr__(value)
        return text if text[-1] not in "fn" else f'{{"@": "float", "@text": "{text}"}}'

    def string(self, value: str) -> str:
        """An exact str."""
        most = min(self.limits.string, max(self._left, _LEAST_STRING))
        write = self.text.identifier if self._tells_apart else self.text.plain
        return write(value, most, self._place)

    def binary(self, value: bytes | bytearray) -> str:
        """Exact bytes or bytearray: length and head."""
        most = min(self.limits.string, max(self._left, _LEAST_STRING))
        length = len(value)
        head = self.text.bytes_head(bytes(value[:most]), length, self._place)
        if head.startswith('{"@redacted"'):
            return head
        return f'{{"@": "{type(value).__name__}", "@length": {length}, "@head": {head}}}'

    # -- compounds -----------------------------------------------------------------------------------

    def _compound(self, value: Any, cls: type, depth: int) -> str:
        if id(value) in self._path:
            return f'{{"@up": {len(self._path) - self._path.index(id(value))}}}'
        if cls is dict:
            return self._dict(value, depth)
        if cls is list:
            return self.array(value, len(value), value, depth, pair=value)
        known = registry.summary(value, cls)
        if known is not None:
            return self._summary(cls, known, depth)
        for base in raw_objects.mro(cls):
            special = SPECIAL_TYPES.get(id(base))
            if special is not None:
                return special(self, value, base, depth)
        return self.fields(value, f'"@": {type_name(cls)}, "@id": "{id(value):x}"', depth)

    def _summary(self, cls: type, members: Iterable[tuple[str, object]], depth: int) -> str:
        parts = [f'"@": {type_name(cls)}']
        parts += [f"{quote(name)}: {self.value(member, depth + 1)}" for name, member in members]
        return "{" + ", ".join(parts) + "}"

    def array(self, owner: object, length: int, items: Iterable[Any], depth: int, *, pair: Any = ()) -> str:
        """A JSON array of the first items; `pair` is the sequence itself where it may be (name, value)."""
        if length == 2 and (secret := self._secret_pair(pair)) is not None:
            return secret
        if type(pair) in (tuple, list) and pair:
            return self._words(owner, length, items, depth)
        return self.array_of(owner, length, items, depth, lambda item: self.value(item, depth + 1))

    def _words(self, owner: object, length: int, items: Iterable[Any], depth: int) -> str:
        """The same of what may be a command's arguments, of which some may be secrets."""
        first = list(islice(items, self.limits.items))
        is_open = depth < self.limits.depth and self._left > 0
        told = self.text.arguments(first, self._place) if is_open and is_command(first) else None
        instead = iter(told or [None] * len(first))

        def word(item: object) -> str:
            return next(instead) or self.value(item, depth + 1)

        return self.array_of(owner, length, first, depth, word)

    def pairs(self, owner: Any, base: Any, depth: int) -> str:
        """The items of a dict, or of a `base` like it, as an array of [key, value]."""

        def pair(item: tuple[object, object]) -> str:
            rule = self.text.name_rule(item[0])
            return f"[{self.value(item[0], depth + 1)}, {self.named(rule, item[1], depth)}]"

        return self.array_of(owner, base.__len__(owner), base.items(owner), depth, pair)

    def array_of(
        self, owner: object, length: int, items: Iterable[Any], depth: int, write: Callable[[Any], str]
    ) -> str:
        """A JSON array of the first items, each written by `write`; what is left out is counted."""
        if length and (depth >= self.limits.depth or self._left <= 0):
            return f'[{{"@more": {length}}}]'
        parts = []
        self._path.append(id(owner))
        for item in list(islice(items, self.limits.items)):
            if self._left <= 0:
                break
            parts.append(write(item))
        self._path.pop()
        if length > len(parts):
            parts.append(f'{{"@more": {length - len(parts)}}}')
        return "[" + ", ".join(parts) + "]"

    def _secret_pair(self, pair: Any) -> str | None:
        """A header or field as (name, value): the value of a secret name is hidden."""
        if type(pair) not in (tuple, list) or len(pair) != 2:
            return None
        name, value = pair
        rule = self.text.name_rule(name)
        if rule is None or not _is_text(value) or not hides(rule, value):
            return None
        return f"[{self.value(name, self.limits.depth)}, {self.text.redacted(rule, self._place)}]"

    def _dict(self, value: dict[Any, Any], depth: int) -> str:
        items = list(islice(dict.items(value), self.limits.items))
        if all(type(key) is str and len(key) <= self.limits.string and is_valid(key) for key, _ in items):
            return self._object(value, items, len(value), depth, "")
        return f'{{"@": "dict", "@pairs": {self.pairs(value, dict, depth)}}}'

    def fields(self, value: object, head: str, depth: int) -> str:
        """Structural members (`head`) and the instance's fields; no fields inside another instance."""
        if self._inside_instance:
            return "{" + head + "}"
        found, more = raw_objects.fields(value, self.limits.items)
        self._left -= len(head)
        self._inside_instance = True
        written = self._object(value, found, len(found) + more, depth, head)
        self._inside_instance = False
        return written

    def _object(
        self, owner: object, items: list[tuple[object, object]], length: int, depth: int, head: str
    ) -> str:
        parts = [head] if head else []
        if length and (depth >= self.limits.depth or self._left <= 0):
            return "{" + ", ".join([*parts, f'"@more": {length}']) + "}"
        keys: set[str] = set()
        item = self.text.item_rule(items)
        self._path.append(id(owner))
        for name, member in items:
            if self._left <= 0:
                break
            if type(name) is not str:
                continue
            key = self.text.key(name, self.limits.string, self._place)
            if key not in keys:
                keys.add(key)
                self._left -= len(key)
                rule = self.text.name_rule(name) or (item if name in VALUE_KEYS else None)
                parts.append(f"{key}: {self.named(rule, member, depth)}")
        self._path.pop()
        if length > len(keys):
            parts.append(f'"@more": {length - len(keys)}')
        return "{" + ", ".join(parts) + "}"


def type_name(cls: type) -> str:
    """A type's name as JSON text."""
    return quote(raw_objects.type_name(cls))


def big_int(value: int) -> str:
    """The members that spell an int beyond 64 bits; a very long one by its head, whose cost is linear."""
    bits = int.bit_length(value)
    if bits <= _SPELLED_BITS:
        return f'"@text": "{int.__repr__(value)}"'
    sign = "-" if value < 0 else ""
    return f'"@head": "{sign}0x{abs(value) >> (bits - 64):x}", "@bits": {bits}'


def _is_text(value: object) -> bool:
    return raw_objects.inherits(type(value), str) or raw_objects.inherits(type(value), bytes)


_SCALARS: dict[int, Callable[[ValueWriter, Any], str]] = {
    id(type(None)): lambda _writer, _value: "null",
    id(bool): lambda _writer, value: "true" if value is True else "false",
    id(int): ValueWriter.integer,
    id(float): ValueWriter.floating,
    id(str): ValueWriter.string,
    id(bytes): ValueWriter.binary,
    id(bytearray): ValueWriter.binary,
}
