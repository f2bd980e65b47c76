"""What the launcher, the traced process and the command line share: names, settings, messages.

Imports nothing else of breadcrumb.
"""
