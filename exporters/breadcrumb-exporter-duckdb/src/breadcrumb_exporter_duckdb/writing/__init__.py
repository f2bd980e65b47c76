"""The traced process's side: spans and calls into the spool.

Imports `base` and `format`, never DuckDB or PyArrow.
"""
