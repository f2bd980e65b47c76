"""What writes one value, as those see it that write the types which JSON has no form for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from breadcrumb_instrumentation_calls.base.json_text import TextWriter
    from breadcrumb_instrumentation_calls.base.limits import Limits


class Writer(Protocol):
    """One snapshot in the making; methods give JSON text. `depth` counts the containers around a value."""

    limits: Limits
    text: TextWriter

    def named(self, rule: str | None, value: object, depth: int) -> str:
        """A value under a name; `rule` is the one that makes the name a secret's."""

    def int_members(self, value: int) -> str:
        """The members that spell an int of a subclass."""

    def string(self, value: str) -> str:
        """An exact str."""

    def binary(self, value: bytes | bytearray) -> str:
        """Exact bytes or bytearray: length and head."""

    def array(self, owner: object, length: int, items: Iterable[Any], depth: int, *, pair: Any = ()) -> str:
        """An array of the first items; `pair` is the sequence itself where it may be (name, value)."""

    def array_of(
        self, owner: object, length: int, items: Iterable[Any], depth: int, write: Callable[[Any], str]
    ) -> str:
        """An array of the first items, each written by `write`."""

    def pairs(self, owner: Any, base: Any, depth: int) -> str:
        """The items of a dict, or of a `base` like it, as an array of [key, value]."""

    def fields(self, value: object, head: str, depth: int) -> str:
        """An object: structural members (`head`) and the instance's fields."""
