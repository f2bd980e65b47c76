"""Finished calls on their way out: batches, facts, spans, and the thread that hands them on.

Imports everything of this package but the tracer.
"""
