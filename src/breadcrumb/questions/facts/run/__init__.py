"""What is known of a run: its processes, functions, counts, tests, losses.

Imports `common`.
"""
