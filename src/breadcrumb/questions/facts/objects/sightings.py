"""Where values of a type were seen: as an argument or a result of a call, maybe inside another value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.calls.call_rows import Call

IDENTITY = ("@", "@id")
"""The keys of a value that say which object it is."""
_EMPTY = ("@items", "@pairs", "@args")
"""What an instance of a container or exception has besides its fields."""


@dataclass(frozen=True, eq=False)
class Sighting:
    """A value of the type at one moment: an argument as its call began or, where that is known, as the call
    left it, or a result."""

    call: Call
    place: str
    """`args`, `args_after` or `return`."""
    name: str
    """Where in there, written like `rows[2].account`; empty for the whole result."""
    value: dict[str, Any]
    moment_ns: int
    known_by: dict[str, Any] = field(default_factory=dict)
    """What tells the object from others, where only one field of it is looked at."""

    @property
    def kind(self) -> str:
        """The full name of its type."""
        return str(self.value["@"])

    @property
    def object_id(self) -> str | None:
        """The object's address; None of a value that is told by its text alone."""
        identity = self.value.get("@id")
        return None if identity is None else str(identity)

    @property
    def has_fields(self) -> bool:
        """Whether more than its type and identity was recorded."""
        return any(key not in IDENTITY for key in self.value)

    @property
    def is_of_init(self) -> bool:
        """Whether it is the object whose `__init__` the call is."""
        is_init = self.call.function.endswith(".__init__") and isinstance(self.call.args, dict)
        return is_init and self.place != "return" and self.name == next(iter(self.call.args), None)

    @property
    def begins(self) -> bool:
        """Whether the object is only being made: `self` of its `__init__`, still without fields."""
        return (
            self.place == "args"
            and self.is_of_init
            and not any(self.value[key] for key in self.value if key not in IDENTITY and key in _EMPTY)
            and all(key in IDENTITY or key in _EMPTY for key in self.value)
        )

    @property
    def end_ns(self) -> int | None:
        """When the call ended; None while it is open."""
        duration = self.call.duration_ns
        return None if duration is None else self.call.start_ns + duration


def sightings(call: Call, wanted: Callable[[str], bool]) -> Iterator[Sighting]:
    """Give each value in a call whose type is wanted."""
    arguments = call.args if isinstance(call.args, dict) else {}
    for name, argument in arguments.items():
        for path, value in _inside(argument, name, wanted):
            yield Sighting(call, "args", path, value, call.start_ns)
    end_ns = call.start_ns + (call.duration_ns or 0)
    for name, left in call.args_after.items():
        for path, value in _inside(left, name, wanted):
            yield Sighting(call, "args_after", path, value, end_ns)
    for path, value in _inside(call.result, "", wanted):
        yield Sighting(call, "return", path, value, end_ns)


def _inside(value: Json, path: str, wanted: Callable[[str], bool]) -> list[tuple[str, dict[str, Any]]]:
    """Find those of a wanted type in a captured value."""
    found: list[tuple[str, dict[str, Any]]] = []
    _gather(value, path, wanted, found)
    return found


def _gather(
    value: Json, path: str, wanted: Callable[[str], bool], found: list[tuple[str, dict[str, Any]]]
) -> None:
    """Add them, the outer before the inner."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, list | dict):
                _gather(item, f"{path}[{index}]", wanted, found)
    elif isinstance(value, dict):
        kind = value.get("@")
        if isinstance(kind, str) and wanted(kind):
            found.append((path, value))
        for key, item in value.items():
            if isinstance(item, list | dict):
                below = path if key in ("@items", "@pairs") else f"{path}.{key}".lstrip(".")
                _gather(item, below, wanted, found)


def alike(before: Json, after: Json) -> bool:
    """Tell whether two pictures may be of the same value, as far as neither was cut."""
    if isinstance(before, list) and isinstance(after, list):
        (shown, more), (others, others_more) = _cut(before), _cut(after)
        return _may_be_equal(len(shown), more, len(others), others_more) and all(map(alike, shown, others))
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return json.dumps(before) == json.dumps(after)
    if "@id" in before and before.get("@id") == after.get("@id") and (len(before) == 2 or len(after) == 2):
        return True
    own, other = ({key: each[key] for key in each if key != "@more"} for each in (before, after))
    sizes = len(own), before.get("@more", 0), len(other), after.get("@more", 0)
    return _may_be_equal(*sizes) and all(alike(own[key], other[key]) for key in own.keys() & other.keys())


def _cut(items: list[Json]) -> tuple[list[Json], Json]:
    """Take the mark of what was left out off the end of an array."""
    last = items[-1] if items else None
    if isinstance(last, dict) and last.keys() == {"@more"}:
        return items[:-1], last["@more"]
    return items, 0


def _may_be_equal(shown: int, more: Json, others: int, others_more: Json) -> bool:
    """Compare sizes, where both are known."""
    if not isinstance(more, int) or not isinstance(others_more, int):
        return True
    return shown + more == others + others_more
