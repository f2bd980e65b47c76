"""What the C value writer asks of Python: plans of types, and the values that it does not write itself.

The answers are what `values.ValueWriter` does with the same value, so that both writers give the same text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls import known_types, storage
from breadcrumb_instrumentation_calls.special_types import SPECIAL_TYPES
from breadcrumb_instrumentation_calls.values import ValueWriter, type_name

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.limits import Limits
    from breadcrumb_instrumentation_calls.text import TextWriter

Plan = tuple[str, tuple[tuple[str, object], ...], object]


class Plain:
    """A class whose instances keep their fields as those of any class do."""


def write(
    limits: Limits,
    text: TextWriter,
    place: str,
    left: int,
    path: list[int],
    inside_instance: bool,
    value: object,
    depth: int,
) -> str:
    """A value in the state that another writer is in; what is left after it follows from its length."""
    return ValueWriter(limits, text, place, left, path, inside_instance).value(value, depth)


def plan(cls: type) -> Plan | None:
    """How instances of a class are written: head, slots by name, descriptor of `__dict__`; None by Python."""
    if known_types.may_know(cls) or any(id(base) in SPECIAL_TYPES for base in storage.mro(cls)):
        return None
    return (
        f'"@": {type_name(cls)}, "@id": "',
        tuple(storage.slot_descriptors(cls)),
        storage.dict_descriptor(cls),
    )
