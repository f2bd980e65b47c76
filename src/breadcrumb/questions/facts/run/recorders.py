"""Which recorder recorded a run: the quick one in C, or the one in Python, and why not the quick one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.reading.store import Reader

_SQL = """select distinct value->>'$.recorder', value->>'$.recorder_hint' from base.fact
    where run_id = ? and kind = 'process' and value->>'$.recorder' is not null order by all"""


def recorders(reader: Reader, run_id: str) -> str:
    """Name the recorders of a run's processes: `c`, `python (no C build here: ...)`; empty where none ran."""
    rows = reader.connection.execute(_SQL, [run_id]).fetchall()
    return ", ".join(f"{name} ({hint})" if hint else name for name, hint in rows)
