"""One frame of a traceback with its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.calls.call_rows import Call


@dataclass(frozen=True)
class Frame:
    """One call of a traceback."""

    call: Call
    line: int | None
    """Where it stood: where it raised, or called the next one; None where nobody knows."""
    source: str | None
    """The statement there."""
    held: Mapping[str, Json] = field(default_factory=dict)
    """Its variables as the exception left them, where they were kept."""
    is_left: bool = True
    """Whether the exception left it; else it caught it, or was above that."""
    is_innermost: bool = False
    """Whether it is the one that raised."""
    under: str = ""
    """The first line of the block in which it stood."""
    reads: tuple[tuple[str, str], ...] = ()
    """The fields of its variables that the statement reads; of an inner frame also those read before."""
    said: tuple[str, ...] = ()
    """What the exception's message quotes."""
    passed: tuple[Call, ...] = ()
    """Of the one that raised: the context managers that the exception left before it."""
    shared: tuple[str, ...] = ()
    """Of the one that raised: which parts of its variables are one object."""
    is_inner: bool = True
    """Whether it is so near to the end of the traceback that all of it matters."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "kind": "frame",
            "function": self.call.function,
            "call": self.call.number,
            "file": self.call.file,
            "line": self.line,
            "source": self.source,
            "under": self.under,
            "args": self.call.args,
            "locals": dict(self.held),
            "left": self.is_left,
            **({"through": [each.function for each in self.passed]} if self.passed else {}),
            **({"shared": list(self.shared)} if self.shared else {}),
            "span_id": self.call.span_id,
        }
