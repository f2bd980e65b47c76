"""Values as bounded, redacted JSON text; no code of the program runs.

Imports `base` and `selection`.
"""
