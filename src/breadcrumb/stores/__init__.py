"""The store that is asked, whether it is on this machine or a team's: chosen by its name, and opened.

Imports `clickhouse` where a server is named, `questions` and `common`; commands and MCP tools ask through it.
"""
