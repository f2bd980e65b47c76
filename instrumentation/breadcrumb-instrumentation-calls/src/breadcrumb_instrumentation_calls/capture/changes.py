"""What a call leaves of its arguments, where it changed their objects.

The `extra` column of such a call: {"args_after": {name: value}}. The model of recorder/changes.c. No object
is held meanwhile: a parameter that the function does not bind anew holds the same one at the end; one that
`+=` binds, where its type gives back itself. Texts so long that the room may have cut them are not compared.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base.raw_objects import type_name
from breadcrumb_instrumentation_calls.selection.lasting import is_still

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breadcrumb_instrumentation_calls.base.members import Texts
    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot

LOOK_LEAST, LOOK_SHARE = 16384, 8
"""What a function may write to see what its calls changed: so many characters, and a share of what it writes
anyway."""
NOWHERE = ""
"""The place of what is only compared: an audit does not count there."""


class Changes:
    """Compares arguments with what they were."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._read: Counter[int] = Counter()
        self._looked: Counter[int] = Counter()
        """Characters written for the calls of each function, and to see what they changed."""

    def members(self, info: CodeInfo, before: Texts, read: Callable[[str], object]) -> str:
        """The member of the column, or nothing; `read` gives a parameter's value.

        It raises NameError or KeyError for one that is gone.
        """
        looked_at = [each for each in self._lasting(info, before) if each[2][:1] in ("{", "[")]
        self._read[info.number] += sum(len(text) for text in before if text is not None)
        if not looked_at or not self.may_look(info) or not self._are_uncut(before):
            return ""
        parts = [f"{key}: {after}" for key, after in self._changed(info, looked_at, read)]
        return f'"args_after": {{{", ".join(parts)}}}' if parts else ""

    def _changed(
        self, info: CodeInfo, looked_at: list[tuple[str, str, str]], read: Callable[[str], object]
    ) -> Iterator[tuple[str, str]]:
        for name, key, before in looked_at:
            try:
                value = read(name)
            except (KeyError, NameError):
                continue
            if name in info.updated and not is_still(before, type_name(type(value))):
                continue
            after = self._snapshot.argument(info, name, value, NOWHERE)
            self.looked(info, len(after))
            if after != before:
                counted = "redacted" in after
                yield key, self._snapshot.argument(info, name, value, "args") if counted else after

    def looked(self, info: CodeInfo, characters: int) -> None:
        """So much was written to see what calls of a function did."""
        self._looked[info.number] += characters

    def may_look(self, info: CodeInfo) -> bool:
        """Whether more may be written for that."""
        return self._looked[info.number] <= LOOK_LEAST + self._read[info.number] // LOOK_SHARE

    @staticmethod
    def _lasting(info: CodeInfo, before: Texts) -> Iterator[tuple[str, str, str]]:
        for (name, key), text in zip(info.parameters, before, strict=False):
            if text is not None and name in info.lasting:
                yield name, key, text

    def _are_uncut(self, texts: Texts) -> bool:
        """The room that is left may shorten a string. A text has at most a third as many values as
        characters.
        """
        limits = self._snapshot.limits
        used = sum(3 * (2 + len(text)) for text in texts if text is not None and not is_scalar(text))
        return limits.total - used >= limits.string


def is_scalar(text: str) -> bool:
    """Whether this is a number or a constant."""
    return text[:1] not in ("{", "[", '"')
