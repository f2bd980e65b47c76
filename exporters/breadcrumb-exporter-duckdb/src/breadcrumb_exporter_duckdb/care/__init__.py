"""Care of a store: clearing, compacting, verifying.

Imports `base`, `format`, `database` and `reading`.
"""
