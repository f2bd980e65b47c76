"""The C recorder as Python imports it: its type stub here, its sources in `native/` beside `src/`.

Imports nothing else of this package.
"""
