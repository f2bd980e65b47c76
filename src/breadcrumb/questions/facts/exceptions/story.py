"""What the story of a failure or of a call begins with: it, and the calls around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass

if TYPE_CHECKING:
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.exceptions.failures import Failure


@dataclass(frozen=True)
class Head:
    """What is explained: an exception."""

    failure: Failure
    source: str | None = None
    """The line of the program's own at which it left no traced call: a module's."""
    times: int = 1
    """How many exceptions of its type took the same way: this is the first."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {"kind": "failure", **self.failure.json(), "source": self.source, "times": self.times}


@dataclass(frozen=True)
class Made:
    """The last calls that a call made, in order."""

    caller: str
    calls: tuple[Call, ...]
    total: int
    is_before: bool = False
    """Whether these are the calls before the one that is explained, made by its caller."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        told = [each.json() for each in self.calls]
        return {"kind": "made", "function": self.caller, "calls": told, "total": self.total}


@dataclass(frozen=True)
class Asked:
    """The call that is explained."""

    call: Call

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {**self.call.json(), "kind": "call", "number": self.call.number}
