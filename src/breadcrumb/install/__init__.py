"""`breadcrumb mcp install`: our entry in the settings of an agent's client, otherwise left as they are.

Imports `common`.
"""
