"""Gives the values of a run their ids: a value is kept once in it, whoever refers to it."""

from __future__ import annotations

import hashlib
from array import array
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]  # it ships no types

from breadcrumb_exporter_duckdb.database.arrow import compute as pc
from breadcrumb_exporter_duckdb.database.arrow.arrays import Texts, numbers
from breadcrumb_exporter_duckdb.database.statements import Sql, literal, sql

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
    query = sql("SELECT id, digest FROM {known} WHERE run_id = {run}", known=known, run=literal(run_id))
    there = connection.sql(query.text).set_alias("v")
    given = connection.from_arrow(_placed(digests)).project(f"place, {_DIGEST} AS digest").set_alias("n")
    for at, number in given.join(there, "n.digest = v.digest").project("place, id").fetchall():
        ids[at] = number
    return ids


def _first_free(connection: DuckDBPyConnection, known: Sql) -> int:
    return sql("SELECT coalesce(max(id), 0) + 1 FROM {known}", known=known).number(connection)


def _add(connection: DuckDBPyConnection, run_id: str, added: pa.Table, first: int) -> None:
    columns = f"{literal(run_id).text}, {first} + place, {_DIGEST}, text::JSON"
    connection.from_arrow(_placed(added)).project(columns).insert_into("value")


def _placed(table: pa.Table) -> pa.Table:
    return table.append_column("place", numbers("l", range(len(table))))


_DIGEST = "(high::UHUGEINT * 18446744073709551616 + low)"
