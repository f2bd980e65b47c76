"""The values of calls as JSON texts, read for a few calls at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.database import references
from breadcrumb_exporter_duckdb.database.statements import columns, sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from duckdb import DuckDBPyConnection

COLUMNS = columns((*references.KEYS, *references.REFERENCES))
"""Those of a call that say what its arguments and its return value are."""
_KEYS = len(references.KEYS)
_TEXT = references.text("wanted.id", "value")


def texts_of(connection: DuckDBPyConnection, rows: Iterable[Sequence[Any]]) -> dict[int, str]:
    """The texts that calls refer to; the rows hold the COLUMNS."""
    wanted = list({ref for row in rows for ref in row[_KEYS:] if ref is not None})
    query = sql(
        """SELECT wanted.id, {text} FROM (SELECT unnest({wanted}::BIGINT[]) AS id) wanted
        LEFT JOIN (SELECT id, text FROM base.value WHERE id IN (SELECT unnest({rows}::BIGINT[]))) value
            USING (id)""",
        text=_TEXT,
        wanted=wanted,
        rows=[ref for ref in wanted if ref > 0],
    )
    return dict(query.execute(connection).fetchall())


def whole(row: Sequence[Any], texts: dict[int, str]) -> tuple[str | None, str | None]:
    """The text of a call's arguments, one object, and that of what it returned."""
    keys, (*first, rest, result) = row[:_KEYS], row[_KEYS:]
    returned = None if result is None else texts[result]
    if keys[0] is None:
        return (None if first[0] is None else texts[first[0]]), returned
    named = zip(keys, first, strict=True)
    members = [key + texts[ref] for key, ref in named if key is not None and ref is not None]
    more = [] if rest is None else [texts[rest][1:-1]]
    return "{" + ", ".join(members + more) + "}", returned
