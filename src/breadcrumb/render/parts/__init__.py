"""Pieces of text that several layouts use: values, call lines, durations, tables.

Imports the rows of `questions`.
"""
