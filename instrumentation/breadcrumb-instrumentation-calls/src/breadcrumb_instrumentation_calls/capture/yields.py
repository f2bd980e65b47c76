"""What generators yield: how many values, the first and the last of them. The model of recorder/yields.c.

The `extra` column of such a call: {"yielded": {"count": n, "first": value, "last": value}}. No value is held:
each one is written as the last, as long as that takes little beside what is written anyway.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base import raw_objects
from breadcrumb_instrumentation_calls.base.originals import gc
from breadcrumb_instrumentation_calls.capture.changes import is_scalar

if TYPE_CHECKING:
    from breadcrumb_instrumentation_calls.capture.calls import Call
    from breadcrumb_instrumentation_calls.capture.changes import Changes
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

_WRAPPED = "async_generator_wrapped_value"
"""The type of what an asynchronous generator yields to who iterates; what it awaits is not wrapped."""


class Yields:
    """Notes what generators give."""

    def __init__(self, snapshot: Snapshot, changes: Changes) -> None:
        self._snapshot = snapshot
        self._changes = changes

    def note(self, call: Call, value: object) -> None:
        """A generator yields, or waits."""
        kind = call.info.kind
        if kind not in ("generator", "async_generator") or not call.sampled or call.inherited:
            return
        if kind == "async_generator":
            if raw_objects.type_qualname(type(value)) != _WRAPPED:
                return
            (value,) = gc.get_referents(value)
        call.yields += 1
        if call.bare:
            return
        if call.yields == 1:
            call.first_yield = self._written(call, value)
        else:
            call.last_yield = self._written(call, value) if self._changes.may_look(call.info) else None

    def _written(self, call: Call, value: object) -> str:
        text = self._snapshot.returned(call.info, value)
        self._changes.looked(call.info, 0 if is_scalar(text) else len(text))
        return text


def member(call: Call) -> str:
    """The member of the column, or nothing."""
    if not call.yields:
        return ""
    first = "" if call.first_yield is None else f', "first": {call.first_yield}'
    last = "" if call.last_yield is None else f', "last": {call.last_yield}'
    return f'"yielded": {{"count": {call.yields}{first}{last}}}'
