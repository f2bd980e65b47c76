"""Trace a Python program and ask it what it did."""
