"""Rows of a store. The rarer views take as long to make as all else, and are where one of them is named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.database import database
from breadcrumb_exporter_duckdb.reading.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = re.findall(r"VIEW (\w+)", database.script("more_views.sql"))
_RARER = re.compile(rf"\b({'|'.join(_NAMES)})\b")


def rows(store: Path, sql: str, **options: Any) -> list[tuple[Any, ...]]:
    """Rows of a SELECT over the store's views."""
    with open_store(store, every_view=bool(_RARER.search(sql)), **options) as reader:
        return [tuple(row) for row in reader.connection.execute(sql).fetchall()]
