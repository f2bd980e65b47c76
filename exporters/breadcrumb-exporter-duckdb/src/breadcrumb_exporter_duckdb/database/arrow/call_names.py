"""The names that facts give to what calls refer to by number: functions with their places, threads, tasks.

They come as dictionaries: a column says for each call where its name stands in a list of the different ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.base.records import dataclass
from breadcrumb_exporter_duckdb.database import references
from breadcrumb_exporter_duckdb.database.arrow import compute as pc
from breadcrumb_exporter_duckdb.database.arrow.arrays import constant, numbers, optional, texts
from breadcrumb_exporter_duckdb.database.arrow.call_references import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from duckdb import DuckDBPyConnection

Key = tuple[int, int]
"""A process, and the number of something in it."""


@dataclass(frozen=True)
class Function:
    """What is known of a function; `keys` begin the members that are its parameters, as JSON writes them."""

    function: str = "?"
    module: str = "?"
    file: str | None = None
    line: int | None = None
    kind: str | None = None
    keys: Sequence[str] = ()


UNKNOWN = Function()
_FUNCTIONS = """
SELECT process, TRY_CAST(key AS UBIGINT), coalesce(value->>'$.function', '?'),
    coalesce(value->>'$.module', '?'), value->>'$.file',
    TRY_CAST(value->>'$.line' AS INTEGER), value->>'$.kind',
    coalesce(list_transform(TRY_CAST(value->'$.parameters' AS VARCHAR[]),
        lambda name: to_json(name)::VARCHAR || ': '), [])
FROM fact WHERE fact.kind = 'code' AND list_contains(?, process) AND TRY_CAST(key AS UBIGINT) IS NOT NULL
"""
_NAMES = """
SELECT process, TRY_CAST(key AS UBIGINT), value->>'$.name'
FROM fact WHERE kind = ? AND list_contains(?, process) AND TRY_CAST(key AS UBIGINT) IS NOT NULL
"""


def functions(connection: DuckDBPyConnection, processes: Sequence[int]) -> dict[Key, Function]:
    """The functions of these processes."""
    rows = connection.execute(_FUNCTIONS, [list(processes)]).fetchall()
    return {(process, code): Function(*known) for process, code, *known in rows}


def names(connection: DuckDBPyConnection, kind: str, processes: Sequence[int]) -> dict[Key, str | None]:
    """The names of these processes' threads or tasks."""
    rows = connection.execute(_NAMES, [kind, list(processes)]).fetchall()
    return {(process, key): name for process, key, name in rows}


class Places:
    """Where each call's entry stands in a list of what is known, by its process and its number."""

    def __init__(self, known: Iterable[Key]) -> None:
        self._at: dict[int, list[int]] = {}
        self._numbers: dict[int, list[int]] = {}
        for at, (process, number) in enumerate(known):
            self._at.setdefault(process, []).append(at)
            self._numbers.setdefault(process, []).append(number)

    def of(self, process: int, wanted: pa.Array) -> pa.Array:
        """The places for the numbers in a frame of that process; null where nothing is known."""
        looked_up = numbers("L", self._numbers.get(process, []))
        found = pc.index_in(pc.cast(wanted, pa.uint64()), looked_up)
        return pc.take(numbers("i", self._at.get(process, [])), found)


def described(known: Sequence[Function], at: pa.Array, given: pa.Array) -> dict[str, pa.Array]:
    """The columns that say of which function each call was, by its place, and the keys of what it got."""
    columns = {
        name: named([getattr(each, name) for each in known], at)
        for name in ("function", "module", "file", "kind")
    }
    columns["line"] = pc.take(optional("i", [each.line for each in known]), at)
    for nth, name in enumerate(references.KEYS):
        has_one = pc.less(constant("i", nth, len(at)), given)
        at_key = pc.if_else(has_one, at, pa.nulls(len(at), at.type))
        columns[name] = named([key_of(each.keys, nth) for each in known], at_key)
    return columns


def named(known: Sequence[str | None], at: pa.Array) -> pa.Array:
    """The texts at these places."""
    dictionary = texts([None if text is None else text.encode() for text in known])
    return pa.DictionaryArray.from_arrays(at, dictionary)


def by_process(found: Mapping[Key, Function]) -> dict[int, dict[int, Sequence[str]]]:
    """The keys of functions' parameters, by process and by number."""
    keys: dict[int, dict[int, Sequence[str]]] = {}
    for (process, code), function in found.items():
        keys.setdefault(process, {})[code] = function.keys
    return keys
