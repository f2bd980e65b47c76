"""The locals of a frame that an exception leaves, as the `extra` column: {"locals": {name: value}}."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_instrumentation_calls.base.frame_locals import Variable, variables_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breadcrumb_instrumentation_calls.selection.code_info import CodeInfo
    from breadcrumb_instrumentation_calls.values.snapshot import Snapshot


class ExceptionLocals:
    """Writes them, bounded and redacted as arguments are."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._name_rule = snapshot.writer.name_rule
        self._variables: dict[int, tuple[Variable, ...]] = {}
        self._written = snapshot.written

    def of(self, info: CodeInfo) -> tuple[Variable, ...]:
        """What there is to read."""
        found = self._variables.get(info.number)
        if found is None:
            found = self._variables[info.number] = variables_of(info.code, self._name_rule)
        return found

    def member(self, info: CodeInfo, values: Mapping[str, object]) -> str:
        """The member of the column; `values` are those of the variables that have one."""
        found = [
            (each.key, each.rule, False, values[each.name]) for each in self.of(info) if each.name in values
        ]
        return f'"locals": {self._written(found)}'
