"""What writing and reading share: where the store is, its lock, its limits.

Imports nothing else of this package.
"""
