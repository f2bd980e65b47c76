"""Under which call or span a call hangs, across threads, tasks and processes.

Imports `base`, `selection` and `capture`.
"""
