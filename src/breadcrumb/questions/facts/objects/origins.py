"""Where the values of a frame came from: the first call that held each, and which calls changed an object.

A value is followed where it is told from others by itself: None, True, 0 or a short text, equal elsewhere,
are no link between two calls.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.statements import sql

from breadcrumb.common.messages import quoted
from breadcrumb.questions.facts.calls.wholeness import is_whole
from breadcrumb.questions.facts.objects.held import Held, first_with, search
from breadcrumb.questions.facts.objects.states import states_of
from breadcrumb.questions.facts.objects.wanted import Wanted, exactly, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.objects.following import State
    from breadcrumb.questions.facts.run.run_facts import Run

FOLLOWED = 8
"""Values of a frame that are followed."""
LIKE = 2
"""Items of one container, told apart by their place in it alone, that are followed."""
OBJECTS = 3
"""Objects of a frame that are followed."""
SHORT, SMALL = 3, 100
"""A text of fewer characters, or a whole number below, is no link."""
PIECE, PIECES = 8, 2
"""Characters of a text from which it is sought within longer ones, if no call held it by itself; how many are
so in vain, as each takes reading all values."""
CONTAINERS = 2
"""Lists and dicts of a frame that are followed as a whole."""
MANY, LARGEST = 4, 4_000
"""Items of a list that make it a link though none is one (of a dict half as many); characters of JSON."""
_ITEM = re.compile(r"\[[^\]]*\]")
MESSAGE = "message"
"""The path of what the exception's message names and no variable of the frame held."""
_CODE = re.compile(r"(?<![\w.])(?=[\d_./@-]*[A-Za-z])(?=[A-Za-z_./@-]*\d)\w[\w./@-]*\w")
_EXCEPTION = "exception."
"""How the paths of what an exception was made with begin."""
_NAME = ".@name"
"""Where a function or class is told by its name, which is no value that somebody made."""
VIA = 60
"""Calls that held a value which are read."""
EVERYWHERE = VIA - 10
"""Calls from which a value that they held links nothing, unless the line or the message names it."""


@dataclass(frozen=True)
class Origin:
    """A value in a frame and the calls that held it by then, the first one first."""

    path: str
    value: Json
    held: tuple[Held, ...]
    is_said: bool = False
    """Whether the exception's message names it."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        first, via = self.held[0], [(each.call.function, each.call.number) for each in self.held[1:]]
        return {
            "kind": "origin",
            "path": self.path,
            "value": self.value,
            "known": "same recorded value",
            "first": first.json(),
            "via": [{"function": name, "call": number} for name, number in dict.fromkeys(via)],
        }


@dataclass(frozen=True)
class Together:
    """The first call that was given two values which an exception's message names."""

    first: Json
    second: Json
    call: Call

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {**self.call.json(), "kind": "together", "values": [self.first, self.second]}


@dataclass(frozen=True)
class Changes:
    """An object in a frame that was different before."""

    path: str
    states: tuple[State, ...]
    words: tuple[str, ...] = ()
    """Texts in the frame that the exception's message names: changes of what they name come first."""

    def json(self) -> dict[str, Any]:
        """Give the row."""
        told = [state.json() for state in self.states]
        return {"kind": "object", "path": self.path, "known": "same object", "states": told}


def is_telling(value: Json) -> bool:
    """Tell whether a value is told from others by itself."""
    if isinstance(value, str):
        return SHORT <= len(value) <= 200
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) >= SMALL or value % 1 != 0


def origins(
    reader: Reader,
    run: Run,
    call: Call,
    values: Mapping[str, Json],
    until_ns: int,
    first: str = "",
    message: str = "",
) -> Iterator[Origin | Changes]:
    """Follow what a frame held; what the message names before all else, then what its line `first` does."""
    known_leaves = list(_leaves(values, message))
    plain = (leaf for leaf in known_leaves if not leaf[0].startswith(_EXCEPTION) and not _is_object(leaf[1]))
    told = " ".join(str(value) for _, value in plain)
    known_leaves += [(MESSAGE, word) for word in _words(message) if word not in told][:LIKE]
    leaves = [*containers(values, first), *_concerned(known_leaves, first, message)]

    def rank(leaf: tuple[str, Any]) -> tuple[bool, bool, bool, int]:
        is_said = _said(leaf, message)
        return (
            not is_said,
            is_said and _is_listed(leaf[1], message),
            not _is_container(leaf[1]),
            _rank(leaf[0], first),
        )

    found = sorted(leaves, key=rank)
    words = tuple(dict.fromkeys(str(leaf[1]) for leaf in found if _said(leaf, message)))
    known: set[str] = set()
    like: Counter[str] = Counter()
    objects = pieces = 0
    is_said_of_all = False  # whether a value is told that the message names and very many calls held
    whole: dict[str, str] = {}
    for path, value in found:
        identity = _identity(value)
        if identity in known:
            continue
        if _is_object(value):
            if objects == OBJECTS:
                continue
            objects += 1
            states = _made(states_of(reader, run, call.process, str(value["@"]), str(value["@id"]), until_ns))
            yield from [Changes(path, tuple(states), words)] if len(states) > 1 else []
        elif isinstance(value, str) or _variable(path) not in whole:  # else it came with its list
            is_said, place = _said((path, value), message), _ITEM.sub("[]", path)
            if len(known) >= FOLLOWED or (like[place] == LIKE and not is_said):
                continue
            like[place] += 1
            is_piece = pieces < PIECES and isinstance(value, str) and len(value) >= PIECE and message != ""
            held = _held(reader, run, call, value, until_ns, is_piece=is_piece)
            pieces += is_piece and not held
            is_named = _rank(_last(path), first) < 0 and not path.endswith("]")
            is_told = is_said and not (is_said_of_all and _is_listed(value, message))
            is_everywhere = len(held) >= EVERYWHERE and not is_told and not is_named
            is_said_of_all |= is_said and len(held) >= EVERYWHERE
            if held and not is_everywhere and held[0].call.span_id != whole.get(_variable(path)):
                whole |= {path: held[0].call.span_id} if _is_container(value) else {}
                yield Origin(path, value, held, is_said)
        known.add(identity)


def _made(states: Sequence[State]) -> list[State]:
    """Leave out what an object was while its own `__init__` ran."""
    return [*states[:1], *(state for state in states[1:] if not state.is_beginning)]


def _identity(value: Json) -> str:
    return f"{value['@']} {value['@id']}" if isinstance(value, dict) and _is_object(value) else repr(value)


def _held(
    reader: Reader, run: Run, call: Call, value: Json, until_ns: int, *, is_piece: bool
) -> tuple[Held, ...]:
    """Find who held the value, a piece also within longer texts, before the frame did or as it gave it."""
    until = sql("start_ns <= {until}", until=until_ns)
    for sought in (exactly(value), *([Wanted(str(value), is_piece=True)] if is_piece else [])):
        found = search(reader, run, sought, VIA, until, left=_is_container(value)).held
        before = tuple(each for each in found if each.moment_ns <= until_ns and each.place != "exception")
        if any(each.call.span_id != call.span_id for each in before):
            return before
    return ()


def together(reader: Reader, run: Run, found: Iterable[Origin | Changes], until_ns: int) -> Together | None:
    """Find the first call that was given two values of the message, of which neither is part of the other.

    Two fields of one object came together with it: that tells nothing.
    """
    said = [each for each in found if isinstance(each, Origin) and each.is_said]
    for first, second in itertools.combinations(said, 2):
        one, two = first.value, second.value
        is_part = str(one) in str(two) or str(two) in str(one)
        if not is_part and not _are_fields_of_one(first.path, second.path):
            call = first_with(reader, run, (exactly(one), exactly(two)), until_ns)
            return None if call is None else Together(one, two, call)
    return None


def _are_fields_of_one(first: str, second: str) -> bool:
    return "." in first and "." in second and _variable(first) == _variable(second)


def _leaves(values: Mapping[str, Json], message: str) -> Iterator[tuple[str, Any]]:
    def is_link(value: Json) -> bool:
        return is_telling(value) or _is_label(value, message)

    for name, value in values.items():
        if _is_object(value):
            yield name, value
        for part in places(value, name, is_link):
            if part.met is not part.value and _is_own_key(part.met):
                yield f"a key of {part.path.rpartition('[')[0]}", part.met
            elif part.met is part.value and _NAME not in part.path:
                yield part.path, part.met
        if isinstance(value, dict):
            yield from ((f"{name}.{key}", part) for key, part in value.items() if _is_object(part))


def containers(values: Mapping[str, Json], first: str) -> list[tuple[str, Any]]:
    """Give the lists and dicts that a line names, or an exception has, and of which all is known."""
    named = [name for name in values if not first or _rank(name, first) < 0 or name.startswith(_EXCEPTION)]
    return [(name, values[name]) for name in named if _is_known_container(values[name])][:CONTAINERS]


def _is_container(value: Json) -> bool:
    return isinstance(value, list | dict) and not _is_object(value)


def _is_plain(value: Json) -> bool:
    return not isinstance(value, list | dict)


def _is_known_container(value: Json) -> bool:
    if not isinstance(value, list | dict) or not is_whole(value):
        return False
    is_other = isinstance(value, dict) and "@" in value and value.keys().isdisjoint(("@items", "@pairs"))
    if is_other or _is_object(value):
        return False
    parts = list(places(value, "", _is_plain))
    is_link = any(map(_is_own_key, value)) or any(is_telling(part.value) for part in parts)
    is_many = len(parts) >= (MANY if isinstance(value, list) else MANY // 2)
    return (is_link or is_many) and len(json.dumps(value)) <= LARGEST


def _is_own_key(key: Json) -> bool:
    """Tell whether a key was hardly written in the source as the name of a field."""
    return isinstance(key, str) and is_telling(key) and not key.isidentifier()


def _concerned(leaves: list[tuple[str, Any]], first: str, message: str) -> list[tuple[str, Any]]:
    """Leave out what neither a line nor the message names, where one of them names some."""
    named = [leaf for leaf in leaves if _is_named(leaf[0], first) or _said(leaf, message)]
    return named or leaves


def is_concerned(origin: Origin, line: str) -> bool:
    """Tell whether a line or the exception names a value that was followed."""
    return origin.is_said or _EXCEPTION in origin.path or _is_named(origin.path, line)


def _is_named(path: str, line: str) -> bool:
    """Tell whether a line names the variable, and where it reads fields of it alone, one of these."""
    variable, _, below = path.partition(".")
    if variable != _variable(path) or not below:
        return _rank(_variable(path), line) < 0
    uses = re.findall(rf"\b{re.escape(variable)}\b(?:\.(\w+))?", line)
    return "" in uses or re.split(r"[.\[]", below, maxsplit=1)[0] in uses


def _variable(path: str) -> str:
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _is_object(value: Json) -> bool:
    return isinstance(value, dict) and "@id" in value


def _said(leaf: tuple[str, Any], message: str) -> bool:
    """Tell whether a message names a value, as a word of its own."""
    value = leaf[1]
    if not message or not (is_telling(value) or _is_label(value, message)) or str(value) == message:
        return False
    if in_quotes := quoted(message):
        return str(value) in in_quotes or (_is_code(value) and _is_word(value, message))
    return _is_word(value, message)


def _words(message: str) -> Iterator[str]:
    """Give what a message quotes, and its words that are no words of a language, such as `B-7`."""
    yield from (each for each in quoted(message) if is_telling(each))
    yield from (each for each in _CODE.findall(message) if is_telling(each))


def _is_label(value: Json, message: str) -> bool:
    """Tell whether a message names a text that is short, but no word of a language: `seat A3`."""
    is_short = isinstance(value, str) and 1 < len(value) < SHORT and not value.islower()
    return is_short and _is_word(value, message)


def _is_listed(value: Json, message: str) -> bool:
    """Tell whether a value is an item of a list that a message has, such as `['open', 'held']`."""
    return re.search(rf"\[[^]]*{re.escape(repr(value))}", message) is not None


def _is_code(value: Json) -> bool:
    """Tell whether a text is no word of a language: `order B-7 went ['open', 'held']`."""
    return isinstance(value, str) and _CODE.fullmatch(value) is not None


def _is_word(value: Json, message: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(str(value))}(?!\w)", message) is not None


def _last(path: str) -> str:
    """Give the name under which a value stands, without those of what it stands in."""
    return str((re.findall(r"[A-Za-z_]\w*", path) or [""])[-1])


def _rank(path: str, first: str) -> int:
    """Put first what a line names: the field, else the variable."""
    words = re.findall(r"\w+", path)
    named = [word for word in words if re.search(rf"\b{re.escape(word)}\b", first)]
    return -len(named)
