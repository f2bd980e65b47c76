"""Finds secrets in names and values, with the standard library alone."""
