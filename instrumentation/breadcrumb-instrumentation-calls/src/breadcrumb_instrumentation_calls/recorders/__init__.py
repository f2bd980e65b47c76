"""The two recorders, in C and in Python, and the events that feed them.

Imports everything of this package but `delivery`.
"""
