"""What the calls of an exported run must be: values of a call's kinds, and no call that called itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.format.damage import DamageError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_OTHER_KINDS = """SELECT 1 FROM calls WHERE json_type(args) NOT IN ('OBJECT', 'NULL')
    OR json_type(exception) NOT IN ('OBJECT', 'NULL') OR json_type(extra) NOT IN ('OBJECT', 'NULL')
    OR json_type(extra->'$.args_after') NOT IN ('OBJECT', 'NULL')
    OR json_type(extra->'$.lines') NOT IN ('ARRAY', 'NULL') LIMIT 1"""
_BACKWARD = """SELECT 1 FROM calls c JOIN calls p ON p.span_key = c.parent_key
    WHERE (p.start_ns, coalesce(p.ordinal, 0)) >= (c.start_ns, coalesce(c.ordinal, 0)) LIMIT 1"""
"""Where every caller began before what it called, none called itself."""


def require_calls(connection: DuckDBPyConnection) -> None:
    """Raise DamageError where the view `calls` holds what no recorder writes."""
    if connection.execute(_OTHER_KINDS).fetchone():
        raise DamageError("calls.parquet holds values that are none of a call's")
    if connection.execute(_BACKWARD).fetchone() and _has_cycle(connection):
        raise DamageError("calls.parquet holds a call that called itself")


def _has_cycle(connection: DuckDBPyConnection) -> bool:
    """Climb from each call to one whose end is known: whoever comes back to where it was never ends."""
    rows = connection.execute("SELECT span_key, parent_key FROM calls WHERE parent_key <> 0").fetchall()
    above, ends = dict(rows), set()
    for key in above:
        path = set()
        while key in above and key not in ends and key not in path:
            path.add(key)
            key = above[key]
        if key in path:
            return True
        ends |= path
    return False
