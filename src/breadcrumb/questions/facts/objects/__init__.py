"""Objects and values: where they were held, made, changed.

Imports the facts of the run and calls.
"""
