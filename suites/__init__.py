"""Test suites of published packages, run with and without tracing: do outcomes differ?"""
