"""Rows of a store. The rarer views take as long to make as all else, and are where one of them is named."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

from breadcrumb_exporter_duckdb.database import database
from breadcrumb_exporter_duckdb.reading.store import StoreBusy, open_store
from patience import HANGS

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = re.findall(r"VIEW (\w+)", database.script("more_views.sql"))
_RARER = re.compile(rf"\b({'|'.join(_NAMES)})\b")


def rows(store: Path, sql: str, **options: Any) -> list[tuple[Any, ...]]:
    """Rows of a SELECT over the store's views."""
    with open_store(store, every_view=bool(_RARER.search(sql)), **options) as reader:
        return [tuple(row) for row in reader.connection.execute(sql).fetchall()]


def patiently(store: Path, sql: str) -> list[tuple[Any, ...]]:
    """The rows, however long somebody else folds."""
    deadline = time.monotonic() + HANGS
    while True:
        try:
            return rows(store, sql)
        except StoreBusy:
            assert time.monotonic() < deadline, "the store stays busy"
