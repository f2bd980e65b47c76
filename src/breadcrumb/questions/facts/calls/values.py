"""The values that calls refer to: each is read and parsed once, however many calls have it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.database import references
from breadcrumb_exporter_duckdb.reading.call_texts import texts_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import duckdb

_KEYS = len(references.KEYS)
Values = dict[int, Any]


def values_of(connection: duckdb.DuckDBPyConnection, rows: Iterable[Sequence[Any]]) -> Values:
    """Read the values of calls, of which the rows hold the COLUMNS."""
    texts = texts_of(connection, rows)
    return dict(zip(texts, parsed(texts.values()), strict=True))


def arguments(row: Sequence[Any], values: Mapping[int, Any]) -> Any:
    """Give a call's arguments by name; None where they are not known."""
    keys, (*first, rest, _) = row[:_KEYS], row[_KEYS:]
    if keys[0] is None:
        return None if first[0] is None else values[first[0]]
    named = zip(keys, first, strict=True)
    args = {json.loads(key.removesuffix(": ")): values[ref] for key, ref in named if ref is not None}
    return args if rest is None else {**args, **values[rest]}


def result(row: Sequence[Any], values: Mapping[int, Any]) -> Any:
    """Give what a call returned; None also where nothing is known."""
    return None if row[-1] is None else values[row[-1]]


def parsed(texts: Iterable[str | None]) -> list[Any]:
    """Parse many JSON texts at once, which is quicker than one by one; None stays."""
    values: list[Any] = json.loads(f"[{','.join(text or 'null' for text in texts)}]")
    return values


def own_key(key: str) -> str:
    """Give a key as the program wrote it: one that began with `@` has another before it."""
    return key[1:] if key.startswith("@@") else key
