"""What the C value writer asks of Python: plans of types, and the values that it does not write itself.

The answers are what `values.ValueWriter` does with the same value, so that both writers give the same text.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.values import registry
from breadcrumb_instrumentation_calls.values.builtin_types import (
    DICTS,
    SPECIAL_TYPES,
    field_names,
    named_tuple_head,
)
from breadcrumb_instrumentation_calls.values.writer import ValueWriter, type_name

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.base.json_text import TextWriter
    from breadcrumb_instrumentation_calls.base.limits import Limits

PYTHON, INSTANCE, ENUM, NAMED_TUPLE, ITEMS, PAIRS, EXCEPTION, CLASS, SUMMARY, ITERATED, TEXT, SUSPENDABLE = (
    range(12)
)
"""Kinds of plans, as native/values/plans.h has them."""

summary = registry.summary

Plan = tuple[int, str, str, tuple[tuple[str, object], ...], object, tuple[object, ...]]
"""Kind, type name as JSON text, what stands before id or items, slots, descriptor of `__dict__`, names."""


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


def plan(cls: type, most: int) -> Plan:
    """How values of a class are written; `most` is how many of its fields a named tuple names."""
    name = type_name(cls)
    kind, head, names = _form(cls, name, most)
    slots = () if kind in (CLASS, ENUM, SUMMARY, SUSPENDABLE) else tuple(raw_objects.slot_descriptors(cls))
    return kind, name, head, slots, raw_objects.dict_descriptor(cls), names


def _form(cls: type, name: str, most: int) -> tuple[int, str, tuple[object, ...]]:
    """Kind, head, and the names of a named tuple's fields or the base of what is iterated."""
    if registry.may_know(cls):
        return SUSPENDABLE if registry.is_suspendable(cls) else SUMMARY, f'{{"@": {name}', ()
    if registry.is_enum(cls):
        return ENUM, f'"@": {name}, "name": ', ()
    special = [
        base for base in raw_objects.mro(cls) if id(base) in SPECIAL_TYPES
    ]  # see frame_locals.variables_of
    base = special[0] if special else None
    if base is tuple and (names := field_names(cls)) is not None:
        return NAMED_TUPLE, named_tuple_head(cls, names, most), names
    kind, rest = _FORMS.get(id(base), (PYTHON, ""))
    return kind, f'"@": {name}{rest}', (base,) if kind == ITERATED else ()


_FORMS = {
    id(None): (INSTANCE, ', "@id": "'),
    id(list): (ITEMS, ', "@items": '),
    id(tuple): (ITEMS, ', "@items": '),
    id(set): (ITERATED, ', "@items": '),
    id(frozenset): (ITERATED, ', "@items": '),
    id(deque): (ITERATED, ', "@items": '),
    id(str): (TEXT, ', "@text": '),
    **dict.fromkeys(map(id, DICTS), (PAIRS, ', "@pairs": ')),
    id(BaseException): (EXCEPTION, ', "@id": "'),
    id(type): (CLASS, ""),
}
