"""A team's store, in ClickHouse: its tables, what sends runs to it, and what reads one run for questions.

Imports `otlp` (patience, and what backends answer), `questions` and `common`, and clickhouse-connect.
"""
