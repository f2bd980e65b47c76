"""`breadcrumb run`: starts the program, waits for it, closes the run.

Imports `common` and the standard library; the reading side runs as a child.
"""
