"""A run in OTLP's JSON encoding: a request a line, as a Collector reads it from a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from breadcrumb_exporter_duckdb.exchange.outgoing import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection


def requests(connection: DuckDBPyConnection, run_id: str) -> Iterator[tuple[str, int]]:
    """The lines, each with its number of spans: calls first, then the spans of other instrumentations."""
    for request in Part(connection, run_id).requests():
        yield json.dumps(request.body, separators=(",", ":"), ensure_ascii=False), request.spans
