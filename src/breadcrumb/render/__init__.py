"""Writes answers as text that a person or a model reads without a schema."""
