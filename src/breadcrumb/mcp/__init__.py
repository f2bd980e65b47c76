"""The MCP server: the questions as tools for agents.

Imports `common`, `questions` and `render`.
"""
