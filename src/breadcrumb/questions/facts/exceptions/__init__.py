"""Exceptions: which failed the run, which were handled and where.

Imports the facts of the run and calls.
"""
