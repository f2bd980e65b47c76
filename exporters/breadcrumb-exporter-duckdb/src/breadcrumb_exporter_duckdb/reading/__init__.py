"""Reading a store: the views over what is folded and what is not yet, and SQL of users.

Imports `base`, `format` and `database`.
"""
