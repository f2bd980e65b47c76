"""What stands in a statement is bound or quoted, wherever its pieces come from."""

from __future__ import annotations

import duckdb
import pytest
from breadcrumb_exporter_duckdb.database.statements import columns, identifier, joined, literal, sql
from hypothesis import given
from hypothesis import strategies as st

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@given(TEXTS, TEXTS, st.integers(-(2**31), 2**31 - 1))
def test_texts_and_names_come_back_as_they_were(
    connection: duckdb.DuckDBPyConnection, text: str, name: str, number: int
) -> None:
    query = sql(
        "SELECT {name}, {number}, {literal} FROM (SELECT {text} AS {name})",
        name=identifier(name),
        number=number,
        literal=literal(text),
        text=text,
    )
    assert query.rows(connection) == [(text, number, text)]
    assert query.execute(connection).description[0][0] == name


def test_values_are_bound_in_the_order_in_which_they_stand(connection: duckdb.DuckDBPyConnection) -> None:
    pair = sql("[{first}, {second}]", second=2, first=1)
    assert sql("SELECT {all}", all=joined(" || ", [pair, sql("[{third}]", third=3), pair])).column(
        connection
    ) == [[1, 2, 3, 1, 2]]
    table = sql("(SELECT 1 AS a, 2 AS b)")
    either = columns(("a", "b"), "{name} > {most}", " OR ", most=1)
    assert (
        sql("SELECT count(*) FROM {table} WHERE {either}", table=table, either=either).number(connection) == 1
    )


def test_braces_of_sql_are_written_twice(connection: duckdb.DuckDBPyConnection) -> None:
    assert sql("SELECT {{'a': {value}}}", value=1).rows(connection) == [({"a": 1},)]
