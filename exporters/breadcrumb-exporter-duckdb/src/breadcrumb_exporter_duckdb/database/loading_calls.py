"""Loads the calls of frames, after their values: a value is kept once in a run, whoever refers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.database import references
from breadcrumb_exporter_duckdb.database.numbering import NUMBER, next_chunk, sum_up
from breadcrumb_exporter_duckdb.format.values import FIRST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from breadcrumb_exporter_duckdb.format.frame import Frame


def load_calls(connection: DuckDBPyConnection, frames: Sequence[Frame], known: str, *, once: bool) -> None:
    """Load the calls of frames whose facts are loaded; with `once` only those that are not there yet.

    `known` is the table, or view, with all values there are; new ones go into the table `value`.
    """
    filled = [frame for frame in frames if frame.rows]
    if not filled:
        return

    from breadcrumb_exporter_duckdb.database import arrow

    calls, values = arrow.tables(filled)
    connection.register("given_call", calls)
    connection.register("given_value", values)
    connection.execute(f"CREATE TEMP VIEW known_value AS FROM {known}")
    connection.execute(_NEW_CALLS + _THAT_ARE_NEW if once else _NEW_CALLS)
    for statement in (_CODES, _NEW_VALUES, _REST, _ADD_VALUES, _PLACES):
        connection.execute(statement)
    chunk = next_chunk(connection)
    connection.execute(_INSERT_CALLS, {"chunk": chunk})
    sum_up(connection, chunk)
    for name in ("new_code", "new_value", "new_place"):
        connection.execute(f"DROP TABLE temp.{name}")
    connection.execute("DROP VIEW temp.new_call; DROP VIEW temp.known_value")
    connection.unregister("given_call")
    connection.unregister("given_value")


_FIRST = len(references.ARGUMENTS)
_SINGLE = (*references.ARGUMENTS, "result")
"""The references that are one each in a frame too."""
_EACH = ", ".join(f"args[{at}] AS {name}" for at, name in enumerate(references.ARGUMENTS, 1))
_NEW_CALLS = f"""
CREATE TEMP VIEW new_call AS
SELECT *, {_EACH}, "return" AS result, len(args) AS given FROM given_call n
"""  # noqa: S608 - all of it is ours
"""The calls, each with its references as its frame has them."""
_THAT_ARE_NEW = """
WHERE NOT EXISTS (SELECT 1 FROM call WHERE call.process = n.process AND call.span_id = n.span_id)
"""
_CODES = """
CREATE TEMP TABLE new_code AS
SELECT process, TRY_CAST(key AS UBIGINT) AS code, value->>'$.function' AS function,
    value->>'$.module' AS module, value->>'$.file' AS file, TRY_CAST(value->>'$.line' AS INTEGER) AS line,
    value->>'$.kind' AS kind, dense_rank() OVER (ORDER BY value->>'$.function') AS name,
    list_transform(TRY_CAST(value->'$.parameters' AS VARCHAR[]), lambda name: to_json(name)::VARCHAR || ': ')
        AS keys
FROM fact WHERE fact.kind = 'code' AND process IN (SELECT process FROM given_call)
"""
"""What is known of the functions called; `name` is a number for the function's, which sorts quicker."""
_KEY = "coalesce(c.keys[{0}], '\"?' || {0} || '\": ')"
_NEW_VALUES = """
CREATE TEMP TABLE new_value AS
SELECT run_id, place, md5_number(text) AS digest, text FROM given_value WHERE text IS NOT NULL
"""
_AT = f"CASE WHEN {{0}} >= {FIRST} AND {{0}} - {FIRST} < n.count THEN n.first + {{0}} - {FIRST} END"
"""The place of the value that a reference means, where there is one."""
_FOUND = f"CASE WHEN v.text IS NULL THEN {references.MISSING} ELSE 1 END"
_REST = f"""
INSERT INTO new_value
WITH n AS (
    SELECT position, run_id, process, code, first, count, unnest(args[{_FIRST + 1}:]) AS ref,
        generate_subscripts(args[{_FIRST + 1}:], 1) + {_FIRST} AS nth
    FROM new_call WHERE given > {_FIRST}
),
member AS (
    SELECT n.position, n.run_id, n.nth, {_KEY.format("n.nth")} AS key, v.text,
        {references.stored("n.ref", _FOUND)} AS reference
    FROM n LEFT JOIN new_value v ON v.place = {_AT.format("n.ref")}
    LEFT JOIN new_code c ON c.process = n.process AND c.code = n.code
),
rest AS (
    SELECT position, any_value(run_id) AS run_id,
        string_agg(key || {references.text("reference", "member")}, ', ' ORDER BY nth) AS members
    FROM member GROUP BY position
)
SELECT run_id, -1 - position, md5_number('{{' || members || '}}'), '{{' || members || '}}'
FROM rest WHERE members IS NOT NULL
"""  # noqa: S608 - as above
"""The arguments that have no columns of their own: one value, an object. Its place is below all others."""
_ADD_VALUES = """
INSERT INTO value
WITH added AS (
    SELECT run_id, digest, min(place) AS place, arg_min(text, place) AS text
    FROM new_value n WHERE NOT EXISTS (
        SELECT 1 FROM known_value v WHERE v.run_id = n.run_id AND v.digest = n.digest)
    GROUP BY run_id, digest
)
SELECT run_id, (SELECT coalesce(max(id), 0) FROM known_value) + row_number() OVER (ORDER BY place), digest,
    text::JSON
FROM added ORDER BY place
"""
_PLACES = """
CREATE TEMP TABLE new_place AS
SELECT n.place, v.id FROM new_value n
JOIN known_value v ON v.run_id = n.run_id AND v.digest = n.digest
"""
_JOINS = "\n".join(
    f"LEFT JOIN new_place v_{name} ON v_{name}.place = {_AT.format(f'n.{name}')}" for name in _SINGLE
)
_STORED = {
    name: references.stored(
        f"n.{name}", f"coalesce(v_{name}.id, CASE WHEN NOT n.whole THEN {references.MISSING} END)"
    )
    for name in _SINGLE
}
_KEYS = ", ".join(
    f"CASE WHEN n.given >= {at} AND NOT n.whole THEN {_KEY.format(at)} END" for at in range(1, _FIRST + 1)
)
_INSERT_CALLS = f"""
INSERT INTO call
WITH known AS MATERIALIZED (
    SELECT process, kind, TRY_CAST(key AS UBIGINT) AS key, value->>'$.name' AS name
    FROM fact WHERE kind IN ('thread', 'task') AND process IN (SELECT process FROM new_call)
),
numbered AS MATERIALIZED (
    SELECT n.position, {NUMBER.format("n.run_id, c.name")} AS number
    FROM new_call n LEFT JOIN new_code c ON c.process = n.process AND c.code = n.code
)
SELECT n.run_id, n.process, n.pid, n.trace_id::UUID, n.span_id, n.parent_id,
    coalesce(c.function, '?'), coalesce(c.module, '?'), c.file, c.line, c.kind,
    n.start_ns, n.duration_ns, n.child_ns, n.ran_ns, n.suspensions,
    n.depth, n.stack, n.ordinal, n.last_ordinal, h.name, n.thread, t.name, n.task, n.outcome, {_KEYS},
    CASE WHEN n.given = 0 AND NOT n.whole THEN {references.NO_ARGUMENTS} ELSE {_STORED["a1"]} END,
    {_STORED["a2"]}, {_STORED["a3"]}, {_STORED["a4"]}, v_rest.id, {_STORED["result"]},
    n.exception, n.extra, n.more, $chunk, m.number,
    TRY_CAST(nullif(n.called_line, 0) AS INTEGER), TRY_CAST(nullif(n.ended_line, 0) AS INTEGER)
FROM new_call n
JOIN numbered m ON m.position = n.position
LEFT JOIN new_code c ON c.process = n.process AND c.code = n.code
LEFT JOIN known h ON h.kind = 'thread' AND h.process = n.process AND h.key = n.thread
LEFT JOIN known t ON t.kind = 'task' AND t.process = n.process AND t.key = n.task
{_JOINS}
LEFT JOIN new_place v_rest ON v_rest.place = CASE WHEN n.given > {_FIRST} THEN -1 - n.position END
ORDER BY n.run_id, n.start_ns
"""  # noqa: S608 - as above
