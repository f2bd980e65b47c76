"""Calls and spans as rows: their numbers, callers, subtrees, values.

Imports the facts of the run.
"""
