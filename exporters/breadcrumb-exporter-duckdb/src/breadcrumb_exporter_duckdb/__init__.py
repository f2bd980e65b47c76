"""Keeps OpenTelemetry spans in a local DuckDB, through a spool that survives a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from breadcrumb_exporter_duckdb.writing.exporter import DuckDBSpanExporter as DuckDBSpanExporter
    from breadcrumb_exporter_duckdb.writing.processor import SpoolSpanProcessor as SpoolSpanProcessor

__all__ = ["DuckDBSpanExporter", "SpoolSpanProcessor"]


def __getattr__(name: str) -> object:
    """Load a class when it is first asked for: the launcher imports this package without OpenTelemetry."""
    if name == "DuckDBSpanExporter":
        from breadcrumb_exporter_duckdb.writing.exporter import DuckDBSpanExporter

        return DuckDBSpanExporter
    if name == "SpoolSpanProcessor":
        from breadcrumb_exporter_duckdb.writing.processor import SpoolSpanProcessor

        return SpoolSpanProcessor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
