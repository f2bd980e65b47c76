"""The database: its schema and views, and the fold that fills it.

Imports `base` and `format`.
"""
