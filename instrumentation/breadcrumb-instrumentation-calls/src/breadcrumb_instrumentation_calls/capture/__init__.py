"""What is recorded: calls, exceptions, lines, gaps, and the numbers of tasks.

Imports `base`, `selection` and `values`.
"""
