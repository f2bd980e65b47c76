"""Queries parsed, optimised and written in three dialects."""

from __future__ import annotations

from itertools import cycle, islice

import sqlglot
from sqlglot.optimizer import optimize

SCHEMA = {
    "t": {"a": "INT", "b": "TEXT", "c": "DOUBLE"},
    "u": {"a": "INT", "d": "DATE", "e": "TEXT"},
}
DIALECTS = ("duckdb", "spark", "bigquery")
QUERIES = (
    "SELECT a, b FROM t WHERE a > 1 AND b = 'x' ORDER BY c LIMIT 10",
    """SELECT t.a, COUNT(*) AS n FROM t JOIN u ON t.a = u.a WHERE u.d > '2020-01-01'
    GROUP BY t.a HAVING COUNT(*) > 2""",
    """WITH x AS (SELECT a, SUM(c) AS s FROM t GROUP BY a)
    SELECT x.a, x.s, u.e FROM x LEFT JOIN u ON x.a = u.a""",
    """SELECT CASE WHEN a > 10 THEN 'big' WHEN a > 5 THEN 'mid' ELSE 'small' END AS size FROM t
    UNION ALL SELECT e FROM u""",
    """SELECT * FROM (SELECT a, b, ROW_NUMBER() OVER (PARTITION BY b ORDER BY c DESC) AS r FROM t) AS q
    WHERE r = 1""",
    """SELECT a FROM t WHERE a IN (SELECT a FROM u WHERE d BETWEEN '2020-01-01' AND '2021-01-01')
    AND NOT EXISTS (SELECT 1 FROM u WHERE u.a = t.a AND u.e IS NULL)""",
)


def main(size: int) -> None:
    """Do `size` queries."""
    for query in islice(cycle(QUERIES), size):
        optimised = optimize(sqlglot.parse_one(query), schema=SCHEMA)
        for dialect in DIALECTS:
            optimised.sql(dialect=dialect, pretty=True)
