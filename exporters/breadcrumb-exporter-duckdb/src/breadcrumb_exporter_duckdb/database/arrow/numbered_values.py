"""Gives the values of a run their ids: a value is kept once in it, whoever refers to it."""

from __future__ import annotations

import hashlib
from array import array
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.database.arrow import compute as pc
from breadcrumb_exporter_duckdb.database.arrow.arrays import Texts, numbers
from breadcrumb_exporter_duckdb.database.statements import Sql, sql

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection


def add(connection: DuckDBPyConnection, run_id: str, values: Sequence[pa.Array], known: Sql) -> pa.Array:
    """The ids of values of a run; those that are not in the table `known` are added to the table `value`.

    Where it is no value its id is null.
    """
    found = pc.dictionary_encode(pa.chunked_array(values, pa.large_utf8())).chunks  # empty ones are left out
    if not found or not len(found[0].dictionary):
        return pa.nulls(sum(map(len, values)), pa.int64())
    different = found[0].dictionary
    digests = _digests(different)
    ids = _known(connection, run_id, digests, known)
    new = array("q", (at for at, number in enumerate(ids) if not number))
    first = _first_free(connection, known)
    for number, at in enumerate(new, first):
        ids[at] = number
    added = pc.take(digests.append_column("text", different), numbers("l", new))
    _add(connection, run_id, added, first)
    return pc.take(numbers("l", ids), pa.concat_arrays([each.indices for each in found]))


def _digests(texts: pa.Array) -> pa.Table:
    """By what two values are held to be the same: their MD5, as `md5_number` of the database has it."""
    digests = b"".join(hashlib.md5(text or b"", usedforsecurity=False).digest() for text in Texts(texts))
    halves = array("Q", digests)
    return pa.table({"low": numbers("L", halves[0::2]), "high": numbers("L", halves[1::2])})


def _known(connection: DuckDBPyConnection, run_id: str, digests: pa.Table, known: Sql) -> array[int]:
    """The ids of those that have one, 0 for the others."""
    ids = array("q", bytes(8 * len(digests)))
    connection.register("given_value", _placed(digests))
    query = sql(
        """SELECT n.place, v.id FROM given_value n
        JOIN {known} v ON v.run_id = {run} AND v.digest = {digest}""",
        known=known,
        run=run_id,
        digest=_DIGEST,
    )
    for at, number in query.rows(connection):
        ids[at] = number
    connection.unregister("given_value")
    return ids


def _first_free(connection: DuckDBPyConnection, known: Sql) -> int:
    return sql("SELECT coalesce(max(id), 0) + 1 FROM {known}", known=known).number(connection)


def _add(connection: DuckDBPyConnection, run_id: str, added: pa.Table, first: int) -> None:
    connection.register("given_value", _placed(added))
    query = sql(
        "INSERT INTO value SELECT {run}, {first} + place, {digest}, text::JSON FROM given_value",
        run=run_id,
        first=first,
        digest=_DIGEST,
    )
    query.execute(connection)
    connection.unregister("given_value")


def _placed(table: pa.Table) -> pa.Table:
    return table.append_column("place", numbers("l", range(len(table))))


_DIGEST = sql("(high::UHUGEINT * 18446744073709551616 + low)")
