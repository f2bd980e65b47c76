"""Keeps OpenTelemetry spans in a local DuckDB, through a spool that survives a crash."""
