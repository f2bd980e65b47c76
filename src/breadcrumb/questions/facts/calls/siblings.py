"""How a call differs from another one of its function: in what it was given, called and returned."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeGuard

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database.statements import Sql, sql
from breadcrumb_redaction.named_tuple import NamedTuple

from breadcrumb.questions.facts.calls.call_rows import ORDER, changed, keys, read_calls
from breadcrumb.questions.facts.calls.relations import complete

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from breadcrumb_exporter_duckdb.reading.store import Reader

    from breadcrumb.common.json_types import Json
    from breadcrumb.questions.facts.calls.call_rows import Call
    from breadcrumb.questions.facts.run.run_facts import Run

NEAR = 20
"""Calls on each side, in start order, among which the most similar one is sought."""
_IDENTITY = ("@", "@id")
_INSIDE = ("@items", "@text")
_MORE, _PAIRS = "@more", "@pairs"
DEEP = 40
"""Levels below two calls on which it is sought where they came apart."""
WIDE = 1_000
"""Pairs of calls on a level below which it is."""
APART = 3
"""Pairs of calls that are told of those which did not call the same."""
CHILDREN = 100
"""Calls of one call that are compared with those of the other."""


class _Below(NamedTuple):
    """A call that one of the compared ones made."""

    span_id: str
    function: str
    start_ns: int


@dataclass(frozen=True)
class Apart:
    """Two calls of one function, below the compared ones, that called other functions."""

    call: Call
    other: Call

    def json(self) -> dict[str, Any]:
        """Give both."""
        sides = (("here", self.call), ("there", self.other))
        return {side: {"span_id": call.span_id, "calls_made": dict(call.calls_made)} for side, call in sides}


@dataclass(frozen=True)
class Difference:
    """The most similar call that went well, part by part."""

    call: Call
    other: Call
    parts: tuple[tuple[str, Json, Json], ...]
    """Where arguments differ, and what the other one and this one had there."""

    below: tuple[Apart, ...] = ()
    """Where, of what both called, the first differences are."""

    @property
    def same_result(self) -> bool:
        """Whether both returned the same."""
        own, other = self.call, self.other
        return own.returned and other.returned and not any(unlike("", other.result, own.result))

    @property
    def is_unlike_though_alike(self) -> bool:
        """Whether both were given the same and did not do the same."""
        own, other = self.call, self.other
        is_apart = own.returned and other.returned and not self.same_result
        return not self.parts and (is_apart or own.calls_made != other.calls_made)

    def json(self) -> dict[str, Any]:
        """Give the row."""
        return {
            "kind": "sibling",
            "function": self.other.function,
            "call": self.other.number,
            "compared_with": self.call.number,
            "different": [{"path": path, "there": there, "here": here} for path, there, here in self.parts],
            "return": self.other.result,
            "calls_made": dict(self.other.calls_made),
            "came_apart": [each.json() for each in self.below],
            "span_id": self.other.span_id,
        }


def nearest_sibling(reader: Reader, run: Run, call: Call) -> Difference | None:
    """Find the call of the same function that went well and was given what is most alike."""
    before = sql("start_ns < {start}", start=call.start_ns), sql("start_ns desc")
    after = sql("start_ns > {start}", start=call.start_ns), sql("start_ns")
    others = [each for side in (before, after) for each in _near(reader, run, call, *side)]
    if not others:
        return None
    distances = [_distance(list(unlike("", each.args, call.args))) for each in others]
    least = min(distances)
    near = [each for each, away in zip(others, distances, strict=True) if away == least]
    if call.raised is None and not call.calls_made:  # it may not have been asked for
        call = changed(call, calls_made=complete(reader.connection, run.run_id, [call])[0].calls_made)
    whole = _unlike_though_alike(call, complete(reader.connection, run.run_id, near))
    parts = tuple(unlike("", whole.args, call.args))
    return Difference(call, whole, parts, () if call.raised else _apart(reader, run, call, whole))


def _unlike_though_alike(call: Call, near: Sequence[Call]) -> Call:
    """Choose of calls that were given what is as much alike the first that did not do the same."""
    if call.raised is None:
        for other in near:
            if other.calls_made != call.calls_made or any(unlike("", other.result, call.result)):
                return other
    return near[0]


def _distance(parts: Sequence[tuple[str, Json, Json]]) -> tuple[int, float]:
    """Say how far arguments are apart: how many parts of them differ, and then how much their texts do."""
    texts = [(there, here) for _, there, here in parts if isinstance(there, str) and isinstance(here, str)]
    return len(parts), sum(1 - _likeness(there.split(), here.split()) for there, here in texts)


def _likeness(there: Sequence[str], here: Sequence[str]) -> float:
    """Give the share of words that two texts have in common."""
    common = sum((Counter(there) & Counter(here)).values())
    return 2 * common / max(len(there) + len(here), 1)


def _near(reader: Reader, run: Run, call: Call, side: Sql, order: Sql) -> list[Call]:
    """Read the nearest calls of the same function on one side in time that went well."""
    where = sql(
        "run_id = {run} and function = {function} and outcome = 0 and {side} and span_id <> {key}",
        run=run.run_id,
        function=call.function,
        side=side,
        key=int(call.span_id, 16),
    )
    return read_calls(reader.connection, where, limit=NEAR, order=order)


def _apart(reader: Reader, run: Run, call: Call, other: Call) -> tuple[Apart, ...]:
    """Go down the same way below both; give where in time they first did not call the same."""
    if _called(call.calls_made) != _called(other.calls_made):
        return ()
    pairs = [(call.span_id, other.span_id)]
    found: list[tuple[int, tuple[str, str]]] = []
    for _ in range(DEEP):
        below = _below(reader, run, chain(*pairs))
        for pair in pairs if pairs[0][0] != call.span_id else ():
            parted_ns = _parted(*(below[span_id] for span_id in pair))
            found += [] if parted_ns is None else [(parted_ns, pair)]
        pairs = [
            (one.span_id, two.span_id)
            for here, there in pairs
            for one, two in zip(below[here], below[there], strict=False)
            if one.function == two.function
        ][:WIDE]
        if not pairs:
            break
    return tuple(Apart(*(_read(reader, run, each) for each in pair)) for _, pair in sorted(found)[:APART])


def _parted(here: Sequence[_Below], there: Sequence[_Below]) -> int | None:
    """Say when one of two calls first called another function than the other one did."""
    for one, two in zip(here, there, strict=False):
        if one.function != two.function:
            return one.start_ns
    if len(here) == len(there):
        return None
    return here[len(there)].start_ns if len(here) > len(there) else here[-1].start_ns if here else 0


def _called(made: Mapping[str, int] | None) -> list[tuple[str, int]]:
    return list(made.items()) if made else []


def _read(reader: Reader, run: Run, span_id: str) -> Call:
    where = sql("run_id = {run} and span_id = {key}", run=run.run_id, key=int(span_id, 16))
    (call,) = complete(reader.connection, run.run_id, read_calls(reader.connection, where, limit=1))
    return call


def _below(reader: Reader, run: Run, parents: Iterable[str]) -> Mapping[str, list[_Below]]:
    """Read the first calls that each of these made."""
    query = sql(
        """select printf('%016x', parent_id), printf('%016x', span_id), function, start_ns from base.call
        where run_id = {run} and parent_id in (select unnest({parents}::ubigint[]))
        qualify row_number() over (partition by parent_id order by {order}) <= {most} order by {order}""",
        run=run.run_id,
        parents=keys(parents),
        order=ORDER,
        most=CHILDREN,
    )
    below: dict[str, list[_Below]] = defaultdict(list)
    for parent, *told in query.rows(reader.connection):
        below[parent].append(_Below(*told))
    return below


def unlike(path: str, before: Json, after: Json) -> Iterator[tuple[str, Json, Json]]:
    """Give the smallest parts that differ; of two objects of a type their identity is no difference."""
    if isinstance(before, dict) and isinstance(after, dict) and before.get("@") == after.get("@"):
        for key in dict.fromkeys((*before, *after)):
            old, new = before.get(key), after.get(key)
            if key == _MORE and "@" not in after:
                yield from _lengths(
                    path, (len(before.keys() - {_MORE}), old), (len(after.keys() - {_MORE}), new)
                )
            elif key == _PAIRS:
                yield from _unlike_pairs(path, old, new)
            elif key not in _IDENTITY:
                below = path if key in _INSIDE else _path(path, key, is_field="@" in after or not path)
                yield from unlike(below, old, new)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            if _is_rest(old) and _is_rest(new):
                yield from _lengths(path, (index, old[_MORE]), (index, new[_MORE]))
            else:
                yield from unlike(f"{path}[{index}]", old, new)
    elif type(before) is not type(after) or before != after:
        yield path, before, after


def _is_rest(value: Json) -> TypeGuard[dict[str, Json]]:
    """Tell whether this stands for the items that were not recorded."""
    return isinstance(value, dict) and value.keys() == {_MORE}


def _lengths(path: str, *sides: tuple[int, Json]) -> Iterator[tuple[str, Json, Json]]:
    before, after = (known + (more if isinstance(more, int) else 0) for known, more in sides)
    if before != after:
        yield f"len({path})", before, after


def _unlike_pairs(path: str, before: Json, after: Json) -> Iterator[tuple[str, Json, Json]]:
    """Compare what two dicts have under each key."""
    old, new = _by_key(before), _by_key(after)
    for key in dict.fromkeys((*old, *new)):
        yield from unlike(f"{path}[{key}]", old.get(key), new.get(key))


def _by_key(pairs: Json) -> dict[str, Json]:
    known = (
        [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2]
        if isinstance(pairs, list)
        else []
    )
    return {_key(key): value for key, value in known}


def _key(key: Json) -> str:
    """Write a key as Python would, of a tuple and its like what they hold."""
    if isinstance(key, dict):
        inside = key.get("@items", key.get("@text"))
        return f"({', '.join(map(_key, inside))})" if isinstance(inside, list) else repr(inside)
    return repr(key)


def _path(path: str, key: str, *, is_field: bool) -> str:
    return f"{path}.{key}".lstrip(".") if is_field else f"{path}[{key!r}]"
