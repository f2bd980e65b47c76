"""What every part of the tracer may use: limits, ids, JSON text, reads that run none of the program's code.

Imports nothing else of this package.
"""
