"""Writes captured values as Python would write them, on one line.

Every function takes *parallel* values, those of one place in several calls: one value is written out,
several as one text with ranges (`10..50`) and alternatives. What was shown already is shortened, but never
so that something untrue is read: `<same>` is equal to what was last shown of that type or under that name,
`<same…>` is as far as it was recorded, which is not all of it, and `Account(…, balance=90.0)` differs from it
in the fields that are spelled out.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.base.records import dataclass, field

from breadcrumb.common.messages import one_line
from breadcrumb.questions.facts.calls.values import own_key
from breadcrumb.questions.facts.calls.wholeness import is_whole
from breadcrumb.render.parts.cutting import ESCAPE, both_ends, closed, with_tail
from breadcrumb.render.parts.focus import is_in_focus, is_pair_in_focus
from breadcrumb.render.parts.json_keys import json_key
from breadcrumb.render.parts.tags import mark, tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from breadcrumb.common.json_types import Json

WIDTH = 160
"""Characters of one value before it is clipped."""

LONG = 30
"""Characters from which an equal value is shortened to `<same>`."""

ALTERNATIVES = 3
"""Different values spelled out in one place before they are counted."""

_LEAVES = ("@redacted", "@unrecorded", "@up", "@text", "@head")
_FACTORY = "dataclasses._HAS_DEFAULT_FACTORY_CLASS"
"""The type of the argument that stands for a default of `field(default_factory=...)`, and calls itself so."""


@dataclass
class Tagged:
    """Remembers what of the objects of an answer was told, each under its tag."""

    told: dict[str, dict[str, Json]] = field(default_factory=dict)
    """The plain fields of each object when it was last shown."""

    def news(self, name: str, plain: dict[str, Json]) -> list[str]:
        """Name the fields to show: at first those that tell an object from others, then name and changes."""
        before = self.told.get(name)
        self.told[name] = plain
        if before is None:
            own = [field for field in plain if not field.startswith("_") and plain[field] != ""]
            return ([field for field in _KNOWN_BY if field in own] or own)[:TELLING]
        changed = [field for field in plain if field in before and before[field] != plain[field]]
        named = [field for field in _NAMED_BY if plain.get(field, "") != "" and field not in changed]
        return [*named[:1], *changed[:TELLING]]


TOO_DEEP = "<nested too deeply to show>"


@dataclass
class Memory:
    """What the lines above have shown: the last object of each type, the last long value of each name."""

    process: str = ""
    tagged: Tagged | None = None
    """What names objects by tag; None where each is spelled out."""
    objects: dict[tuple[str, str], dict[str, Json]] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    focus: frozenset[str] = frozenset()
    """Values, as JSON, that matter where the line is: of a dict the entries with them come first."""

    def repeats(self, name: str, value: str) -> bool:
        """Tell whether `value` (its JSON) was the last long one shown under `name`, and remember it."""
        repeated = self.values.get(name) == value
        self.values[name] = value
        return repeated


def render(
    values: Sequence[Json], memory: Memory | None = None, *, name: str = "", width: int = WIDTH
) -> str:
    """Write the parallel `values` of one place as one line of at most `width` characters."""
    memory = Memory() if memory is None else memory
    try:
        text = one_line(_parallel(values, memory))
    except RecursionError:
        return TOO_DEEP
    if len(text) <= LONG:
        return closed(text, width)
    if not same_text(values):
        memory.values.pop(name, None)
    elif '"@id"' not in (key := json_key(values[0])):
        before = memory.values.get(name, "")
        if memory.repeats(name, key):
            return _same(values[0])
        text = _grown(before, values[0]) or text
    if isinstance(values[0], str) and same_text(values):
        return both_ends(text, width)
    return with_tail(text, width)


def _grown(before: str, value: Json) -> str:
    """Write of a list that goes on from where the last one ended what is new."""
    shown = json.loads(before) if before[:1] == "[" else None
    added = added_to(shown, value)
    return one_line(f"[{_same(shown)}, {', '.join(_items([added], Memory()))}]") if added else ""


def added_to(before: Json, after: Json) -> list[Json]:
    """Give what a list has behind all that it had before, if that was anything."""
    if not isinstance(before, list) or not isinstance(after, list) or not 0 < len(before) < len(after):
        return []
    return after[len(before) :] if same_text([before, after[: len(before)]]) else []


def _same(value: Json) -> str:
    """Say that a value reads as it did when it was last shown."""
    return "<same>" if is_whole(value) else "<same…>"


def same_text(values: Sequence[Json]) -> bool:
    """Tell whether all `values` are the same JSON (1, 1.0 and true are not)."""
    first = json_key(values[0])
    return all(json_key(value) == first for value in values[1:])


def numbers_in(values: Sequence[Json]) -> list[int | float] | None:
    """Give the values if all of them are numbers."""
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    return numbers if len(numbers) == len(values) else None


def _parallel(values: Sequence[Json], memory: Memory) -> str:
    if len(values) > 1 and same_text(values):
        values = values[:1]
    dicts = [value for value in values if isinstance(value, dict)]
    if len(dicts) == len(values) and _same_shape(dicts):
        return _mapping(dicts, memory)
    lists = [value for value in values if isinstance(value, list)]
    if len(lists) == len(values) and len({len(value) for value in lists}) == 1:
        return "[" + ", ".join(_items(lists, memory)) + "]"
    if len(lists) == len(values) >= ALTERNATIVES and all(map(added_to, lists, lists[1:])):
        return "..".join(
            _parallel([each], Memory(memory.process, memory.tagged)) for each in (lists[0], lists[-1])
        )
    if len(values) == 1:
        return repr(values[0])
    numbers = numbers_in(values)
    if numbers is not None:
        return span(numbers)
    return _alternatives([_parallel([value], Memory(memory.process, memory.tagged)) for value in values])


def is_one_way(numbers: Sequence[int | float]) -> bool:
    """Tell whether numbers only rise or only fall."""
    return list(numbers) in (sorted(numbers), sorted(numbers, reverse=True))


def span(numbers: Sequence[int | float], dots: str = "..") -> str:
    """Write numbers as first..last where they only rise or only fall, else so that no order is read there."""
    if is_one_way(numbers):
        return f"{numbers[0]!r}{dots}{numbers[-1]!r}"
    if len(numbers) <= ALTERNATIVES:
        return "|".join(map(repr, numbers))
    return f"{min(numbers)!r}{dots}{max(numbers)!r} in no order"


def _alternatives(texts: Iterable[str]) -> str:
    different = list(dict.fromkeys(texts))
    if len(different) <= ALTERNATIVES:
        return "|".join(different)
    return "|".join(different[: ALTERNATIVES - 1]) + f"|…{len(different)} different"


def _same_shape(values: Sequence[dict[str, Json]]) -> bool:
    """Tell whether the objects can be written field by field (a single one always can)."""
    first = values[0]
    if len(values) == 1:
        return True
    if any(leaf in first for leaf in _LEAVES):
        return False
    return all(value.get("@") == first.get("@") and value.keys() == first.keys() for value in values)


def _mapping(values: Sequence[dict[str, Json]], memory: Memory) -> str:
    first = values[0]
    if "@redacted" in first:
        return f"<redacted:{first['@redacted']}>"
    if "@unrecorded" in first:
        return "<not recorded>"
    if "@up" in first:
        return "<cycle>"
    kind = first.get("@")
    if not isinstance(kind, str):
        return "{" + ", ".join(_entries(values, memory)) + "}"
    if "@text" in first or "@head" in first:
        fields = [f"{key}={_parallel([first[key]], memory)}" for key in first if not key.startswith("@")]
        return (
            ", ".join([_leaf(kind, first).removesuffix(")"), *fields]) + ")" if fields else _leaf(kind, first)
        )
    if kind == "dict" and "@pairs" in first:
        return "{" + ", ".join(_pairs(values, memory)) + "}"
    if "@items" in first and kind in ("tuple", "set", "frozenset", "deque", "list"):
        return _builtin(kind, values, memory)
    return _object(kind, values, memory)


def _leaf(kind: str, value: Mapping[str, Json]) -> str:
    """Write a cut string or bytes, or a value that is given as text."""
    if "@head" in value:
        head = str(value["@head"])
        if kind == "bytearray":
            return f"bytearray({_leaf('bytes', value)})"
        prefix, shown = ("b'", len(ESCAPE.sub("x", head))) if kind == "bytes" else ("", len(head))
        opened = prefix + head if prefix else repr(head)[:-1]
        length = value.get("@length")
        if isinstance(length, int) and length <= shown:
            return opened + "'" if prefix else repr(head)
        more = f" +{length - shown}" if isinstance(length, int) else ""
        return f"{opened}…{opened[1 if prefix else 0]}{more}"
    text = str(value["@text"])
    if kind in ("int", "float", "complex"):
        return text
    return repr(text) if kind == "str" else f"{short(kind)}({text!r})"


def _more(value: Json) -> str:
    return f"…+{value}" if value is not None else "…"


def _items(values: Sequence[list[Json]], memory: Memory) -> list[str]:
    return [_item([value[i] for value in values], memory) for i in range(len(values[0]))]


def _item(column: Sequence[Json], memory: Memory) -> str:
    first = column[0]
    if isinstance(first, dict) and first.keys() == {"@more"}:
        return _more(first["@more"])
    return _parallel(column, memory)


def _entries(values: Sequence[dict[str, Json]], memory: Memory) -> list[str]:
    keys = [key for key in values[0] if key != "@more"]
    if memory.focus and len(values) == 1:
        keys.sort(key=lambda key: not is_in_focus(key, values[0][key], memory.focus))
    written = [f"{own_key(key)!r}: {_parallel([value[key] for value in values], memory)}" for key in keys]
    return [*written, *([_more(values[0]["@more"])] if "@more" in values[0] else [])]


def _pairs(values: Sequence[dict[str, Json]], memory: Memory) -> list[str]:
    """Write the pairs of a dict whose keys are not strings; of several dicts, the first one's."""
    pairs = values[0]["@pairs"]
    if memory.focus and isinstance(pairs, list):
        pairs = sorted(pairs, key=lambda pair: not is_pair_in_focus(pair, memory.focus))
    written = []
    for pair in pairs if isinstance(pairs, list) else [pairs]:
        if isinstance(pair, list) and len(pair) == 2:
            written.append(f"{_parallel([pair[0]], memory)}: {_parallel([pair[1]], memory)}")
        else:
            written.append(_item([pair], memory))
    return written if len(values) == 1 else [*written, "…"]


def _builtin(kind: str, values: Sequence[dict[str, Json]], memory: Memory) -> str:
    lists = [value["@items"] for value in values]
    items = [each for each in lists if isinstance(each, list)]
    if len(items) != len(lists) or len({len(each) for each in items}) != 1:
        return _alternatives([f"{kind}(…)" for _ in values])
    texts = _items(items, memory)
    inner = ", ".join(texts)
    if kind == "tuple":
        return f"({inner},)" if len(texts) == 1 else f"({inner})"
    if kind == "set":
        return f"{{{inner}}}" if texts else "set()"
    if kind == "list":
        return f"[{inner}]"
    brackets = f"{{{inner}}}" if kind == "frozenset" else f"[{inner}]"
    return f"{kind}({brackets if texts else ''})"


def _object(kind: str, values: Sequence[dict[str, Json]], memory: Memory) -> str:
    values = [_with_names(value) for value in values]
    first = values[0]
    if memory.tagged is not None and "@name" in first:
        return _alternatives([_by_name(kind, value) for value in values])
    if memory.tagged is not None and all("@id" in value for value in values):
        return _numbered(kind, values, memory, memory.tagged)
    names = [name for name in first if name not in ("@", "@id")]
    if not names:
        return "<factory>" if kind == _FACTORY else _bare(kind, values, memory)
    changed = _changed(kind, values, names, memory)
    one = mark(memory.process, kind, first.get("@id")) if len(_ids(values)) == 1 else ""
    if changed is None:
        return f"{short(kind)}{one}({', '.join(_fields(values, names, memory))})"
    if not changed:
        return _same(values[-1])
    return f"{short(kind)}{one}(…, {', '.join(_fields(values, changed, memory))})"


def _by_name(kind: str, value: Mapping[str, Json]) -> str:
    """Write a function or class by its name; what gives values also how far it is, once it has begun."""
    name, state = short(str(value["@name"])), value.get("state", UNBEGUN)
    return name if state == UNBEGUN or "generator" not in kind else f"<{name.strip('<>')}, {state}>"


def _bare(kind: str, values: Sequence[Mapping[str, Json]], memory: Memory) -> str:
    """Write objects of which nothing but their identity is known here."""
    if len(_ids(values)) > ALTERNATIVES:
        return f"<{short(kind)}>"
    return _alternatives(
        [f"<{short(kind)}{mark(memory.process, kind, value.get('@id'))}>" for value in values]
    )


def _ids(values: Sequence[Mapping[str, Json]]) -> set[str]:
    return {str(value.get("@id")) for value in values}


def _numbered(kind: str, values: Sequence[dict[str, Json]], memory: Memory, tagged: Tagged) -> str:
    """Write objects by their tags; of a single one, when it is first shown, what tells it from others."""
    names = [f"{short(kind)}{tag(memory.process, kind, str(value['@id']))}" for value in values]
    if len(set(names)) > 1:
        first, last = names[0], names[-1]
        return "|".join(dict.fromkeys(names)) if len(set(names)) <= ALTERNATIVES else f"{first}..{last}"
    plain: dict[str, Json] = {
        name: held
        for name, held in values[-1].items()
        if isinstance(held, str | int | float) and not name.startswith("@")
    }
    news = tagged.news(names[0], plain)
    return f"{names[0]}({', '.join(_fields(values, news, memory))})" if news else names[0]


UNBEGUN = "not started"
"""The state of a generator that has given nothing yet."""
_VARIED: dict[str, Json] = {"@varied": True}
"""What is remembered of a field that was shown with several values: no later one is the same."""
_NAMED_BY = ("id", "name", "key", "title")
_KNOWN_BY = (*_NAMED_BY, "code", "path", "label", "text", "value")
TELLING = 2
"""Fields that tell an object from others."""


def _with_names(value: dict[str, Json]) -> dict[str, Json]:
    """Put the names of a named tuple's fields to its items, where all of both are there."""
    names, items = value.get("@fields"), value.get("@items")
    if not isinstance(names, list) or not isinstance(items, list) or len(names) != len(items):
        return value
    named = {str(name): item for name, item in zip(names, items, strict=True)}
    return {key: item for key, item in value.items() if key not in ("@fields", "@items")} | named


def _changed(
    kind: str, values: Sequence[dict[str, Json]], names: Sequence[str], memory: Memory
) -> list[str] | None:
    """Name the fields that differ from the object of this type shown last; None if all must be written."""
    if "@id" not in values[0]:
        return None
    before = memory.objects.pop((memory.process, kind), None)
    if same_text([value["@id"] for value in values]):  # else nobody can tell which of them was shown last
        memory.objects[memory.process, kind] = {
            name: held if same_text([value.get(name) for value in values]) else _VARIED
            for name, held in values[-1].items()
        }
    if before is None or before.keys() != values[0].keys():
        return None
    if not same_text([before["@id"], *(value["@id"] for value in values)]):
        return None
    changed = [name for name in names if not same_text([before[name], *(value[name] for value in values)])]
    return changed if len(changed) < len(names) else None


def _fields(values: Sequence[dict[str, Json]], names: Iterable[str], memory: Memory) -> list[str]:
    written = []
    for name in names:
        column = [value[name] for value in values]
        if name == "@more":
            written.append(_more(column[0]))
        elif name in ("@items", "@summary"):
            written.append(_parallel(column, memory))
        elif name == "@pairs":
            written.append("{" + ", ".join(_pairs(values, memory)) + "}")
        else:
            label = name[1:] if name.startswith("@") else name
            written.append(f"{label}={_parallel(column, memory)}")
    return written


def short(type_name: str) -> str:
    """Leave out the module and the enclosing functions of a type's name."""
    return type_name.rsplit(".", 1)[-1]
