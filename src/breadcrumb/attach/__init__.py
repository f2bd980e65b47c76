"""`breadcrumb attach`: begins tracing in a program that runs already (PEP 768).

Imports `common`.
"""
