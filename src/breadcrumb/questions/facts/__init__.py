"""What several questions read from the store: calls, spans, runs, how they relate.

Imports `common`; each question builds on it.
"""
