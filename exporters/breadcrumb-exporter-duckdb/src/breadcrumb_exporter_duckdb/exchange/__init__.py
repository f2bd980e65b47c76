"""Runs out of a store and into another: Parquet, JSON Lines, OTLP JSON.

Imports `base`, `format` and `database`.
"""
